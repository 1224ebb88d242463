#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# DNS faults as dig sees them, over IPv4 and IPv6, beside a server that answers what passes.
. "$(dirname "$0")/tap.sh"

conf 'dns = "nxdomain";' ""
lab_up "$CONF" || exit 1
# Answers every question with 192.0.2.53, by UDP and TCP.
cat >"$LAB_DIR/named.py" <<'END'
import socket, socketserver, threading
def reply(q):
    end = q.index(0, 12) + 5
    return (q[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" + q[12:end] +
            b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\xc0\0\2\x35")
class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto(reply(self.request[0]), self.client_address)
class Tcp(socketserver.BaseRequestHandler):
    def handle(self):
        m = reply(self.request.recv(4096)[2:])
        self.request.sendall(len(m).to_bytes(2, "big") + m)
class UdpServer(socketserver.UDPServer):
    address_family = socket.AF_INET6
class TcpServer(socketserver.TCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True
udp, tcp = UdpServer(("::", 53), Udp), TcpServer(("::", 53), Tcp)
threading.Thread(target=tcp.serve_forever, daemon=True).start()
print("Serving")
udp.serve_forever()
END
lab_bg b "$LAB_DIR/named" python3 -u "$LAB_DIR/named.py"
lab_await "$LAB_DIR/named" Serving $! 10 || lab_fail "no name server"

# shellcheck disable=SC2317 # fails calls it
ask() { # ADDRESS NAME TYPE [OPTION...]: what dig makes of it
	lab_in a dig +time=3 +tries=1 "@$1" "$2" "$3" "${@:4}" >"$LAB_DIR/dig" 2>&1
}
status() { # the same; prints the answer's status and flags
	ask "$@"
	sed -n 's/.*status: \([A-Z]*\),.*/\1/p; s/^;; flags: \([a-z ]*\);.*/\1/p' "$LAB_DIR/dig" | paste -sd ' '
}
# shellcheck disable=SC2317 # ok calls it
fault() { lab_ctl set wan ab "dns.answer=$1" "${@:2}"; }

is "NXDOMAIN, IPv4" "$(status 10.77.0.2 www.Example.com A)" "NXDOMAIN qr rd ra"
fails "dig finds nothing to complain of" grep -qiE 'warning|malformed|mismatch|unexpected|bad' "$LAB_DIR/dig"
is "NXDOMAIN, IPv6, without EDNS" "$(status fd77::2 www.Example.com AAAA +noedns +norec)" "NXDOMAIN qr ra"
for answer in servfail refused; do
	ok "$answer" fault $answer
	is "$answer, IPv4" "$(status 10.77.0.2 a.b MX)" "${answer^^} qr rd ra"
	is "$answer, IPv6, DNSSEC" "$(status fd77::2 a.b MX +dnssec +cdflag)" "${answer^^} qr rd ra cd"
done
ok "empty" fault empty
is "a name without such a record" "$(status 10.77.0.2 a.b A)" "NOERROR qr rd ra"
contains "of which there are none" "$LAB_DIR/dig" 'ANSWER: 0,'
ok "truncated" fault truncated
is "truncated" "$(status 10.77.0.2 a.b A +ignore)" "NOERROR qr tc rd ra"
is "TCP has the answer" "$(lab_in a dig +short +time=3 +tries=1 @10.77.0.2 a.b A | tail -n 1)" 192.0.2.53
ok "random-a" fault random-a dns.ttl=77
ask 10.77.0.2 www.example.com A
contains "a random address" "$LAB_DIR/dig" '^www.example.com.[[:space:]]+77[[:space:]]+IN[[:space:]]+A[[:space:]]+198\.1[89]\.'
first=$(grep -oE '198\.1[89]\.[0-9.]+' "$LAB_DIR/dig")
ask fd77::2 www.example.com A
fails "and another" grep -qF "$first" "$LAB_DIR/dig"
ask fd77::2 www.example.com AAAA
contains "IPv6 too" "$LAB_DIR/dig" 'AAAA[[:space:]]+2001:2:'
ok "a name and a type" fault nxdomain dns.ttl=null dns.name=example.com dns.qtype=A
is "this one" "$(status 10.77.0.2 WWW.example.COM A)" "NXDOMAIN qr rd ra"
is "not another name" "$(lab_in a dig +short +time=3 +tries=1 @10.77.0.2 example.org A)" 192.0.2.53
is "nor another type" "$(status 10.77.0.2 www.example.com AAAA +norec)" "NOERROR qr aa rd ra"
ok "timeout" fault timeout dns.name=null dns.qtype=null
fails "nobody answers" ask 10.77.0.2 a.b A +time=1
contains "dig has waited for nothing" "$LAB_DIR/dig" 'timed out|no servers could be reached'
is "counted" "$(lab_stat '.links[0] | .ab.dropped.dns.packets - .ba.forged.packets')" 1
conserved
finish
