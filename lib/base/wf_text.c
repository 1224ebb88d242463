/* SPDX-License-Identifier: BSD-3-Clause
 * Measured numbers as people read them. Any thread.
 */
#include "wf_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *
wf_text_count(uint64_t n, char out[WF_TEXT_MAX])
{
	char digits[WF_TEXT_MAX];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *to = out;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

const char *
wf_text_time(wf_ns_t ns, char out[WF_TEXT_MAX])
{
	static const char *const unit[] = { "us", "ms", "s" };
	double value = (double)ns / 1e3;
	size_t u = 0;

	if (ns < WF_NS_PER_US) {
		snprintf(out, WF_TEXT_MAX, "%" PRIu64 " ns", ns);
		return out;
	}
	/* 999.95 would print as 1000.0 of the smaller unit. */
	while (value >= 999.95 && u + 1 < WF_ARRAY_SIZE(unit)) {
		value /= 1e3;
		u++;
	}
	snprintf(out, WF_TEXT_MAX, "%.*f %s", value < 99.995 ? 2 : 1, value, unit[u]);
	return out;
}

const char *
wf_text_per_second(double n, char out[WF_TEXT_MAX])
{
	if (n < 99.95)
		snprintf(out, WF_TEXT_MAX, "%.1f", n);
	else
		wf_text_count((uint64_t)(n + 0.5), out);
	return out;
}

const char *
wf_text_rate(double bps, char out[WF_TEXT_MAX])
{
	static const char *const unit[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s" };
	size_t u = 0;

	while (bps >= 999.5 && u + 1 < WF_ARRAY_SIZE(unit)) {
		bps /= 1e3;
		u++;
	}
	snprintf(out, WF_TEXT_MAX, "%.*f %s",
		u == 0 || bps >= 99.95 ? 0
		: bps >= 9.995         ? 1
				       : 2,
		bps, unit[u]);
	return out;
}

const char *
wf_text_age(wf_ns_t ns, char out[WF_TEXT_MAX])
{
	uint64_t s = ns / WF_NS_PER_S;

	if (s < 60)
		snprintf(out, WF_TEXT_MAX, "%.1f s", (double)(ns / (WF_NS_PER_S / 10)) / 10);
	else if (s < 3600)
		snprintf(out, WF_TEXT_MAX, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(
			out, WF_TEXT_MAX, "%" PRIu64 " h %02" PRIu64 " min", s / 3600, s / 60 % 60);
	else
		snprintf(out, WF_TEXT_MAX, "%" PRIu64 " d %02" PRIu64 " h", s / 86400,
			s / 3600 % 24);
	return out;
}
