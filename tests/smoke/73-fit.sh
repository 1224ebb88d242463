#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Round trips: what `wirefault offline` did to packets, `wirefault fit` finds from the captures before and
# behind, within 5 % or what so many packets can tell, and what it prints does the same again.
. "$(dirname "$0")/tap.sh"

# Frames of UDP, each with its number: so many, a gap in ms, of one length or of three.
packets() { # FILE N GAP LENGTHS
	python3 - "$@" <<-'END'
		import random, struct, sys
		name, n, gap, lengths = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), [int(x) for x in sys.argv[4].split(',')]
		random.seed(5)
		with open(name, 'wb') as f:
		    f.write(struct.pack('<IHHIIII', 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
		    for i in range(n):
		        ns = 1600000000 * 10**9 + int(i * gap * 1e6)
		        size = random.choice(lengths) - 42
		        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 28 + size, i & 0xffff, 0, 64, 17, 0, b'\x0a\0\0\1', b'\x0a\0\0\2')
		        frame = b'\2\0\0\0\0\1\2\0\0\0\0\2\x08\0' + ip + struct.pack('>HHHHI', 1000, 2000, 8 + size, 0, i) + b'x' * (size - 4)
		        f.write(struct.pack('<IIII', ns // 10**9, ns % 10**9, len(frame), len(frame)) + frame)
	END
}
through() { # SEED IMPAIRMENTS IN: to out.pcapng
	cat >"$LAB_DIR/net.conf" <<-END
		ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
		links = ( { name = "wan"; ports = [ "a", "b" ]; ab = { $2 }; } );
	END
	"$WIREFAULT" offline -c "$LAB_DIR/net.conf" --ab "$3" --ab-out "$LAB_DIR/out.pcapng" --seed "$1" -q
}
fit() { # IN [OPTION...]
	"$WIREFAULT" fit "$1" "$LAB_DIR/out.pcapng" -o "$LAB_DIR/fit.conf" "${@:2}" 2>"$LAB_DIR/fit.err"
}
# A value that was found, without its unit, by a regex of what stands in front of it: mean, or 'loss = .*r'.
found() { grep -v '#' "$LAB_DIR/fit.conf" | grep -oE "\b$1 = \"?[0-9.]+" | head -n 1 | grep -oE '[0-9.]+$'; }
near() { # DESCRIPTION NAME WANTED PERCENT
	within "$1: $2" "$(found "$2")" "$(calc "$3 * (1 - $4 / 100)")" "$(calc "$3 * (1 + $4 / 100)")"
}
loads() { # DESCRIPTION
	ok "$1: it loads" "$WIREFAULT" check -c "$LAB_DIR/fit.conf" --no-simulate
}

# So many that 95 % intervals of all that is looked for lie within 5 %: a share p of n packets is known to
# +- 1.96 sqrt((1 - p) / (p n)) of itself, 3.4 % for 2 % of 160,000.
cbr=$LAB_DIR/cbr.pcap mix=$LAB_DIR/mix.pcap
packets "$cbr" 160000 1 200
packets "$mix" 160000 0.5 100,500,1500

for seed in 1 ${WF_TEST_LONG:+2 3}; do
	through "$seed" 'delay = "20.01ms"; loss = "5%";' "$cbr"
	fit "$cbr"
	near "constant, seed $seed" mean 20.01 0.01
	near "constant, seed $seed" loss 5 5
	loads "constant, seed $seed"

	through "$seed" 'delay = { mean = "20ms"; stddev = "2ms"; order = "free"; rho = 0.5; }; loss = { model = "gilbert-elliott"; p = "2%"; r = "25%"; }; duplicate = "5%";' "$cbr"
	fit "$cbr"
	near "normal, bursts, seed $seed" mean 20 0.5
	near "normal, bursts, seed $seed" stddev 2 5
	near "normal, bursts, seed $seed" rho 0.5 5
	near "normal, bursts, seed $seed" 'loss = .*r' 25 5
	near "normal, bursts, seed $seed" 'loss = .*"; p' 2 5
	near "normal, bursts, seed $seed" 'duplicate = \{ p' 5 5
	contains "normal, bursts, seed $seed: models" "$LAB_DIR/fit.conf" 'gilbert-elliott.*r = '
	loads "normal, bursts, seed $seed"

	through "$seed" 'delay = { distribution = "pareto"; mean = "20ms"; stddev = "5ms"; }; loss = { model = "gilbert-elliott"; p = "2%"; r = "10%"; h = "40%"; };' "$cbr"
	fit "$cbr"
	contains "pareto in order, seed $seed" "$LAB_DIR/fit.conf" 'distribution = "pareto"'
	near "pareto in order, seed $seed" shape 5.123 5 # 1 + sqrt(1 + (mean / stddev)^2)
	near "pareto in order, seed $seed" scale 16.10 1
	near "bursts that let some pass, seed $seed" 'loss = .*"; p' 2 5
	near "bursts that let some pass, seed $seed" 'loss = .*r' 10 5
	near "bursts that let some pass, seed $seed" h 40 5
	loads "pareto in order, seed $seed"

	through "$seed" 'delay = "20ms"; rate = "11Mbit"; queue = { limit = "40ms"; }; loss = "2%";' "$mix"
	fit "$mix"
	near "a queue, seed $seed" rate 11 0.1
	near "a queue, seed $seed" limit 40 5
	near "a queue, seed $seed" mean 20 0.1
	near "a queue, seed $seed" loss 2 5
	loads "a queue, seed $seed"

	# Up to 1 ms a packet, and jitter of 3 ms behind it.
	for order in free fifo; do
		through "$seed" "delay = { mean = \"20ms\"; stddev = \"3ms\"; order = \"$order\"; }; rate = \"12Mbit\";" "$mix"
		fit "$mix"
		near "a rate behind jitter, $order, seed $seed" rate 12 5
		near "a rate behind jitter, $order, seed $seed" mean 20 5
		near "a rate behind jitter, $order, seed $seed" stddev 3 5
		loads "a rate behind jitter, $order, seed $seed"
	done
done

through 3 'delay = "20ms"; reorder = "2%";' "$cbr"
fit "$cbr"
near "reordering" reorder 2 5
near "reordering" mean 20 0.01
loads "reordering"

# What was found does the same again.
through 4 'delay = { mean = "30ms"; stddev = "4ms"; }; loss = "2%";' "$cbr"
fit "$cbr"
"$WIREFAULT" offline -c "$LAB_DIR/fit.conf" --ab "$cbr" --ab-out "$LAB_DIR/again.pcapng" --seed 9 --stats "$LAB_DIR/again.json" -q
"$WIREFAULT" offline -c "$LAB_DIR/net.conf" --ab "$cbr" --seed 4 --stats "$LAB_DIR/first.json" -q
for key in .delay_ns.mean .delay_ns.p50 .delay_ns.p90 .delay_ns.p99; do
	first=$(jq ".links[0].ab$key" "$LAB_DIR/first.json")
	within "again: $key" "$(jq ".links[0].ab$key" "$LAB_DIR/again.json")" "$(calc "$first * 0.95")" "$(calc "$first * 1.05")"
done

# A law that is none of ours becomes samples, if there is a file for them.
through 5 'delay = { distribution = "bimodal"; mean = "10ms"; stddev = "1ms"; mean2 = "30ms"; stddev2 = "1ms"; share2 = "30%"; order = "free"; };' "$cbr"
fit "$cbr"
contains "no law fits" "$LAB_DIR/fit.conf" 'no law fits'
fit "$cbr" --samples "$LAB_DIR/samples"
contains "samples are taken" "$LAB_DIR/fit.conf" 'distribution = "samples"'
loads "samples"

# Clocks, and what can't be.
through 6 'delay = "20ms";' "$cbr"
fit "$cbr" --offset 25ms
contains "clocks that differ are said" "$LAB_DIR/fit.conf" 'The clocks differ'
fit "$cbr" --shortest 7ms
near "the shortest delay is given" mean 7 0.01
fails "an offset that is no time" fit "$cbr" --offset 25
fails "two words on one thing" fit "$cbr" --offset 1ms --shortest 1ms
fails "one file" "$WIREFAULT" fit "$cbr"
fails "nothing in common" "$WIREFAULT" fit "$LAB_ROOT/tests/cases/be.pcapng" "$cbr"
contains "... is said" "$LAB_DIR/ok.out" 'none of the .* packets'
head -c 100000 "$cbr" >"$LAB_DIR/cut.pcap"
fails "a damaged capture" "$WIREFAULT" fit "$LAB_DIR/cut.pcap" "$cbr"
finish
