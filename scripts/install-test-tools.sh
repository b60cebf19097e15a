#!/usr/bin/env bash
# Some tests speak to programs that are not ours: a browser and an MQTT client. Installs what is missing, and says so.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v mosquitto_pub >/dev/null || missing+=(mosquitto-clients)
command -v openssl >/dev/null || missing+=(openssl)
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "The tests need: ${missing[*]}. Please install them (on Debian: sudo apt-get install ${missing[*]})." >&2
  exit 1
fi
echo "Installing what the tests need and this machine lacks: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
