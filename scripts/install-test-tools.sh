#!/usr/bin/env bash
# Some tests and benchmarks use programs that are not ours: a browser, an MQTT client, an MQTT broker and
# PostgreSQL. Installs what is missing, and says so.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v mosquitto_pub >/dev/null || missing+=(mosquitto-clients)
command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto)
command -v openssl >/dev/null || missing+=(openssl)
command -v curl >/dev/null || missing+=(curl)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "The tests need: ${missing[*]}. Please install them (on Debian: sudo apt-get install ${missing[*]})." >&2
  exit 1
fi
echo "Installing what the tests need and this machine lacks: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Only the programs are wanted: no broker or database may start by itself, on port 1883 or 5432.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get -qq update
apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
for service in mosquitto postgresql; do
  if [[ " ${missing[*]} " == *" $service "* ]] && command -v systemctl >/dev/null; then
    systemctl disable "$service" >/dev/null 2>&1 || true
  fi
done
