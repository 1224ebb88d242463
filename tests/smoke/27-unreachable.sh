#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Destination unreachable: a connected UDP socket is refused by ICMP, over IPv4 and IPv6.
. "$(dirname "$0")/tap.sh"

conf "unreachable = { };" ""
lab_up "$CONF" || exit 1
udp_says() { # FAMILY ADDRESS
	lab_in a python3 - "$1" "$2" <<-'END'
		import errno, socket, sys
		s = socket.socket(getattr(socket, sys.argv[1]), socket.SOCK_DGRAM)
		s.settimeout(3)
		s.connect((sys.argv[2], 5353))
		s.send(b"x" * 1000)
		try:
		    s.recv(1)
		except socket.timeout:
		    print("timeout")
		except OSError as e:
		    print(errno.errorcode[e.errno])
	END
}

is "port, IPv4" "$(udp_says AF_INET 10.77.0.2)" ECONNREFUSED
is "port, IPv6" "$(udp_says AF_INET6 fd77::2)" ECONNREFUSED
is "counted" "$(lab_stat '.links[0] | "\(.ab.dropped.unreachable.packets) \(.ba.forged.packets)"')" "2 2"
ok "ping passes" lab_in a ping -n -c 1 -W 2 10.77.0.2
ok "now anything" lab_ctl set wan ab unreachable.proto=any unreachable.code=admin
fails "no ping passes" lab_in a ping -n -c 1 -W 2 10.77.0.2
lab_in a ping -n -c 1 -W 2 10.77.0.2 >"$LAB_DIR/ping"
contains "ping is told" "$LAB_DIR/ping" 'Packet filtered|[Pp]rohibited'
conserved
finish
