#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The doctor finds what this machine has, and measures the cores that it may use.
. "$(dirname "$0")/tap.sh"

doctor() { "$WIREFAULT" doctor -t 20ms "$@"; }

doctor --json >"$LAB_DIR/doctor.json"
is "exit code where a run is possible" $? 0
cores=$(nproc)
is "every core is measured" "$(jq '.cores | length' "$LAB_DIR/doctor.json")" "$cores"
# shellcheck disable=SC2016 # jq's own
ok "the quietest is one of them" jq -e '.quietest as $q | any(.cores[]; .core == $q)' "$LAB_DIR/doctor.json"
ok "what is not good has a remedy" jq -e \
	'all(.checks[]; .level == "good" or (.remedy | length) > 20)' "$LAB_DIR/doctor.json"
pages=$(awk '$1 == "HugePages_Free:" { print $2 }' /proc/meminfo)
is "hugepages are the kernel's" \
	"$(jq -r '.checks[] | select(.what == "hugepages") | .found | split(" ")[0]' "$LAB_DIR/doctor.json")" "$pages"

contains "hardware time stamps are looked for" "$LAB_DIR/doctor.json" '"what": "hardware_stamps"'

doctor -n 0 >"$LAB_DIR/doctor.txt"
contains "one core, as a table" "$LAB_DIR/doctor.txt" 'The quietest: workers = \[ 0 \];'
is "no line is longer than 100 columns" "$(awk 'length > 100' "$LAB_DIR/doctor.txt")" ""

# A machine whose core 0 is isolated, as far as its files say.
echo 0 >"$LAB_DIR/isolated"
# shellcheck disable=SC2016 # for the inner shell
isolated() { unshare -m bash -c 'mount --bind "$1" /sys/devices/system/cpu/isolated && "${@:2}"' _ \
	"$LAB_DIR/isolated" "$@"; }
ok "an isolated core is preferred" test "$(isolated "$WIREFAULT" doctor -t 20ms --json |
	jq -r '"\(.quietest) \(.cores[0].isolated)"')" = "0 true"

# Without the right to open interfaces.
setpriv --bounding-set -net_raw --inh-caps -net_raw "$WIREFAULT" doctor -t 20ms >"$LAB_DIR/poor"
is "without rights: exit code" $? 1
contains "without rights: the remedy" "$LAB_DIR/poor" 'BAD +rights .*'

doctor -n 4096 2>"$LAB_DIR/refused"
is "a core that isn't there: exit code" $? 2
contains "a core that isn't there" "$LAB_DIR/refused" 'no core "4096" for this process: it may use 0'
finish
