#!/usr/bin/env bash
# Enrols a board and answers the roll call once, with nothing of Rollcall's own: openssl and mosquitto's clients, following
# docs/protocol.md. Read it beside that page.
#
#   by-hand.sh SERVICE-URL DOMAIN SERIAL FOLDER [FACTORY-KEY.pem]
#
# FOLDER keeps the device key; with the same folder again it is the same device. Prints every message that the service
# sends, one a line. Exit 0: accepted and heard; 1: refused or waiting (the last line says why); 2: wrong usage.
#
# A session of mosquitto's clients publishes once or to one topic without hearing the answer; an enrolment is two messages
# and two answers in one session. So that session is written by hand, byte by byte, over `openssl s_client`.
set -euo pipefail
export LC_ALL=C
if [ $# -lt 4 ]; then
  sed -n '5s/^# *//p' "$0" >&2
  exit 2
fi
service=$1 domain=$2 serial=$3 folder=$4 factory_key=${5:+$(realpath "$5")}
mkdir -p "$folder"
cd "$folder"

# --- Small tools -----------------------------------------------------------------------------------------------------------
field() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p"; }       # a text of a JSON message on standard input
number() { sed -n "s/.*\"$1\":\\([0-9]*\\).*/\\1/p"; }          # a number of it
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
in_json() { sed ':all;N;$!ball;s/\n/\\n/g' "$1"; }              # a PEM file as a JSON text
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
uuid() { openssl rand -hex 16 | sed 's/\(.\{8\}\)\(....\).\(...\).\(...\)\(.*\)/\1-\2-4\3-8\4-\5/'; }
die() { echo "by-hand: $*" >&2; exit 1; }

# --- Where to connect ------------------------------------------------------------------------------------------------------
address=${service#http://} address=${address%%/*}
exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
printf 'GET /.well-known/rollcall HTTP/1.0\r\nHost: %s\r\n\r\n' "$address" >&3
tr -d '\r' <&3 | sed '1,/^$/d' >discovery.json
exec 3>&-
printf '%b' "$(field ca <discovery.json)" >ca.pem
broker=$(field brokerUrl <discovery.json) broker=${broker#mqtts://}
host=${broker%:*} port=${broker##*:}

# --- The device key, made once ---------------------------------------------------------------------------------------------
[ -f device.key ] || (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out device.key)
openssl pkey -in device.key -pubout -out device.pub
fingerprint=$(openssl pkey -in device.key -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)

# ECDSA over SHA-256. openssl gives DER, a SEQUENCE of r and s; the protocol wants both as 32 bytes each, one behind the other.
signature() {
  openssl dgst -sha256 -sign "$1" -out signature.der signed
  openssl asn1parse -inform DER -in signature.der | sed -n 's/.*INTEGER *://p' | while read -r half; do
    printf '%64s' "$half" | tr ' ' 0
  done | sed 's/../\\x&/g' >signature.escaped
  printf '%b' "$(cat signature.escaped)" | base64url
}

# --- MQTT 3.1.1, as much of it as an enrolment needs -----------------------------------------------------------------------
byte() { printf "\\x$(printf '%02x' "$1")"; }
two_bytes() { byte $(($1 / 256)); byte $(($1 % 256)); }
text() { two_bytes ${#1}; printf '%s' "$1"; }
# A packet: its first byte, the length of the rest in groups of 7 bits, the rest from standard input.
packet() {
  cat >body
  local left
  left=$(wc -c <body)
  {
    byte "$1"
    while [ "$left" -ge 128 ]; do byte $((left % 128 + 128)); left=$((left / 128)); done
    byte "$left"
    cat body
  } >&"${tls_in}"
}
# The next packet: `kind` is its first byte, the rest is in the file `body`. Fails where the service has closed.
next_byte() { head -c 1 <&"${tls_out}" | od -An -tu1 | tr -d ' '; }
next_packet() {
  local length=0 factor=1 part
  kind=$(next_byte)
  [ -n "$kind" ] || die "the service closed the connection: $(tail -n 1 tls.log)"
  while part=$(next_byte); do
    length=$((length + part % 128 * factor)) factor=$((factor * 128))
    [ "$part" -ge 128 ] || break
  done
  head -c "$length" <&"${tls_out}" >body
}
expect() { # expect KIND WHAT: the next packet, which ends in a byte that says how it went
  next_packet
  [ "$kind" -eq $(($1)) ] || die "expected $2, got a packet of kind $kind"
  answer=$(tail -c 1 body | od -An -tu1 | tr -d ' ')
}
publish() { { text "$up"; two_bytes "$1"; cat; } | packet 0x32; } # QoS 1: publish ID, payload on standard input
# The next message of the service, in the file `message`; it is acknowledged. Acknowledgements of ours are passed over.
receive() {
  while next_packet; [ $((kind / 16)) -ne 3 ]; do :; done
  local topic_length
  topic_length=$(head -c 2 body | od -An -tu1 | { read -r high low; echo $((high * 256 + low)); })
  tail -c +$((topic_length + 3)) body | head -c 2 >id
  tail -c +$((topic_length + 5)) body >message
  { byte 0x40; byte 2; cat id; } >&"${tls_in}"
  cat message
  echo
  type=$(field type <message)
}

# --- The request -----------------------------------------------------------------------------------------------------------
request_id=$(uuid)
cat >request.json <<JSON
{ "type": "request", "protocol": 1, "requestId": "$request_id", "domain": "$domain", "publicKey": "$(in_json device.pub)\n",
  "board": { "serial": "$serial", "serialSource": "simulated", "model": "By hand", "os": "$(uname -s)", "arch": "$(uname -m)", "agentVersion": "by hand" } }
JSON
new_session() { client="enroll-$(openssl rand -hex 16)" up="rollcall/1/enroll/$client/up" down="rollcall/1/enroll/$client/down"; }

# Half an enrolment fits into one command of mosquitto's: one message, one answer.
new_session
mosquitto_rr -V mqttv311 -h "$host" -p "$port" --cafile ca.pem -i "$client" -k 60 -q 1 -W 10 -t "$up" -e "$down" -m "$(cat request.json)" >half.json
grep -q '"type":"challenge"' half.json || { cat half.json; exit 1; }

# --- The enrolment session -------------------------------------------------------------------------------------------------
new_session
if [[ $host =~ ^[0-9.]+$ ]]; then verify=(-verify_ip "$host"); else verify=(-verify_hostname "$host" -servername "$host"); fi
coproc TLS { exec openssl s_client -quiet -connect "$host:$port" -CAfile ca.pem -verify_return_error "${verify[@]}" 2>tls.log; }
exec {tls_out}<&"${TLS[0]}" {tls_in}>&"${TLS[1]}"
{ text MQTT; byte 4; byte 2; two_bytes 60; text "$client"; } | packet 0x10 # level 4 is 3.1.1; 2: clean session; keep alive 60 s
expect 0x20 CONNACK
[ "$answer" -eq 0 ] || die "CONNACK $answer"
{ two_bytes 1; text "$down"; byte 1; } | packet 0x82
expect 0x90 SUBACK
[ "$answer" -eq 1 ] || die "SUBACK $answer"

publish 2 <request.json
receive
[ "$type" = challenge ] || exit 1
# Five lines, no line end at the end.
printf 'rollcall-enroll-1\n%s\n%s\n%s\n%s' "$domain" "$serial" "$(field nonce <message)" "$fingerprint" >signed
proof="\"type\":\"proof\",\"requestId\":\"$request_id\",\"deviceSignature\":\"$(signature device.key)\""
if [ -n "$factory_key" ]; then proof+=",\"boardSignature\":\"$(signature "$factory_key")\""; fi
printf '{%s}' "$proof" | publish 3
receive
{ byte 0xe0; byte 0; } >&"${tls_in}" # DISCONNECT
exec {tls_in}>&-
[ "$type" = accepted ] || exit 1

# --- The device session ----------------------------------------------------------------------------------------------------
printf '%b' "$(field certificate <message)" >device.crt
printf '%b' "$(field ca <message)" >ca.pem
device=$(field deviceId <message) epoch=$(number epochFrom <message)
as_device=(-V mqttv311 -h "$host" -p "$port" --cafile ca.pem --cert device.crt --key device.key -i "$device" -k 60 -q 1)
topic="rollcall/1/devices/$device"
mosquitto_rr "${as_device[@]}" -W 10 -t "$topic/birth" -e "$topic/down" \
  -m "{\"type\":\"birth\",\"epoch\":$epoch,\"at\":\"$(now)\",\"agentVersion\":\"by hand\",\"intervalS\":60,\"inventory\":{}}" >settings.json
cat settings.json
grep -q '"type":"settings"' settings.json || die 'no settings came'
# With QoS 1 mosquitto_pub ends well only when the heartbeat was acknowledged, so when it is stored.
mosquitto_pub "${as_device[@]}" -t "$topic/heartbeat" \
  -m "{\"type\":\"heartbeat\",\"epoch\":$epoch,\"seq\":0,\"at\":\"$(now)\",\"uptimeS\":1,\"health\":{\"screen\":\"on\"}}"
