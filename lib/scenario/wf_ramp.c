/* SPDX-License-Identifier: BSD-3-Clause
 * Ramps: which type a key has says its block's table. Control threads only.
 */
#include "wf_ramp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"

#define ARROW    "->"
#define PI       3.14159265358979323846
#define TEXT_MAX 64

const char *const wf_ramp_names[] = { "linear", "step", "sine", NULL };

/* sin(pi x / 2), 0 <= x <= 1. */
static double
sine(double x)
{
	double angle = PI / 2 * x, sum = 1;

	for (int k = 22; k > 0; k -= 2)
		sum = 1 - sum * angle * angle / (k * (k + 1));
	return angle * sum;
}

double
wf_ramp_at(enum wf_ramp shape, uint32_t k, uint32_t n)
{
	double middle = (k + 0.5) / n, s;

	switch (shape) {
	case WF_RAMP_STEP:
		return n > 1 ? (double)k / (n - 1) : 1;
	case WF_RAMP_SINE:
		/* (1 - cos 2 pi x) / 2 = sin^2 pi x */
		s = sine(middle < 0.5 ? 2 * middle : 2 - 2 * middle);
		return s * s;
	default:
		return middle;
	}
}

static bool
ramps(const struct wf_node *n)
{
	return n->kind == WF_NODE_STRING && strstr(n->string, ARROW) != NULL;
}

bool
wf_ramp_any(const struct wf_node *patch)
{
	for (const struct wf_node *n = patch->first; n != NULL; n = n->next)
		if (n->kind == WF_NODE_GROUP ? wf_ramp_any(n) : ramps(n))
			return true;
	return false;
}

/* The text of a key of this type as a number; false: it is none. */
static bool
to_number(enum wf_param_type type, const char *text, double *out)
{
	uint64_t whole = 0;
	char *end;
	int rc;

	switch (type) {
	case WF_PARAM_DURATION:
		rc = wf_units_duration(text, &whole);
		break;
	case WF_PARAM_RATE:
		rc = wf_units_rate(text, &whole);
		break;
	case WF_PARAM_SIZE:
		rc = wf_units_size(text, &whole);
		break;
	case WF_PARAM_COUNT:
		rc = wf_units_count(text, &whole);
		break;
	case WF_PARAM_PROB:
		return wf_units_prob(text, out) == 0;
	case WF_PARAM_REAL:
		*out = strtod(text, &end);
		return end != text && *end == 0 && *out - *out == 0;
	default:
		return false;
	}
	*out = (double)whole;
	return rc == 0;
}

static void
to_text(enum wf_param_type type, double value, char out[WF_UNITS_TEXT])
{
	uint64_t whole = (uint64_t)(value + 0.5);
	char rounded[32];

	/* A third of the way from 0 to 6 % is 2 %, whatever is left of it in binary. */
	snprintf(rounded, sizeof(rounded), "%.12g", value);
	value = strtod(rounded, NULL);
	switch (type) {
	case WF_PARAM_DURATION:
		wf_units_format_duration(whole, out);
		break;
	case WF_PARAM_RATE:
		wf_units_format_rate(whole, out);
		break;
	case WF_PARAM_SIZE:
		wf_units_format_size(whole, out);
		break;
	case WF_PARAM_COUNT:
		snprintf(out, WF_UNITS_TEXT, "%llu", (unsigned long long)whole);
		break;
	case WF_PARAM_PROB:
		wf_units_format_prob(value, out);
		break;
	default:
		wf_units_format_real(value, out);
	}
}

/* The row of a key below a direction; NULL: no number has such a key. */
static const struct wf_param *
row_of(const struct wf_node *n, const struct wf_node *top)
{
	const struct wf_node *block = n->parent == top ? n : n->parent;
	int id = block->parent == top ? wf_block_find(block->name) : -1, row;
	const struct wf_block *b = id >= 0 ? wf_block_registry[id] : NULL;

	if (b == NULL)
		return NULL;
	row = wf_param_find(b->params, block == n ? b->main_key : n->name);
	return row >= 0 ? &b->params[row] : NULL;
}

/* Both sides of the arrow, without blanks. */
static bool
take_apart(const char *text, char from[TEXT_MAX], char to[TEXT_MAX])
{
	const char *arrow = strstr(text, ARROW), *second = arrow + strlen(ARROW);
	size_t n = (size_t)(arrow - text);

	while (n > 0 && text[n - 1] == ' ')
		n--;
	second += strspn(second, " ");
	snprintf(from, TEXT_MAX, "%.*s", (int)(n < TEXT_MAX ? n : TEXT_MAX), text);
	snprintf(to, TEXT_MAX, "%s", second);
	return n < TEXT_MAX && strlen(second) < TEXT_MAX;
}

bool
wf_ramp_between(const char *text, double part, char out[WF_UNITS_TEXT])
{
	static const enum wf_param_type types[] = { WF_PARAM_DURATION, WF_PARAM_RATE, WF_PARAM_SIZE,
		WF_PARAM_REAL };
	char from[TEXT_MAX], to[TEXT_MAX];
	double a, b;

	if (strstr(text, ARROW) == NULL || !take_apart(text, from, to))
		return false;
	if (strchr(text, '%') != NULL) {
		if (!to_number(WF_PARAM_PROB, from, &a) || !to_number(WF_PARAM_PROB, to, &b))
			return false;
		to_text(WF_PARAM_PROB, a + (b - a) * part, out);
		return true;
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(types); i++)
		if (to_number(types[i], from, &a) && to_number(types[i], to, &b)) {
			to_text(types[i], a + (b - a) * part, out);
			return true;
		}
	return false;
}

static int
set_value(struct wf_node *n, const struct wf_node *top, double part, struct wf_err *err)
{
	const struct wf_param *row = row_of(n, top);
	char from[TEXT_MAX], to[TEXT_MAX], text[WF_UNITS_TEXT], *copy;
	double a, b;

	if (!take_apart(n->string, from, to) || row == NULL || !to_number(row->type, from, &a) ||
		!to_number(row->type, to, &b))
		return wf_conf_complain(err, n, "Write delay = \"10ms -> 200ms\"",
			"\"%s\" does not lead from one value of this key to another", n->string);
	to_text(row->type, a + (b - a) * part, text);
	copy = strdup(text);
	if (copy == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	free(n->string);
	n->string = copy;
	return 0;
}

static int
set_values(struct wf_node *group, const struct wf_node *top, double part, struct wf_err *err)
{
	int rc = 0;

	for (struct wf_node *n = group->first; n != NULL; n = n->next) {
		if (n->kind == WF_NODE_GROUP)
			rc |= set_values(n, top, part, err);
		else if (ramps(n))
			rc |= set_value(n, top, part, err);
	}
	return rc;
}

struct wf_node *
wf_ramp_patch(const struct wf_node *patch, double part, struct wf_err *err)
{
	struct wf_node *copy = wf_node_clone(patch);

	if (copy == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
	} else if (set_values(copy, copy, part, err) < 0) {
		wf_node_free(copy);
		copy = NULL;
	}
	return copy;
}
