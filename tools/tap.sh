# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Counts what a test program says in TAP. To source; tests/harness/check tests it.

# What was left out. Debian's cmocka says "not ok N # SKIP" of it.
TAP_SKIPPED='^(not )?ok .*# SKIP'

# Passed, failed and skipped cases of a program's output, given how it ended. One that fails without
# a "not ok" is one failed case, and so is one that ends well and has tested nothing.
tap_count() { # LOG EXIT-STATUS(0 | 77: all skipped | other)
	local good bad left
	left=$(grep -acE "$TAP_SKIPPED" "$1")
	good=$(grep -aE '^ok ' "$1" | grep -acvE "$TAP_SKIPPED")
	bad=$(grep -aE '^not ok ' "$1" | grep -acvE "$TAP_SKIPPED")
	if [ "$2" -eq 77 ] || { [ "$2" -eq 0 ] && grep -qaE '^1\.\.0' "$1"; }; then
		left=$((left + (left == 0)))
	elif [ "$2" -ne 0 ]; then
		bad=$((bad + (bad == 0)))
	elif [ $((good + bad + left)) -eq 0 ]; then
		echo "# no test was run" >>"$1"
		bad=1
	fi
	echo "$good $bad $left"
}
