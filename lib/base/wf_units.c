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
	{ "bit", 1 }, { "Gbit/s", 1000000000 }, { "Mbit/s", 1000000 }, { "kbit/s", 1000 },
	{ "bit/s", 1 }, { "gbit", 1000000000 }, { "mbit", 1000000 }, { "Kbit", 1000 },
	{ "gbit/s", 1000000000 }, { "mbit/s", 1000000 }, { "Kbit/s", 1000 }, { "GBps", 8000000000 },
	{ "MBps", 8000000 }, { "kBps", 8000 }, { "Bps", 8 }, { 0 } };
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

/* Does `s` hold `name` and nothing more but blanks? */
static bool
is_unit(const char *s, const char *name)
{
	size_t n = strlen(name);

	return strncmp(s, name, n) == 0 && *skip_blanks(s + n) == 0;
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
read_unit(const char *text, const struct unit *units, uint64_t *out)
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
		if (is_unit(s, units->name))
			return scale_decimal(d, units->scale, out);
	return -EINVAL;
}

int
wf_units_duration(const char *text, wf_ns_t *ns)
{
	return read_unit(text, durations, ns);
}

int
wf_units_rate(const char *text, uint64_t *bps)
{
	return read_unit(text, rates, bps);
}

int
wf_units_size(const char *text, uint64_t *bytes)
{
	return read_unit(text, sizes, bytes);
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
	if (d.places != 0 || (*s != 0 && !is_unit(s, "pkt")))
		return -EINVAL;
	return scale_decimal(d, 1, n);
}

/* Per cent are hundredths in decimal, before the number becomes binary: "0.1%" is what "0.001" is.
 */
static int
read_percent(const char *number, size_t n, double *p)
{
	char text[64];
	size_t mantissa = strcspn(number, "eE%");
	long exponent = mantissa < n ? strtol(number + mantissa + 1, NULL, 10) : 0;

	if (mantissa > n)
		mantissa = n;
	if (mantissa > 40 || exponent > 1000 || exponent < -1000)
		return -ERANGE;
	snprintf(text, sizeof(text), "%.*se%ld", (int)mantissa, number, exponent - 2);
	*p = strtod(text, NULL);
	return 0;
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
	if (*skip_blanks(end) == '%') {
		if (*skip_blanks(skip_blanks(end) + 1) != 0)
			return -EINVAL;
		if (read_percent(s, (size_t)(end - s), &value) < 0)
			return -ERANGE;
	} else if (*skip_blanks(end) != 0) {
		return -EINVAL;
	}
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

/* 15 digits read back as they were written; some numbers need more. %g drops the zeros. */
const char *
wf_units_format_real(double value, char out[WF_UNITS_TEXT])
{
	char text[WF_UNITS_TEXT];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	memcpy(out, text, sizeof(text));
	return out;
}

const char *
wf_units_format_prob(double p, char out[WF_UNITS_TEXT])
{
	double back;

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, WF_UNITS_TEXT, "%.*g%%", digits, p * 100);
		if (wf_units_prob(out, &back) == 0 && back == p)
			return out;
	}
	return wf_units_format_real(p, out);
}
