#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The library of scenarios, each on the virtual clock: what it expects of the link holds, with its own
# seed and with others; and one without its impairments does not pass.
. "$(dirname "$0")/tap.sh"

cd "$LAB_DIR" || exit 1
library=$LAB_ROOT/config/scenarios
scenario() { timeout 60 "$WIREFAULT" scenario run "$@" --offline </dev/null; }

scenario "$library" --report out >summary 2>err
is "exit code" $? 0
for file in "$library"/*.conf; do
	name=$(basename "$file" .conf)
	is "$name: the file is called so, and it passes" "$(jq -r '"\(.name) \(.outcome)"' "out/$name.json")" "$name pass"
	is "$name: something is expected" "$(jq '.expectations | length > 0' "out/$name.json")" true
done
is "all of them" "$(find "$library" -name '*.conf' | wc -l)" 15

# Impairments that are not there are missed.
for name in spike loss blackhole satellite-pass; do
	sed 's/^ *{ name = "\(spike\|lossy\|down\|pass\|gap\)";.*/{ name = "\1"; duration = "2s"; },/' "$library/$name.conf" |
		sed 's/"gap"; duration = "2s"; },/"gap"; duration = "2s"; }/' >"$name.conf"
	scenario "$name.conf" >summary 2>err
	is "$name without its impairments: exit code" $? 1
done
finish
