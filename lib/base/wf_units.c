/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers with units, in exact decimal arithmetic. Control threads only.
 */
#include "wf_units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t scale; /* in base units */
};

static const struct unit durations[] = { { "h", 3600 * WF_NS_PER_S }, { "m", 60 * WF_NS_PER_S },
	{ "s", WF_NS_PER_S }, { "ms", WF_NS_PER_MS }, { "us", WF_NS_PER_US }, { "ns", 1 }, { 0 } };
static const struct unit rates[] = { { "Gbit", 1000000000 }, { "Mbit", 1000000 }, { "kbit", 1000 },
	{ "bit", 1 }, { "GBps", 8000000000 }, { "MBps", 8000000 }, { "kBps", 8000 }, { "Bps", 8 },
	{ "gbit", 1000000000 }, { "mbit", 1000000 }, { "Kbit", 1000 }, { 0 } };
static const struct unit sizes[] = { { "GB", 1000000000 }, { "MB", 1000000 }, { "kB", 1000 },
	{ "B", 1 }, { "GiB", 1ull << 30 }, { "MiB", 1ull << 20 }, { "KiB", 1ull << 10 },
	{ "KB", 1000 }, { 0 } };

/* A decimal number: digits without the point, and how many of them stood behind it. */
struct decimal {
	unsigned __int128 digits;
	unsigned places;
};

#define MAX_DIGITS 30

/* Reads "12.5" at *text and moves on. */
static int
read_decimal(const char **text, struct decimal *d)
{
	const char *s = *text;
	unsigned n = 0;
	bool point = false;

	*d = (struct decimal){ 0 };
	for (; isdigit((unsigned char)*s) || (*s == '.' && !point); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		if (++n > MAX_DIGITS)
			return -ERANGE;
		d->digits = d->digits * 10 + (unsigned)(*s - '0');
		d->places += point;
	}
	*text = s;
	return n == 0 ? -EINVAL : 0;
}

static const char *
skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Does `s` hold `name` and nothing more but blanks? `suffix` may follow the name. */
static bool
is_unit(const char *s, const char *name, const char *suffix)
{
	size_t n = strlen(name);

	if (strncmp(s, name, n) != 0)
		return false;
	s += n;
	if (suffix != NULL && strncmp(s, suffix, strlen(suffix)) == 0)
		s += strlen(suffix);
	return *skip_blanks(s) == 0;
}

/* digits * scale / 10^places, rounded to the nearest; -ERANGE above UINT64_MAX. */
static int
scale_decimal(struct decimal d, uint64_t scale, uint64_t *out)
{
	unsigned __int128 power = 1, value;

	while (d.places > 0 && d.digits % 10 == 0) {
		d.digits /= 10;
		d.places--;
	}
	for (unsigned i = 0; i < d.places; i++)
		power *= 10;
	if (d.digits != 0 && (~(unsigned __int128)0 - power / 2) / d.digits < scale)
		return -ERANGE;
	value = (d.digits * scale + power / 2) / power;
	if (value > UINT64_MAX)
		return -ERANGE;
	*out = (uint64_t)value;
	return 0;
}

static int
read_unit(const char *text, const struct unit *units, const char *suffix, uint64_t *out)
{
	const char *s = skip_blanks(text);
	struct decimal d;
	int rc = read_decimal(&s, &d);

	if (rc < 0)
		return rc;
	s = skip_blanks(s);
	if (*s == 0 && d.digits == 0) {
		*out = 0;
		return 0;
	}
	for (; units->name != NULL; units++)
		if (is_unit(s, units->name, suffix))
			return scale_decimal(d, units->scale, out);
	return -EINVAL;
}

int
wf_units_duration(const char *text, wf_ns_t *ns)
{
	return read_unit(text, durations, NULL, ns);
}

int
wf_units_rate(const char *text, uint64_t *bps)
{
	return read_unit(text, rates, "/s", bps);
}

int
wf_units_size(const char *text, uint64_t *bytes)
{
	return read_unit(text, sizes, NULL, bytes);
}

int
wf_units_count(const char *text, uint64_t *n)
{
	const char *s = skip_blanks(text);
	struct decimal d;
	int rc = read_decimal(&s, &d);

	if (rc < 0)
		return rc;
	s = skip_blanks(s);
	if (d.places != 0 || (*s != 0 && !is_unit(s, "pkt", NULL)))
		return -EINVAL;
	return scale_decimal(d, 1, n);
}

int
wf_units_prob(const char *text, double *p)
{
	const char *s = skip_blanks(text);
	char *end;
	double value;

	/* Only plain decimals: strtod would take hexadecimal, "inf" and "nan" too. */
	if (s[strspn(s, "0123456789.eE+-% \t")] != 0 || !(isdigit((unsigned char)*s) || *s == '.'))
		return -EINVAL;
	value = strtod(s, &end);
	if (end == s)
		return -EINVAL;
	s = skip_blanks(end);
	if (*s == '%') {
		value /= 100;
		s = skip_blanks(s + 1);
	}
	if (*s != 0)
		return -EINVAL;
	if (!(value >= 0 && value <= 1))
		return -ERANGE;
	*p = value;
	return 0;
}

/* The largest unit in which the value has at most three decimals; the smallest always does. */
static const char *
write_unit(uint64_t value, const struct unit *units, size_t n, char out[WF_UNITS_TEXT])
{
	const struct unit *u = units;
	uint64_t whole, thousandths;
	int len;

	if (value == 0) {
		snprintf(out, WF_UNITS_TEXT, "0%s", units[n - 1].name);
		return out;
	}
	while (u < units + n - 1 &&
		(value < u->scale || (unsigned __int128)(value % u->scale) * 1000 % u->scale != 0))
		u++;
	whole = value / u->scale;
	thousandths = (uint64_t)((unsigned __int128)(value % u->scale) * 1000 / u->scale);
	len = snprintf(out, WF_UNITS_TEXT, "%llu", (unsigned long long)whole);
	if (thousandths != 0) {
		len += snprintf(out + len, WF_UNITS_TEXT - (size_t)len, ".%03llu",
			(unsigned long long)thousandths);
		while (out[len - 1] == '0')
			len--;
	}
	snprintf(out + len, WF_UNITS_TEXT - (size_t)len, "%s", u->name);
	return out;
}

const char *
wf_units_format_duration(wf_ns_t ns, char out[WF_UNITS_TEXT])
{
	/* Not hours or minutes: "0.5h" is no clearer than "1800s". */
	return write_unit(ns, durations + 2, 4, out);
}

const char *
wf_units_format_rate(uint64_t bps, char out[WF_UNITS_TEXT])
{
	return write_unit(bps, rates, 4, out);
}

const char *
wf_units_format_size(uint64_t bytes, char out[WF_UNITS_TEXT])
{
	return write_unit(bytes, sizes, 4, out);
}

const char *
wf_units_format_prob(double p, char out[WF_UNITS_TEXT])
{
	double back;

	/* The shortest text that reads back as the same number. */
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(out, WF_UNITS_TEXT, "%.*g%%", digits, p * 100);
		if (wf_units_prob(out, &back) == 0 && back == p)
			return out;
	}
	snprintf(out, WF_UNITS_TEXT, "%.17g", p);
	return out;
}
