# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Test Anything Protocol for the smoke tests, on top of the lab. Sourced first by each of them.
LAB_NAME=$(basename "$0" .sh)
# Names of this process: tests may run beside each other and beside a lab.
LAB_NS_A=wf-a-$$ LAB_NS_B=wf-b-$$ LAB_NS_M=wf-m-$$
# shellcheck source=tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../tools/lib.sh"
set -u
tests=0
failures=0

result() { # OK? DESCRIPTION
	tests=$((tests + 1))
	if [ "$1" = yes ]; then
		echo "ok $tests - $2"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $2"
	fi
}

# The command succeeds; its output is shown when it doesn't.
ok() { # DESCRIPTION COMMAND...
	if "${@:2}" >"$LAB_DIR/ok.out" 2>&1; then # in this shell: it may start things
		result yes "$1"
	else
		result no "$1"
		tail -n 20 "$LAB_DIR/ok.out" | sed 's/^/# /'
	fi
}
fails() { # DESCRIPTION COMMAND...
	ok "$1" not "${@:2}"
}
not() { ! "$@"; }

is() { # DESCRIPTION GOT WANTED
	if [ "$2" = "$3" ]; then
		result yes "$1"
	else
		result no "$1"
		echo "# got '$2', wanted '$3'"
	fi
}

within() { # DESCRIPTION GOT LOWEST HIGHEST
	if awk -v x="$2" -v lo="$3" -v hi="$4" 'BEGIN { exit !(x != "" && x + 0 == x && lo <= x && x <= hi) }'; then
		result yes "$1 ($2)"
	else
		result no "$1"
		echo "# got '$2', wanted $3 .. $4"
	fi
}

# A figure that a slower build (sanitizers) cannot be held to.
within_timed() {
	[ -z "${WF_UNTIMED-}" ] || { skip "$1" "not timed in this build" && return; }
	within "$@"
}

contains() { # DESCRIPTION FILE REGEX
	if grep -qE -- "$3" "$2"; then
		result yes "$1"
	else
		result no "$1"
		echo "# no line of $(basename "$2") matches: $3"
		tail -n 20 "$2" | sed 's/^/# /'
	fi
}

skip() { # DESCRIPTION REASON
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

calc() { awk "BEGIN { printf \"%.6g\", $* }"; }

# Writes the lab's configuration: the usual ports and one link.
conf() { # AB BA [CLASSES]
	cat >"$LAB_DIR/lab.conf" <<-END
		seed = 7;
		ports = (
		  { name = "a"; device = "${DEVICE_A:-net_tap0,iface=wfa}"; ${PORT_KEYS-} },
		  { name = "b"; device = "${DEVICE_B:-net_tap1,iface=wfb}"; ${PORT_KEYS-} }
		);
		links = ( {
		  name = "wan"; ports = [ "a", "b" ];
		  ab = { $1 };
		  ba = { $2 };
		  ${3:+classes = ( $3 );}
		} );
	END
	# shellcheck disable=SC2034 # for the tests
	CONF=$LAB_DIR/lab.conf
}

# Downloads a file of random bytes from b to a by TCP: every byte arrives as it was.
tcp_intact() { # DESCRIPTION URL-HOST
	if [ ! -e "$LAB_DIR/www/random" ]; then
		mkdir -p "$LAB_DIR/www"
		head -c 3000000 /dev/urandom >"$LAB_DIR/www/random"
		lab_bg b "$LAB_DIR/httpd" python3 -u -m http.server --bind :: --directory "$LAB_DIR/www" 8000
		lab_await "$LAB_DIR/httpd" Serving $! 10 || lab_fail "no web server"
	fi
	rm -f "$LAB_DIR/copy"
	lab_in a curl -sS --max-time 20 -o "$LAB_DIR/copy" "http://$2:8000/random"
	ok "$1" cmp "$LAB_DIR/www/random" "$LAB_DIR/copy"
}

# A tagged frame goes in at wfa; tcpdump must see it with its tag at wfb. (Raw, because the kernel
# may be without VLAN interfaces.)
vlan_crosses() { # DESCRIPTION
	local out=$LAB_DIR/tcpdump seen
	: >"$out"
	lab_bg b "$out" timeout 20 tcpdump -l -n -e -c 5 -i wfb "vlan 7 and udp port 9"
	lab_await "$out" 'listening on' $! 10
	lab_in a python3 - <<-'END'
		import socket, struct
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		udp = struct.pack(">HHHH", 9, 9, 8 + 64, 0) + bytes(64)
		ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, 0x0a4e0001, 0x0a4e0002)
		for _ in range(5):
		    s.send(b"\xff" * 6 + b"\x02\0\0\0\0\1" + struct.pack(">HHH", 0x8100, 7, 0x0800) + ip + udp)
	END
	lab_await "$out" 'packets captured' "${LAB_PIDS[-1]}" 5
	seen=$(grep -c 'vlan 7.*10.78.0.1.9 > 10.78.0.2.9' "$out")
	is "$1" "$seen" 5
}

# Every packet has an explanation.
conserved() {
	local left
	left=$(lab_stat '.unaccounted | "\(.packets) packets, \(.bytes) bytes"')
	is "nothing is unaccounted for" "$left" "0 packets, 0 bytes"
}

finish() {
	echo "1..$tests"
	[ $failures -eq 0 ] || sed 's/^/# wirefault: /' "${LAB_LOG:-/dev/null}" | tail -n 20
	exit $((failures > 0))
}

lab_open
