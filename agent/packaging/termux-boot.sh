#!/data/data/com.termux/files/usr/bin/sh
# Android: copy to ~/.termux/boot/rollcall-agent (app Termux:Boot), beside ~/rollcall/rollcall-agent.cjs and ~/rollcall/settings.
# `pkg install nodejs-lts` first; the settings are lines like ROLLCALL_URL=https://rollcall.example.org
termux-wake-lock
cd "$HOME/rollcall" || exit 1
while true; do
  # Read anew each time: a setting that was wrong may be right by now.
  set -a
  [ -r settings ] && . ./settings
  ROLLCALL_STATE=${ROLLCALL_STATE:-$HOME/rollcall/state}
  ROLLCALL_SETUP_PORT=${ROLLCALL_SETUP_PORT:-8890}
  set +a
  node rollcall-agent.cjs run >>agent.log 2>&1
  # One old log is enough.
  [ "$(wc -c <agent.log)" -gt 5000000 ] && mv agent.log agent.log.1
  sleep 10
done
