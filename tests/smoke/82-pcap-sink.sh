#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Pcap ports that write: a conversation goes from file to file through a link, byte for byte; what a
# disk has no room for is counted, and the traffic does not notice.
# shellcheck disable=SC2317 # functions that `ok` calls
. "$(dirname "$0")/tap.sh"

in="$LAB_ROOT/tests/cases/jump.pcap"
bytes() { tshark -r "$1" -T json -x 2>/dev/null | jq -c '.[]._source.layers.frame_raw[0]' | md5sum; }
packets() { tshark -r "$1" 2>/dev/null | wc -l; }
port() { lab_ctl stats -o json | jq -r ".ports[] | select(.name == \"$1\") | $2"; }
await_done() { for ((i = 0; i < 200; i++)); do [ "$(lab_ctl replay -o json | jq -r '.replays[0].state')" = "done" ] && return; sleep 0.05; done; false; }
await_sunk() { for ((i = 0; i < 200; i++)); do [ "$(port "$1" .sunk.packets)" -ge "$2" ] && return; sleep 0.05; done; false; }
all=$(packets "$in")

cat >"$LAB_DIR/sink.conf" <<-END
	memory = "64MB";
	ports = ( { name = "a"; device = "pcap,file=$in,pace=1000pps,to=$LAB_DIR/a.pcapng"; },
	          { name = "b"; device = "pcap,to=$LAB_DIR/b.pcapng"; },
	          { name = "c"; device = "generator,flows=10,pps=20000,size=1400"; },
	          { name = "d"; device = "pcap,to=$LAB_DIR/d.pcapng"; } );
	links = ( { name = "wan"; ports = [ "a", "b" ]; ab = { delay = "5ms"; }; },
	          { name = "back"; ports = [ "c", "d" ]; } );
END
ok "check accepts it" "$WIREFAULT" check -c "$LAB_DIR/sink.conf" --no-simulate
lab_hosts
trap '' XFSZ
ulimit -S -f 1000 # blocks of 1 KiB: of d's file, not of the others
lab_start "$LAB_DIR/sink.conf" --no-huge --force || exit 1
ulimit -S -f unlimited
ok "all is sent" await_done
ok "... and comes" await_sunk b "$all"
await_failed() { for ((i = 0; i < 200; i++)); do [ "$(port d .written.failed)" = true ] && return; sleep 0.05; done; false; }
ok "a file that can't grow any more is noticed" await_failed
ok "... and told" grep -q capture_failed <(lab_ctl events -o json)
before=$(port d .sunk.packets)
ok "... traffic goes on" await_sunk d $((before + 1000))
is "... nothing is unaccounted for" "$(lab_ctl stats -o json | jq .unaccounted.packets)" 0
lab_stop
is "exit code" $? 0
is "the file has each packet, byte for byte" "$(bytes "$LAB_DIR/b.pcapng")" "$(bytes "$in")"

# The same on the virtual clock, into the same files.
rm -f "$LAB_DIR/b.pcapng"
ok "offline" "$WIREFAULT" offline -c "$LAB_DIR/sink.conf" --link wan --ab port --ab-out port -q
is "... writes where the port would" "$(bytes "$LAB_DIR/b.pcapng")" "$(bytes "$in")"
"$WIREFAULT" offline -c "$LAB_DIR/sink.conf" --link wan --ab port --ab-out "$LAB_DIR/named.pcapng" -q
ok "... the same as to a name" cmp "$LAB_DIR/named.pcapng" "$LAB_DIR/b.pcapng"
fails "no file of a port that has none" "$WIREFAULT" offline -c "$LAB_DIR/sink.conf" --link back --ba "$in" --ba-out port -q
contains "... is said" "$LAB_DIR/ok.out" 'port c writes no file'
sed "s|file=$in|file=$LAB_DIR/b.pcapng|" "$LAB_DIR/sink.conf" >"$LAB_DIR/over.conf"
fails "nothing over what a port sends" "$WIREFAULT" offline -c "$LAB_DIR/over.conf" --link wan --ab port --ab-out port -q
contains "... is said" "$LAB_DIR/ok.out" 'is what port a sends'
fails "... nor live" timeout 30 "$WIREFAULT" run -c "$LAB_DIR/over.conf" --socket "$LAB_DIR/s" --no-huge --force -q --duration 1ms
contains "... is said" "$LAB_DIR/ok.out" 'is sent by the other'
is "... which is as it was" "$(bytes "$LAB_DIR/b.pcapng")" "$(bytes "$in")"
fails "nothing twice" "$WIREFAULT" offline -c "$LAB_DIR/sink.conf" --link wan --ab port --ab-out port --stats "$LAB_DIR/b.pcapng" -q
contains "... is said" "$LAB_DIR/ok.out" 'are the same file'
is "... of nobody else" "$(packets "$LAB_DIR/b.pcapng")" "$all"
is "... a way on which nothing came has none" "$(packets "$LAB_DIR/a.pcapng")" 0
is "... it opens without a complaint" "$(tshark -r "$LAB_DIR/b.pcapng" 2>&1 >/dev/null | grep -cvi 'running as user')" 0
is "... in nanoseconds" "$(capinfos -T -r "$LAB_DIR/b.pcapng" | cut -f 4)" nanoseconds
contains "the report has it" "$LAB_OUT" "packets written to its file: 1,000, missed: 0"
finish
