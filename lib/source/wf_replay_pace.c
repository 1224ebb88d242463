/* SPDX-License-Identifier: BSD-3-Clause
 * Words for paces, read and written. Pure; control thread.
 */
#include "wf_replay_pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_units.h"

#define DECIMALS   6
#define SPEED_ONE  1000000u /* 10^DECIMALS */
#define SPEED_LOW  (SPEED_ONE / 100)
#define SPEED_HIGH (1000ull * SPEED_ONE)

/* "0.5" in millionths, exactly. */
static int
read_speed(const char *text, uint64_t *millionths)
{
	uint64_t v = 0;
	int decimals = -1;

	if (*text < '0' || *text > '9')
		return -1;
	for (; *text != 0; text++) {
		if (*text == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (*text < '0' || *text > '9' || v > SPEED_HIGH || decimals == DECIMALS)
			return -1;
		v = 10 * v + (uint64_t)(*text - '0');
		decimals += decimals >= 0;
	}
	for (int i = decimals > 0 ? decimals : 0; i < DECIMALS; i++)
		v *= 10;
	*millionths = v;
	return v >= SPEED_LOW && v <= SPEED_HIGH ? 0 : -1;
}

static uint64_t
common(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void
set(struct wf_replay_pace *out, enum wf_replay_pace_kind kind, uint64_t mul, uint64_t div)
{
	uint64_t by = common(mul, div);

	*out = (struct wf_replay_pace){ .kind = kind, .mul = mul / by, .div = div / by };
}

static bool
read_rate(const char *text, struct wf_replay_pace *out)
{
	char copy[32];
	size_t n = strlen(text);
	bool l1 = n > 3 && strcmp(text + n - 3, "/l1") == 0;
	uint64_t bps;

	if (n >= sizeof(copy))
		return false;
	memcpy(copy, text, n + 1);
	if (l1 || (n > 3 && strcmp(text + n - 3, "/l2") == 0))
		copy[n - 3] = 0;
	if (wf_units_rate(copy, &bps) < 0 || bps == 0)
		return false;
	set(out, l1 ? WF_REPLAY_PACE_L1_BITS : WF_REPLAY_PACE_BITS, WF_NS_PER_S, bps);
	return true;
}

static bool
read_pps(const char *text, struct wf_replay_pace *out)
{
	char copy[32];
	size_t n = strlen(text);
	uint64_t pps;

	if (n < 4 || n >= sizeof(copy) || strcmp(text + n - 3, "pps") != 0)
		return false;
	memcpy(copy, text, n - 3);
	copy[n - 3] = 0;
	if (wf_units_count(copy, &pps) < 0 || pps == 0 || pps > WF_NS_PER_S)
		return false;
	set(out, WF_REPLAY_PACE_PACKETS, WF_NS_PER_S, pps);
	return true;
}

int
wf_replay_pace_parse(const char *text, struct wf_replay_pace *out, const struct wf_where *where,
	struct wf_err *err)
{
	uint64_t v;

	if (strcmp(text, "top") == 0)
		return set(out, WF_REPLAY_PACE_TOP, 1, 1), 0;
	if (strcmp(text, "step") == 0)
		return set(out, WF_REPLAY_PACE_STEP, 1, 1), 0;
	if (text[0] == 'x') {
		if (read_speed(text + 1, &v) == 0)
			return set(out, WF_REPLAY_PACE_OWN, SPEED_ONE, v), 0;
		return wf_err_add(err, where, "Write x0.01 to x1000, with up to six decimals",
			"\"%.40s\" is no speed", text);
	}
	if (read_pps(text, out) || read_rate(text, out))
		return 0;
	if (wf_units_duration(text, &v) == 0 && v > 0 && strcmp(text, "0") != 0)
		return set(out, WF_REPLAY_PACE_PACKETS, v, 1), 0;
	return wf_err_add(err, where,
		"Write x1 for its own gaps, x10 for ten times as fast, 1000pps, 100Mbit "
		"(100Mbit/l1: "
		"of the wire), 1ms from packet to packet, top or step",
		"\"%.40s\" is no pace", text);
}

static const char *
speed_text(const struct wf_replay_pace *pace, char out[WF_REPLAY_PACE_TEXT])
{
	uint64_t millionths = SPEED_ONE / pace->mul * pace->div;
	int n = snprintf(out, WF_REPLAY_PACE_TEXT, "x%llu.%06llu",
		(unsigned long long)(millionths / SPEED_ONE),
		(unsigned long long)(millionths % SPEED_ONE));

	while (n > 0 && out[n - 1] == '0')
		out[--n] = 0;
	if (n > 0 && out[n - 1] == '.')
		out[n - 1] = 0;
	return out;
}

const char *
wf_replay_pace_text(const struct wf_replay_pace *pace, char out[WF_REPLAY_PACE_TEXT])
{
	char text[WF_UNITS_TEXT];

	switch ((enum wf_replay_pace_kind)pace->kind) {
	case WF_REPLAY_PACE_OWN:
		return speed_text(pace, out);
	case WF_REPLAY_PACE_PACKETS:
		/* A whole number of packets a second, if it is one. */
		if (pace->div > 1 || WF_NS_PER_S % pace->mul == 0)
			snprintf(out, WF_REPLAY_PACE_TEXT, "%llupps",
				(unsigned long long)(WF_NS_PER_S / pace->mul * pace->div));
		else
			snprintf(out, WF_REPLAY_PACE_TEXT, "%s",
				wf_units_format_duration(pace->mul, text));
		break;
	case WF_REPLAY_PACE_BITS:
	case WF_REPLAY_PACE_L1_BITS:
		snprintf(out, WF_REPLAY_PACE_TEXT, "%.32s%s",
			wf_units_format_rate(WF_NS_PER_S / pace->mul * pace->div, text),
			pace->kind == WF_REPLAY_PACE_L1_BITS ? "/l1" : "");
		break;
	case WF_REPLAY_PACE_TOP:
		snprintf(out, WF_REPLAY_PACE_TEXT, "top");
		break;
	case WF_REPLAY_PACE_STEP:
		snprintf(out, WF_REPLAY_PACE_TEXT, "step");
		break;
	}
	return out;
}
