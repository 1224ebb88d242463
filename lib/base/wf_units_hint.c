/* SPDX-License-Identifier: BSD-3-Clause
 * What someone may have meant who wrote a unit as other programs do: "1Gbps", "20msec", "64k".
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "wf_units.h"

struct spelling {
	const char *wrong;     /* in lower case, behind k, m or g where `prefixed` */
	const char *unit[2];   /* what may be meant; a prefix stands in front; [1] may be NULL */
	bool prefixed, binary; /* k, m or g may stand in front; the second unit is KiB ... */
};

static const struct spelling rates[] = { { "bps", { "bit", "Bps" }, true },
	{ "b/s", { "bit", "Bps" }, true }, { "b", { "bit", "Bps" }, true },
	{ "", { "bit", "Bps" }, true }, { "bit", { "bit" }, true }, { "bits", { "bit" }, true },
	{ "bit/s", { "bit" }, true }, { "bits/s", { "bit" }, true }, { "bitps", { "bit" }, true },
	{ "byte/s", { "Bps" }, true }, { "bytes/s", { "Bps" }, true }, { "byte", { "Bps" }, true },
	{ "bytes", { "Bps" }, true }, { NULL } };
static const struct spelling sizes[] = { { "", { "B", "iB" }, true, true },
	{ "b", { "B", "iB" }, true, true }, { "byte", { "B", "iB" }, true, true },
	{ "bytes", { "B", "iB" }, true, true }, { "i", { "iB" }, true, true },
	{ "ib", { "iB" }, true, true }, { NULL } };
static const struct spelling times[] = { { "hour", { "h" } }, { "hours", { "h" } },
	{ "hr", { "h" } }, { "min", { "m" } }, { "mins", { "m" } }, { "minute", { "m" } },
	{ "minutes", { "m" } }, { "sec", { "s" } }, { "secs", { "s" } }, { "second", { "s" } },
	{ "seconds", { "s" } }, { "msec", { "ms" } }, { "msecs", { "ms" } },
	{ "millisecond", { "ms" } }, { "milliseconds", { "ms" } }, { "usec", { "us" } },
	{ "usecs", { "us" } }, { "\302\265s", { "us" } }, { "\316\274s", { "us" } },
	{ "microseconds", { "us" } }, { "nsec", { "ns" } }, { "nsecs", { "ns" } },
	{ "nanoseconds", { "ns" } }, { "h", { "h" } }, { "s", { "s" } }, { "ms", { "ms" } },
	{ "us", { "us" } }, { "ns", { "ns" } }, { NULL } };
static const struct spelling packets[] = { { "p", { "pkt" } }, { "pkts", { "pkt" } },
	{ "packet", { "pkt" } }, { "packets", { "pkt" } }, { "pkt", { "pkt" } }, { NULL } };

/* A unit of `s` with the prefix as it is written before: k, M, G; before "iB", K. */
static const char *
with_prefix(const char *unit, char prefix, char out[16])
{
	char letter = prefix == 'k' && *unit != 'i' ? 'k' : (char)toupper((unsigned char)prefix);

	if (prefix == 0 && *unit == 'i') /* no such thing as iB */
		unit++;
	snprintf(out, 16, "%.1s%s", prefix != 0 ? (char[2]){ letter, 0 } : "", unit);
	return out;
}

static bool
suggest(const struct spelling *s, const char *number, int digits, const char *unit,
	char out[WF_UNITS_HINT])
{
	char one[16], two[16];

	for (; s->wrong != NULL; s++) {
		char prefix = s->prefixed && *unit != 0 && strchr("kmg", *unit) != NULL ? *unit : 0;

		if (strcmp(unit + (prefix != 0), s->wrong) != 0 || (prefix == 0 && *unit == 0))
			continue;
		with_prefix(s->unit[0], prefix, one);
		if (s->unit[1] == NULL || (prefix == 0 && s->binary))
			snprintf(out, WF_UNITS_HINT, "Did you mean \"%.*s%s\"?", digits, number,
				one);
		else
			snprintf(out, WF_UNITS_HINT, "Did you mean \"%.*s%s\" or \"%.*s%s\"?",
				digits, number, one, digits, number,
				with_prefix(s->unit[1], prefix, two));
		return true;
	}
	return false;
}

bool
wf_units_hint(enum wf_units_kind kind, const char *text, char out[WF_UNITS_HINT])
{
	const char *number = text + strspn(text, " \t");
	int digits = (int)strspn(number, "0123456789.");
	const char *unit = number + digits + strspn(number + digits, " \t");
	char lower[16];
	size_t n = strlen(unit);

	while (n > 0 && (unit[n - 1] == ' ' || unit[n - 1] == '\t'))
		n--;
	if (digits == 0 || digits > 30 || n == 0 || n >= sizeof(lower))
		return false;
	for (size_t i = 0; i <= n; i++)
		lower[i] = i < n ? (char)tolower((unsigned char)unit[i]) : 0;
	switch (kind) {
	case WF_UNITS_RATE:
		return suggest(rates, number, digits, lower, out);
	case WF_UNITS_SIZE:
		return suggest(sizes, number, digits, lower, out);
	case WF_UNITS_DURATION:
		return suggest(times, number, digits, lower, out);
	case WF_UNITS_LIMIT:
		return suggest(packets, number, digits, lower, out) ||
		       suggest(times, number, digits, lower, out) ||
		       suggest(sizes, number, digits, lower, out);
	}
	return false;
}

const char *
wf_units_hint_or(
	enum wf_units_kind kind, const char *text, const char *otherwise, char out[WF_UNITS_HINT])
{
	return wf_units_hint(kind, text, out) ? out : otherwise;
}
