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
	local out
	if out=$("${@:2}" 2>&1); then
		result yes "$1"
	else
		result no "$1"
		printf '%s\n' "$out" | tail -n 20 | sed 's/^/# /'
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

# A VLAN on both hosts: 10.78.0.1 and 10.78.0.2.
lab_vlan() { # ID
	lab_in a ip link add link wfa name tagged type vlan id "$1"
	lab_in b ip link add link wfb name tagged type vlan id "$1"
	lab_in a ip addr add 10.78.0.1/24 dev tagged
	lab_in b ip addr add 10.78.0.2/24 dev tagged
	lab_in a ip link set tagged up
	lab_in b ip link set tagged up
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
