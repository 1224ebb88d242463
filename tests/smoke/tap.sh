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

inside() { # NUMBER LOWEST HIGHEST
	awk -v x="$1" -v lo="$2" -v hi="$3" 'BEGIN { exit !(x != "" && x + 0 == x && lo <= x && x <= hi) }'
}
within() { # DESCRIPTION GOT LOWEST HIGHEST
	if inside "$2" "$3" "$4"; then
		result yes "$1 ($2)"
	else
		result no "$1"
		echo "# got '$2', wanted $3 .. $4"
	fi
}

# How long the workers of wirefault were ready to run but had to wait for their cores, in ms: the
# kernel's own account of a machine that is busy with something else.
worker_waited() {
	local task sum=0 waited
	for task in "/proc/${LAB_PID:-0}/task"/*; do
		[[ $(cat "$task/comm" 2>/dev/null) == rte-worker* ]] || continue
		read -r _ waited _ <"$task/schedstat" && sum=$((sum + waited / 1000000))
	done
	echo $sum
}
# The same for anything on this machine, hosts included (pressure stall information).
machine_waited() { sed -n 's/^some .*total=\([0-9]*\)$/\1/p' /proc/pressure/cpu 2>/dev/null | sed 's/...$//;s/^$/0/'; }

# A figure that neither a slower build (sanitizers) nor a machine that gave the worker's core to others
# since the test before can be held to.
timed_since=$(date +%s%3N)
timed_worker=0
timed_machine=$(machine_waited)
within_timed() {
	local now worker machine elapsed
	[ -z "${WF_UNTIMED-}" ] || { skip "$1" "not timed in this build" && return; }
	now=$(date +%s%3N) worker=$(worker_waited) machine=$(machine_waited)
	elapsed=$((now - timed_since + 1))
	worker=$(((worker - timed_worker) * 100 / elapsed))
	machine=$(((${machine:-0} - ${timed_machine:-0}) * 100 / elapsed))
	timed_since=$now timed_worker=$(worker_waited) timed_machine=$(machine_waited)
	if ! inside "$2" "$3" "$4" && { [ $worker -ge 1 ] || [ $machine -ge 60 ]; }; then
		skip "$1" "$2 is not in $3 .. $4, but the worker waited for its core $worker % of the time (tasks of the machine: $machine %)"
		return
	fi
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

# Writes the lab's configuration: the usual ports and one link, and no more packet buffers than a test
# fills, which halves the time of a start.
conf() { # AB BA [CLASSES]
	cat >"$LAB_DIR/lab.conf" <<-END
		seed = 7;
		memory = "${MEMORY-64MB}";
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

# Two hosts on veth, and a configuration of ports on their other ends, for a wirefault that a test starts
# itself. Each knows the other's address: no packet crosses that nobody asked for.
veth_hosts() { # AB BA
	local mac_a mac_b ns
	lab_hosts
	lab_veth "$LAB_NS_A" wfa pa
	lab_veth "$LAB_NS_B" wfb pb
	lab_attach a wfa 10.77.0.1/24 fd77::1/64
	lab_attach b wfb 10.77.0.2/24 fd77::2/64
	mac_a=$(ip -n "$LAB_NS_A" -br link show wfa | awk '{ print $3 }')
	mac_b=$(ip -n "$LAB_NS_B" -br link show wfb | awk '{ print $3 }')
	for ns in "$LAB_NS_A" "$LAB_NS_B"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	done
	ip -n "$LAB_NS_A" neigh replace 10.77.0.2 lladdr "$mac_b" dev wfa nud permanent
	ip -n "$LAB_NS_B" neigh replace 10.77.0.1 lladdr "$mac_a" dev wfb nud permanent
	DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb conf "$1" "$2"
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
	lab_stop || true
	[ -z "$LAB_CRASHES" ] || is "no wirefault has crashed" "$LAB_CRASHES" ""
	echo "1..$tests"
	[ $failures -eq 0 ] || sed 's/^/# wirefault: /' "${LAB_LOG:-/dev/null}" | tail -n 20
	exit $((failures > 0))
}

lab_open
