# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# A lab to source: two hosts (network namespaces) with wirefault between them, in a namespace of its
# own, so that neither names nor routes of the machine matter. Taken down on every exit.
#
#      LAB_NS_A               LAB_NS_M              LAB_NS_B
#   +------------+       +----------------+       +------------+
#   |        wfa-|-------|-a  wirefault b-|-------|-wfb        |
#   | 10.77.0.1  |       +----------------+       | 10.77.0.2  |
#   | fd77::1    |                                | fd77::2    |
#   +------------+                                +------------+
#
# The script that sources this calls lab_open first; everything else may fail with a message.

LAB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${WF_BUILD:=$LAB_ROOT/build/release}"
: "${LAB_NS_A:=wf-a}" "${LAB_NS_B:=wf-b}" "${LAB_NS_M:=wf-m}"
WIREFAULT=$WF_BUILD/app/wirefault/wirefault
WFCTL=$WF_BUILD/app/wfctl/wfctl
LAB_DIR=
LAB_PID=   # of wirefault
LAB_SOCK=  # its control socket
LAB_OUT=   # its stdout: READY (with JSON it is on stderr), the final report
LAB_LOG=   # its stderr
LAB_PIDS=() # of other processes in the background
LAB_NAMESPACES=()
LAB_KEEP=no   # yes: leave everything up at exit
LAB_CRASHES= # exit codes of wirefaults that did not end as they should
LAB_AT_EXIT=: # a command for the script's own cleaning up

lab_say() { printf '%s: %s\n' "${LAB_NAME:-lab}" "$*" >&2; }
lab_fail() {
	lab_say "$*"
	exit 1
}

# Begins: a scratch directory, and traps that take everything down however the script ends.
lab_open() {
	[ "$(id -u)" -eq 0 ] || lab_fail "the lab needs root (network namespaces)"
	[ -x "$WIREFAULT" ] || lab_fail "no $WIREFAULT: build first, or set WF_BUILD"
	LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/wf-lab.XXXXXX")
	lab_resume
}

lab_close() {
	local status=$1 pid ns
	trap '' INT TERM HUP # once, and to the end
	trap - EXIT
	set +e
	if [ "$LAB_KEEP" = yes ]; then
		exit "$status"
	fi
	lab_stop >/dev/null
	for pid in "${LAB_PIDS[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	for ns in "${LAB_NAMESPACES[@]}"; do
		# What others have started there would stay behind, in a namespace without a name.
		for pid in $(ip netns pids "$ns" 2>/dev/null); do
			kill "$pid" 2>/dev/null
		done
		ip netns del "$ns" 2>/dev/null
	done
	$LAB_AT_EXIT
	rm -rf "$LAB_DIR"
	exit "$status"
}

# Leaves everything up when the script ends, and writes what another script needs to go on.
lab_remember() { # FILE
	LAB_KEEP=yes
	declare -p LAB_DIR LAB_PID LAB_SOCK LAB_OUT LAB_LOG LAB_NAMESPACES LAB_NS_A LAB_NS_B LAB_NS_M |
		sed 's/^declare -[-a-z]* //' >"$1"
}

# After reading that file: takes over, with the traps.
lab_resume() {
	trap 'lab_close $?' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

# The namespaces; fresh, with IPv6 that needs no waiting.
lab_hosts() {
	local ns
	for ns in "$LAB_NS_A" "$LAB_NS_B" "$LAB_NS_M"; do
		ip netns add "$ns" || lab_fail "namespace $ns exists: tools/lab down, or another name"
		LAB_NAMESPACES+=("$ns")
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0 \
			net.ipv6.conf.default.router_solicitations=0
		ip -n "$ns" link set lo up
	done
}

# A pair of veth: `host` in a host's namespace, `port` for wirefault.
lab_veth() { # NAMESPACE HOST-IF PORT-IF
	ip link add name "$2" netns "$1" type veth peer name "$3" netns "$LAB_NS_M"
	ip -n "$LAB_NS_M" link set "$3" up
}

# Of a host: a, b or m(iddle).
lab_ns() {
	case $1 in
	a) echo "$LAB_NS_A" ;;
	b) echo "$LAB_NS_B" ;;
	m) echo "$LAB_NS_M" ;;
	*) lab_fail "there is no host $1" ;;
	esac
}

# The hosts' processors: not the last one, which wirefault's worker has by default. A lab where hosts
# and emulator take turns on a core measures the scheduler.
lab_cpus() {
	local all last
	all=$(taskset -cp $$ | sed 's/.*: //')
	last=${all##*[,-]}
	[ "$last" = "$all" ] && echo "$all" && return # one core
	seq -s, 0 $((last - 1))
}
LAB_CPUS=$(lab_cpus)

# A packet that wirefault sends would go through the receiving host's stack in the sender's time, on
# the worker's core. So the host's cores take it over (receive packet steering).
lab_steer() { # NAMESPACE INTERFACE
	local cpu mask=0
	for cpu in ${LAB_CPUS//,/ }; do
		[[ $cpu == *-* || $cpu -gt 62 ]] || mask=$((mask | 1 << cpu))
	done
	# shellcheck disable=SC2016 # for the inner shell; ip makes /sys show the namespace
	ip netns exec "$1" bash -c 'for queue in "/sys/class/net/$2"/queues/rx-*/rps_cpus; do
		printf "%x" "$1" >"$queue"; done' - "$mask" "$2"
}

# Runs a command on a host. Only network and cores are others: same files, same mounts.
lab_in() { taskset -c "$LAB_CPUS" nsenter --net="/run/netns/$(lab_ns "$1")" -- "${@:2}"; }

# The same in the background, with its output in a file; its process id is $! (a function in the
# background would leave that of a subshell).
lab_bg() { # a|b|m OUTPUT COMMAND...
	taskset -c "$LAB_CPUS" nsenter --net="/run/netns/$(lab_ns "$1")" -- "${@:3}" >"$2" 2>&1 </dev/null &
	LAB_PIDS+=($!)
}

# Waits until a line of FILE matches, PID ends, or the time is over. 0: matched.
lab_await() { # FILE REGEX PID SECONDS
	local matched
	matched=$(
		set +o pipefail
		timeout "$4" tail -n +1 -s 0.1 --pid="$3" -F "$1" 2>/dev/null | grep -m 1 -E "$2"
	)
	[ -n "$matched" ]
}

# Starts wirefault in the middle and returns when packets flow.
lab_start() { # CONFIG|profile:NAME [OPTION...]
	local from=(-c "$1")
	[[ $1 != profile:* ]] || from=(--profile "${1#profile:}")
	LAB_SOCK=$LAB_DIR/control.sock
	LAB_OUT=$LAB_DIR/stdout
	LAB_LOG=$LAB_DIR/stderr
	local ready=$LAB_OUT
	: >"$LAB_OUT"
	: >"$LAB_LOG"
	nsenter --net="/run/netns/$LAB_NS_M" -- \
		"$WIREFAULT" run "${from[@]}" --socket "$LAB_SOCK" "${@:2}" \
		>"$LAB_OUT" 2>"$LAB_LOG" </dev/null &
	LAB_PID=$!
	# READY is a line of stdout, unless that is to be JSON.
	[[ " ${*:2} " =~ (" -o json "|" --json "|"=json ") ]] && ready=$LAB_LOG
	if ! lab_await "$ready" '^READY' "$LAB_PID" 30; then
		sed 's/^/    /' "$LAB_LOG" >&2
		lab_say "wirefault did not become ready"
		return 1
	fi
}

# TERM, and wait for the end. Returns wirefault's exit code; kills it if it takes over 10 s.
lab_stop() {
	local pid=$LAB_PID
	[ -n "$pid" ] || return 0
	LAB_PID=
	kill -TERM "$pid" 2>/dev/null || true
	timeout 10 tail --pid="$pid" -s 0.1 -f /dev/null || true
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null
	local rc=$?
	case $rc in # ended by a signal of its own making: an abort, a fault
	132 | 134 | 135 | 136 | 139) LAB_CRASHES="$LAB_CRASHES $rc" ;;
	esac
	return $rc
}

# Gives an interface of the middle, or of the host itself, to a host with its addresses.
lab_attach() { # a|b INTERFACE [IPV4/LEN IPV6/LEN]
	local ns
	ns=$(lab_ns "$1")
	if ip -n "$LAB_NS_M" link show dev "$2" >/dev/null 2>&1; then
		ip -n "$LAB_NS_M" link set dev "$2" netns "$ns" || return 1
	fi
	if [ $# -gt 2 ]; then
		ip -n "$ns" addr add "$3" dev "$2"
		ip -n "$ns" addr add "$4" dev "$2" nodad
	fi
	ip -n "$ns" link set dev "$2" up
	lab_steer "$ns" "$2"
}

# The usual lab: two TAP ports named wfa and wfb in the configuration. Counting starts when both
# hosts are up: what the first one says before cannot reach the other.
lab_up() { # CONFIG [OPTION...]
	lab_hosts
	lab_start "$@" || return 1
	lab_attach a wfa 10.77.0.1/24 fd77::1/64 &&
		lab_attach b wfb 10.77.0.2/24 fd77::2/64 && lab_ctl reset >/dev/null
}

# The same on veth: DRIVER is net_af_packet or net_af_xdp, the ports' interfaces are pa and pb.
lab_up_veth() { # CONFIG [OPTION...]
	lab_hosts
	lab_veth "$LAB_NS_A" wfa pa
	lab_veth "$LAB_NS_B" wfb pb
	lab_attach a wfa 10.77.0.1/24 fd77::1/64
	lab_attach b wfb 10.77.0.2/24 fd77::2/64
	lab_start "$@"
}

lab_ctl() { "$WFCTL" -s "$LAB_SOCK" "$@"; }

# A value of the stats document: lab_stat '.links[0].ab.tx.packets'
lab_stat() { lab_ctl stats -o json | jq -r "$1"; }

# An iperf3 server on a host for one test, ready when this returns.
lab_iperf_server() { # a|b PORT
	local out=$LAB_DIR/iperf-$2
	: >"$out"
	lab_bg "$1" "$out" iperf3 -s -1 -p "$2" --forceflush
	lab_await "$out" 'Server listening' $! 10 || lab_fail "iperf3 -s did not start on $1"
}

# iperf3 from a to b; the JSON document on stdout. Where packets are lost it can wait for ever for
# one of its own that was, so it has a minute.
lab_iperf() { # PORT [OPTION...]
	local server
	lab_iperf_server b "$1"
	server=$!
	lab_in a timeout 60 iperf3 -c 10.77.0.2 -p "$1" -J "${@:2}" </dev/null && return
	kill "$server" 2>/dev/null
	return 1
}

# ping from a; the summary's "sent received mean-ms sd-ms" ("- -" when nothing came back).
lab_ping() { # ADDRESS [OPTION...]
	lab_in a ping -n -q "${@:2}" "$1" | awk -F '[ /]' '
		/packets transmitted/ { sent = $1; received = $4 }
		/^rtt/ { mean = $8; sd = $10 }
		END { print sent + 0, received + 0, mean == "" ? "- -" : mean " " sd }'
}

# The same where none must be lost; prints "sent received". ping leaves off hardly later than its last
# packet: on a busy machine an answer may come when it has gone, so there are three tries.
lab_ping_all() { # ADDRESS [OPTION...]
	local try counts
	for try in 1 2 3; do
		counts=$(lab_ping "$@" | cut -d ' ' -f 1,2)
		[ "${counts% *}" != "${counts#* }" ] || break
		lab_say "ping: of ${counts% *} came ${counts#* } (try $try)"
	done
	echo "$counts"
}
