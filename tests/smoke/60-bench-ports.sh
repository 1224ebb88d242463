#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/bench-ports works: every kind carries what it is asked to, whatever the speed, each trial is
# counted or void, and a void one is said and shows no figure.
. "$(dirname "$0")/tap.sh"

bench() {
	LAB_NS_A=wf-ba-$$ LAB_NS_B=wf-bb-$$ LAB_NS_M=wf-bm-$$ \
		"$LAB_ROOT/tools/bench-ports" --build "$WF_BUILD" --quick "$@"
}
of() { jq -c "$1" "$LAB_DIR/bench.json"; }

kinds=(packet net_tap)
[ -z "${WF_TEST_LONG-}" ] || kinds=(bridge packet net_af_packet net_af_xdp net_tap)
bench --json "${kinds[@]}" >"$LAB_DIR/bench.json" 2>/dev/null
is "it runs" $? 0
is "each kind is there" "$(of '[.kinds[].kind] | join(" ")')" "\"${kinds[*]}\""
is "each kind has carried TCP" "$(of '[.kinds[] | .tcp_trials == 1 and .tcp_bps > 0] | all')" true
is "each kind has carried small frames, and none that nobody sent" \
	"$(of '[.kinds[] | .small_trials == 1 and .small_pps > 0 and .small_lost >= 0 and
		.small_lost < 1] | all')" true
is "lateness at three paces" "$(of '[.packet_lateness[].pps]')" '[1000,10000,100000]'
# A busy machine may not keep a pace: then the trial is void, and without figures.
is "each pace has figures or is void" "$(of '[.packet_lateness[] | .trials + .void == 1 and
	(.trials == 1) == (.p50_ns != null and .p99_ns >= .p50_ns)] | all')" true

# Hosts that can't offer what they are to: iperf3 that fails, a sender that sends five frames.
mkdir "$LAB_DIR/bin"
cat >"$LAB_DIR/bin/iperf3" <<'END'
#!/bin/sh
[ "$1" = -s ] && echo 'Server listening' || exit 1
END
cat >"$LAB_DIR/bin/python3" <<END
#!/bin/sh
[ "\$1" = - ] || exec $(command -v python3) "\$@"
cat >/dev/null
echo 5 0.1
END
chmod +x "$LAB_DIR/bin/iperf3" "$LAB_DIR/bin/python3"
PATH=$LAB_DIR/bin:$PATH bench packet >"$LAB_DIR/void.txt" 2>"$LAB_DIR/void.err"
is "void trials are no failure of the tool" $? 0
contains "a kind without a valid trial has no figures" "$LAB_DIR/void.txt" \
	'^\| packet \| - \| - \| - \|$'
contains "nor has a pace" "$LAB_DIR/void.txt" '^\| 100000 packets/s \| - \| - \|$'
contains "void trials are said" "$LAB_DIR/void.txt" '^void: 2 of 2 trials of packet$'
contains "those at a pace, too" "$LAB_DIR/void.txt" '^void: 1 of 1 trials at 1000 packets/s$'
contains "and why" "$LAB_DIR/void.err" 'void: packet, 5 of 20000 frames offered'
is "at most 100 columns" "$(awk 'length > 100' "$LAB_DIR/void.txt" | wc -l)" 0

fails "a kind that isn't there" bench smoke-signals
fails "no number of rounds" bench --rounds 0
finish
