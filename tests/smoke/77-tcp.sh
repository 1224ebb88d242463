#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The API over TCP: a token lets in, and each refusal is what it is said to be. What the server does
# without a data path is in tests/unit/ctl/test_tcp.c.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

ADMIN=admin-token-0123456789 READ=reading-token-0123456789
tokens=$LAB_DIR/tokens
printf '# of the test\n%s\nread:%s\n' $ADMIN $READ >"$tokens"
chmod 640 "$tokens"
mkdir "$LAB_DIR/etc"
ln "$tokens" "$LAB_DIR/etc/tokens"

http() { # PATH [CURL OPTION...]: the status
	lab_in m curl -sS -o "$LAB_DIR/body" -w '%{http_code}' --max-time 20 "http://$HTTP$1" "${@:2}"
}
as() { echo "Authorization: Bearer $1"; }
refused() { # MESSAGE CONFIG-OF-CONTROL [OPTION...]
	conf "" ""
	echo "control = { $2 };" >>"$CONF"
	timeout 20 "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/r.sock" --no-huge "${@:3}" >"$LAB_DIR/refused" 2>&1
	contains "refused: $1" "$LAB_DIR/refused" "$1"
}

DEVICE_A=net_null0 DEVICE_B=net_null1
refused "control.http needs a file of tokens" 'http = "127.0.0.1:0";'
refused "other machines could connect to it" "http = \"0.0.0.0:0\"; token_file = \"$tokens\";"
refused "not an address with a port" "http = \"localhost\"; token_file = \"$tokens\";"
refused "No such file" "http = \"127.0.0.1:0\"; token_file = \"$LAB_DIR/none\";"
chmod 644 "$tokens"
refused "may read the tokens" "http = \"127.0.0.1:0\"; token_file = \"$tokens\";"
chmod 640 "$tokens"
refused "not an address with a port" "" --http 1234567 --token-file "$tokens"

conf "" ""
# Found from the configuration's folder, not from where wirefault was started.
mv "$CONF" "$LAB_DIR/etc/lab.conf"
CONF=$LAB_DIR/etc/lab.conf
echo 'control = { http = "127.0.0.1:0"; token_file = "tokens"; hosts = "lab.example"; };' >>"$CONF"
lab_hosts
lab_start "$CONF" --no-huge || exit 1
HTTP=$(sed -n 's/^.*API on http:\/\///p' "$LAB_LOG")
contains "it says where" "$LAB_LOG" 'API on http://127.0.0.1:[0-9]+$'

is "alive, without a token" "$(http /healthz)" 200
is "ready, without a token" "$(http /readyz)" 200
is "no token" "$(http /v1/stats)" 401
is "... says what is missing" "$(jq -r .status "$LAB_DIR/body")" 401
is "a wrong token" "$(http /v1/stats -H "$(as wrong-token-0123456789)")" 401
is "the admin's" "$(http /v1/stats -H "$(as $ADMIN)")" 200
is "... changes" "$(http /v1/links/wan/ab -X PATCH -H 'Content-Type: application/json' -d '{"delay": "5ms"}' -H "$(as $ADMIN)")" 200
contains "... and is told of" "$LAB_LOG" 'control: admin token from 127.0.0.1 port [0-9]+: PATCH /v1/links/wan/ab: 200 OK'
is "a reader's" "$(http /metrics -H "$(as $READ)")" 200
is "... does not change" "$(http /v1/links/wan/ab -X DELETE -H "$(as $READ)")" 403
contains "... is told of, too" "$LAB_LOG" 'control: read token from 127.0.0.1 port [0-9]+: DELETE /v1/links/wan/ab: 403 Forbidden'
is "... and has not" "$(lab_ctl links -o json | jq -r '.links[0].ab.delay.mean')" 5ms
is "another name" "$(http /v1/stats -H 'Host: evil.example' -H "$(as $ADMIN)")" 403
is "a name that was allowed" "$(http /v1/stats -H 'Host: lab.example' -H "$(as $ADMIN)")" 200
is "a page of another site" "$(http /v1/stats -H 'Origin: http://evil.example' -H "$(as $ADMIN)")" 403
is "a page of ours" "$(http /v1/stats -H "Origin: http://$HTTP" -H "$(as $ADMIN)")" 200
is "no other origin is let in" "$(http /v1/stats -X OPTIONS -H 'Origin: http://evil.example')" 403
fails "no header says so" grep -qi access-control-allow "$LAB_DIR/body"
is "what is too long" "$(head -c 3000000 /dev/zero | http /v1/config -X PUT -H 'Content-Type: text/plain' --data-binary @- -H "$(as $ADMIN)" -H 'Expect:')" 413

# Six wrong ones: the last waits almost half a second, and who has the right one does not.
for _ in 1 2 3 4 5; do http /v1/stats -H "$(as wrong-token-0123456789)" >/dev/null; done
slow=$(lab_in m curl -sS -o /dev/null -w '%{time_total}' "http://$HTTP/v1/stats" -H "$(as wrong-token-0123456789)")
within "wrong tokens wait" "$slow" 0.3 15
fast=$(lab_in m curl -sS -o /dev/null -w '%{time_total}' "http://$HTTP/v1/version" -H "$(as $ADMIN)")
within_timed "right ones do not" "$fast" 0 0.25
contains "and it is told" "$LAB_LOG" 'a wrong token \(number 4 in a row\)'

# Another token, and the admin's is taken away: by HUP, and then a file that is refused changes nothing.
NEW=another-token-0123456789
printf '%s\nread:%s\n' $NEW $READ >"$tokens"
kill -HUP "$LAB_PID"
ok "read again" lab_await "$LAB_LOG" 'reloaded, generation' "$LAB_PID" 10
is "... the one that is new" "$(http /v1/version -H "$(as $NEW)")" 200
is "... the one that is there no more" "$(http /v1/version -H "$(as $ADMIN)")" 401
echo short >"$tokens"
kill -HUP "$LAB_PID"
ok "a bad file is refused" lab_await "$LAB_LOG" 'the tokens are not read again; those from before stay' "$LAB_PID" 10
contains "... with its reason" "$LAB_LOG" 'tokens:1: a token has at least 16 characters'
is "... and those from before stay" "$(http /v1/version -H "$(as $NEW)")" 200

fails "only on this machine's inside" lab_in a curl -sS --max-time 2 "http://$HTTP/healthz"
lab_stop
fails "gone at the end" lab_in m curl -sS --max-time 2 "http://$HTTP/healthz"
finish
