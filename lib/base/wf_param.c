/* SPDX-License-Identifier: BSD-3-Clause
 * Parameter tables: values from text, checked, and back. Control threads only.
 */
#include "wf_param.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wf_param_refuse.h"
#include "wf_units.h"

#define ETHERNET_OVERHEAD 24 /* preamble 8, FCS 4, inter-frame gap 12 */

/* A value of any type, so that parsing, comparing and storing are one each. */
union value {
	bool boolean;
	uint64_t count;
	int64_t signed_count;
	double real;
	int choice;
	struct wf_limit limit;
};

size_t
wf_param_count(const struct wf_param *table)
{
	size_t n = 0;

	while (table[n].name != NULL)
		n++;
	return n;
}

int
wf_param_find(const struct wf_param *table, const char *name)
{
	for (int i = 0; table[i].name != NULL; i++)
		if (strcmp(table[i].name, name) == 0)
			return i;
	return -1;
}

static int
parse_bool(const char *text, bool *out)
{
	*out = strcmp(text, "true") == 0;
	return *out || strcmp(text, "false") == 0 ? 0 : -EINVAL;
}

/* A number of things; "5pkt" would be one of packets. */
static int
parse_count(const char *text, uint64_t *out)
{
	return strchr(text, 'p') != NULL ? -EINVAL : wf_units_count(text, out);
}

static int
parse_real(const char *text, double *out)
{
	char *end;

	if (text[strspn(text, "0123456789.eE+-")] != 0)
		return -EINVAL;
	*out = strtod(text, &end);
	if (end == text || *end != 0)
		return -EINVAL;
	return isfinite(*out) ? 0 : -ERANGE;
}

static int
parse_choice(const struct wf_param *row, const char *text, int *out)
{
	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
parse_limit(const char *text, struct wf_limit *out)
{
	int rc = wf_units_count(text, &out->value);

	/* "0" has no unit: it is a number of packets. */
	out->kind = WF_LIMIT_PACKETS;
	if (rc != -EINVAL)
		return rc;
	out->kind = WF_LIMIT_TIME;
	rc = wf_units_duration(text, &out->value);
	if (rc != -EINVAL)
		return rc;
	out->kind = WF_LIMIT_BYTES;
	return wf_units_size(text, &out->value);
}

static int
parse_overhead(const char *text, int64_t *out)
{
	bool minus = *text == '-';
	uint64_t n;
	int rc;

	if (strcmp(text, "ethernet") == 0) {
		*out = ETHERNET_OVERHEAD;
		return 0;
	}
	rc = parse_count(text + minus, &n);
	if (rc == -EINVAL)
		rc = wf_units_size(text + minus, &n);
	if (rc == 0 && n > INT32_MAX)
		rc = -ERANGE;
	if (rc == 0)
		*out = minus ? -(int64_t)n : (int64_t)n;
	return rc;
}

static int
parse(const struct wf_param *row, const char *text, union value *v)
{
	switch (row->type) {
	case WF_PARAM_BOOL:
		return parse_bool(text, &v->boolean);
	case WF_PARAM_COUNT:
		return parse_count(text, &v->count);
	case WF_PARAM_REAL:
		return parse_real(text, &v->real);
	case WF_PARAM_DURATION:
		return wf_units_duration(text, &v->count);
	case WF_PARAM_RATE:
		return wf_units_rate(text, &v->count);
	case WF_PARAM_SIZE:
		return wf_units_size(text, &v->count);
	case WF_PARAM_PROB:
		return wf_units_prob(text, &v->real);
	case WF_PARAM_CHOICE:
		return parse_choice(row, text, &v->choice);
	case WF_PARAM_LIMIT:
		return parse_limit(text, &v->limit);
	case WF_PARAM_OVERHEAD:
		return parse_overhead(text, &v->signed_count);
	case WF_PARAM_STRING:
		return 0;
	case WF_PARAM_ELSEWHERE:
		break;
	}
	return -EINVAL;
}

/* -1, 0, 1: a below, at, above b. Types without an order are all equal. */
static int
compare(enum wf_param_type type, const union value *a, const union value *b)
{
	switch (type) {
	case WF_PARAM_COUNT:
	case WF_PARAM_DURATION:
	case WF_PARAM_RATE:
	case WF_PARAM_SIZE:
		return (a->count > b->count) - (a->count < b->count);
	case WF_PARAM_REAL:
	case WF_PARAM_PROB:
		return (a->real > b->real) - (a->real < b->real);
	case WF_PARAM_OVERHEAD:
		return (a->signed_count > b->signed_count) - (a->signed_count < b->signed_count);
	default:
		return 0;
	}
}

static int
check_bound(const struct wf_param *row, const union value *v, const char *bound, int sign)
{
	union value limit = { 0 };

	if (bound == NULL)
		return 0;
	if (parse(row, bound, &limit) < 0)
		assert(!"a bound that its own type does not take");
	return compare(row->type, v, &limit) == sign ? -ERANGE : 0;
}

static size_t
value_size(enum wf_param_type type)
{
	switch (type) {
	case WF_PARAM_BOOL:
		return sizeof(bool);
	case WF_PARAM_CHOICE:
		return sizeof(int);
	case WF_PARAM_LIMIT:
		return sizeof(struct wf_limit);
	default:
		return sizeof(uint64_t);
	}
}

static int
store(const struct wf_param *row, const char *text, const union value *v, void *block)
{
	char *at = (char *)block + row->offset;

	if (row->type == WF_PARAM_STRING) {
		char *string = strdup(text), *old;

		if (string == NULL)
			return -ENOMEM;
		memcpy(&old, at, sizeof(old));
		free(old);
		memcpy(at, &string, sizeof(string));
		return 0;
	}
	memcpy(at, v, value_size(row->type));
	return 0;
}

int
wf_param_defaults(const struct wf_param *table, void *block)
{
	for (; table->name != NULL; table++) {
		union value v = { 0 };

		if (table->fallback == NULL)
			continue;
		if (parse(table, table->fallback, &v) < 0)
			assert(!"a default that its own type does not take");
		if (store(table, table->fallback, &v, block) < 0)
			return -ENOMEM;
	}
	return 0;
}

int
wf_param_set(const struct wf_param *table, size_t row, const char *text, void *block,
	const struct wf_where *where, struct wf_err *err)
{
	const struct wf_param *p = &table[row];
	union value v = { 0 };
	int rc = parse(p, text, &v);

	if (rc == -ERANGE)
		return wf_param_refuse_range(p, true, text, where, err);
	if (rc < 0)
		return wf_param_refuse(p, text, where, err);
	if (check_bound(p, &v, p->min, -1) < 0 || check_bound(p, &v, p->max, 1) < 0)
		return wf_param_refuse_range(p, false, text, where, err);
	if (store(p, text, &v, block) < 0)
		return wf_err_add(err, where, NULL, "out of memory");
	*(uint64_t *)block |= 1ull << row;
	return 0;
}

static const char *
format_limit(const struct wf_limit *l, char out[WF_PARAM_TEXT])
{
	switch (l->kind) {
	case WF_LIMIT_PACKETS:
		snprintf(out, WF_PARAM_TEXT, "%llupkt", (unsigned long long)l->value);
		return out;
	case WF_LIMIT_BYTES:
		return wf_units_format_size(l->value, out);
	case WF_LIMIT_TIME:
		return wf_units_format_duration(l->value, out);
	case WF_LIMIT_NONE:
		break;
	}
	out[0] = 0;
	return out;
}

const char *
wf_param_format(const struct wf_param *row, const void *block, char out[WF_PARAM_TEXT])
{
	const char *at = (const char *)block + row->offset;
	union value v = { 0 };
	char *string;

	if (row->type == WF_PARAM_ELSEWHERE) {
		out[0] = 0;
		return out;
	}
	if (row->type == WF_PARAM_STRING) {
		memcpy(&string, at, sizeof(string));
		snprintf(out, WF_PARAM_TEXT, "%s", string != NULL ? string : "");
		return out;
	}
	memcpy(&v, at, value_size(row->type));
	switch (row->type) {
	case WF_PARAM_BOOL:
		snprintf(out, WF_PARAM_TEXT, "%s", v.boolean ? "true" : "false");
		break;
	case WF_PARAM_COUNT:
		snprintf(out, WF_PARAM_TEXT, "%llu", (unsigned long long)v.count);
		break;
	case WF_PARAM_REAL:
		return wf_units_format_real(v.real, out);
	case WF_PARAM_DURATION:
		return wf_units_format_duration(v.count, out);
	case WF_PARAM_RATE:
		return wf_units_format_rate(v.count, out);
	case WF_PARAM_SIZE:
		return wf_units_format_size(v.count, out);
	case WF_PARAM_PROB:
		return wf_units_format_prob(v.real, out);
	case WF_PARAM_CHOICE:
		snprintf(out, WF_PARAM_TEXT, "%s", row->choices[v.choice]);
		break;
	case WF_PARAM_LIMIT:
		return format_limit(&v.limit, out);
	case WF_PARAM_OVERHEAD:
		snprintf(out, WF_PARAM_TEXT, "%lld", (long long)v.signed_count);
		break;
	case WF_PARAM_STRING:
	case WF_PARAM_ELSEWHERE:
		break;
	}
	return out;
}

void
wf_param_release(const struct wf_param *table, void *block)
{
	for (; table->name != NULL; table++) {
		char *at = (char *)block + table->offset, *string;

		if (table->type != WF_PARAM_STRING)
			continue;
		memcpy(&string, at, sizeof(string));
		free(string);
		string = NULL;
		memcpy(at, &string, sizeof(string));
	}
}

int
wf_param_foreign(const struct wf_param_choice *c, size_t first, size_t last, const void *block,
	const struct wf_where *where, struct wf_err *err)
{
	const struct wf_param *selector = &c->table[c->selector];
	int rc = 0;

	for (size_t i = first; i <= last && c->table[i].name != NULL; i++)
		if (wf_param_given(block, i) && !wf_param_belongs(&c->table[i], c->choice))
			rc = wf_err_add(err, where, c->hint, "\"%s\" does not belong to %s \"%s\"",
				c->table[i].name, selector->name, selector->choices[c->choice]);
	return rc;
}
