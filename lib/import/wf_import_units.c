/* SPDX-License-Identifier: BSD-3-Clause
 * Units of the programs that are imported from; tc's by tc(8).
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wf_import.h"

struct unit {
	const char *name;
	double factor;
};

/* A number and a unit of the table, whose first row is that of a bare number. */
static bool
read_value(const char *text, const struct unit *units, double *value)
{
	char *end;

	text += *text == '+';
	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	*value = strtod(text, &end);
	if (end == text || !(*value >= 0) || *value > 1e18)
		return false;
	if (*end == '\0') {
		*value *= units[0].factor;
		return true;
	}
	for (const struct unit *u = units + 1; u->name != NULL; u++)
		if (strcasecmp(end, u->name) == 0) {
			*value *= u->factor;
			return true;
		}
	return false;
}

/* The first row is that of a bare number. */
#define TIMES(bare)                                                                                \
	{                                                                                          \
		{ "", bare }, { "s", 1e9 }, { "sec", 1e9 }, { "secs", 1e9 }, { "ms", 1e6 },        \
			{ "msec", 1e6 }, { "msecs", 1e6 }, { "us", 1e3 }, { "usec", 1e3 },         \
			{ "usecs", 1e3 }, { "ns", 1 }, { "nsec", 1 }, { "nsecs", 1 },              \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}

bool
wf_import_time(const char *text, double *ns)
{
	static const struct unit units[] = TIMES(1e3);

	return read_value(text, units, ns);
}

bool
wf_import_time_ns(const char *text, double *ns)
{
	static const struct unit units[] = TIMES(1);

	return read_value(text, units, ns);
}

bool
wf_import_size(const char *text, double *bytes)
{
	static const struct unit units[] = { { "", 1 }, { "b", 1 }, { "k", 1024.0 },
		{ "kb", 1024.0 }, { "m", 1048576.0 }, { "mb", 1048576.0 }, { "g", 1073741824.0 },
		{ "gb", 1073741824.0 }, { "kbit", 128.0 }, { "mbit", 131072.0 },
		{ "gbit", 134217728.0 }, { NULL, 0 } };

	if (!read_value(text, units, bytes) || *bytes > 4294967295.0)
		return false;
	*bytes = floor(*bytes);
	return true;
}

bool
wf_import_integer(const char *text, double *out)
{
	char *end;

	errno = 0;
	*out = (double)strtoll(text, &end, 0);
	return end != text && *end == 0 && errno == 0 && fabs(*out) < 1e12;
}

bool
wf_import_percent(const char *text, double *share)
{
	static const struct unit units[] = { { "", 0.01 }, { "%", 0.01 }, { NULL, 0 } };

	return read_value(text, units, share) && *share <= 1;
}

bool
wf_import_share(const char *text, double *share)
{
	char *end;

	*share = strtod(text, &end);
	return end != text && *end == '\0' && *share >= 0 && *share <= 1;
}

bool
wf_import_rate(const char *text, double *bps)
{
	static const struct unit units[] = { { "", 1 }, { "bit", 1 }, { "kbit", 1e3 },
		{ "mbit", 1e6 }, { "gbit", 1e9 }, { "tbit", 1e12 }, { "kibit", 1024.0 },
		{ "mibit", 1048576.0 }, { "gibit", 1073741824.0 }, { "tibit", 1099511627776.0 },
		{ "bps", 8 }, { "kbps", 8e3 }, { "mbps", 8e6 }, { "gbps", 8e9 }, { "tbps", 8e12 },
		{ "kibps", 8192.0 }, { "mibps", 8388608.0 }, { "gibps", 8589934592.0 },
		{ "tibps", 8796093022208.0 }, { NULL, 0 } };

	return read_value(text, units, bps);
}
