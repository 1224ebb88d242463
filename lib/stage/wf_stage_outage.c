/* SPDX-License-Identifier: BSD-3-Clause
 * Outage: nothing passes at given times, or for a part of each period (a flapping link). Times
 *count from the start of the run, so that any worker can tell by the packet's arrival alone.
 *
 *	at = "10s+2s, 1m+500ms"			down in [10 s, 12 s) and in [60 s, 60.5 s)
 *	period = "30s", down = "1s", offset = "5s"	down in [5 s, 6 s), [35 s, 36 s) ...
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_stages.h"
#include "wf_units.h"

struct outage_params {
	uint64_t given;
	char *at;
	wf_ns_t period, down, offset;
	bool carrier;
};

enum { AT, PERIOD, DOWN, OFFSET, CARRIER };

static const struct wf_param params[] = {
	[AT] = { .name = "at",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct outage_params, at),
		.help = "outages as \"start+length, start+length\", in order, counted from the "
			"start "
			"of the run" },
	[PERIOD] = { .name = "period",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct outage_params, period),
		.min = "1ms",
		.max = "24h",
		.help = "time from one outage to the next of a flapping link" },
	[DOWN] = { .name = "down",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct outage_params, down),
		.max = "24h",
		.help = "how long each of them lasts; less than `period`" },
	[OFFSET] = { .name = "offset",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct outage_params, offset),
		.fallback = "0s",
		.max = "24h",
		.help = "when the first of them begins" },
	[CARRIER] = { .name = "carrier",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct outage_params, carrier),
		.fallback = "false",
		.help = "the host that sends sees its cable pulled meanwhile, and gets nothing "
			"either; packet, net_tap and net_af_packet only" },
	{ 0 },
};

#define WINDOWS_MAX 1024
#define EDGES       100 /* looked at in search of a change */

struct window {
	wf_ns_t start_ns, end_ns; /* since the start of the run; end_ns is outside */
};

struct outage_cfg {
	const struct window *window; /* in order, apart */
	uint32_t n_windows;
	wf_ns_t period_ns, down_ns, offset_ns; /* period_ns 0: none */
};

static int
refuse(const struct wf_block_compile *c, const char *window)
{
	return wf_err_add(c->err, c->where, "Write at = \"10s+2s, 30s+500ms\"",
		"\"%s\" is not an outage with its start and length", window);
}

/* One "start+length". */
static int
read_window(const struct wf_block_compile *c, char *text, struct window *w)
{
	char *plus = strchr(text, '+');
	wf_ns_t length;

	if (plus == NULL)
		return refuse(c, text);
	*plus = 0;
	if (wf_units_duration(text, &w->start_ns) < 0 || wf_units_duration(plus + 1, &length) < 0 ||
		length == 0 || w->start_ns > INT64_MAX - length) {
		*plus = '+';
		return refuse(c, text);
	}
	w->end_ns = w->start_ns + length;
	return 0;
}

static int
read_windows(const struct wf_block_compile *c, const char *list, struct outage_cfg *o)
{
	struct window *w = wf_stage_reserve(c, WINDOWS_MAX * sizeof(*w));
	char *text = strdup(list), *rest = text, *one;
	int rc = w != NULL && text != NULL ? 0 : -ENOMEM;

	while (rc == 0 && (one = strsep(&rest, ",")) != NULL) {
		if (o->n_windows == WINDOWS_MAX)
			rc = wf_err_add(c->err, c->where, "Use period and down",
				"more than %d outages", WINDOWS_MAX);
		else
			rc = read_window(c, one, &w[o->n_windows]);
		if (rc == 0 && o->n_windows > 0 &&
			w[o->n_windows].start_ns < w[o->n_windows - 1].end_ns)
			rc = wf_err_add(c->err, c->where, "Write them in order of time, apart",
				"the outage at \"%s\" begins before the one before it has ended",
				one);
		o->n_windows++;
	}
	free(text);
	o->window = w;
	return rc;
}

static void
note(const struct outage_params *p, const struct outage_cfg *o, const struct wf_block_compile *c)
{
	const char *carrier = p->carrier ? ", and the host that sends sees no carrier" : "";
	char down[WF_UNITS_TEXT], period[WF_UNITS_TEXT];

	if (o->period_ns != 0)
		wf_stage_note(c, WF_BLOCK_OUTAGE, "nothing passes for %s of every %s (%.3g %%)%s%s",
			wf_units_format_duration(p->down, down),
			wf_units_format_duration(p->period, period),
			100 * (double)p->down / (double)p->period,
			o->n_windows != 0 ? ", and at given times" : "", carrier);
	else
		wf_stage_note(c, WF_BLOCK_OUTAGE, "nothing passes at %u given times%s",
			o->n_windows, carrier);
}

static int
outage_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct outage_params *p = block;
	struct outage_cfg *o = cfg;
	bool period = wf_param_given(p, PERIOD), down = wf_param_given(p, DOWN);

	if (period != down)
		return wf_err_add(c->err, c->where, "Write period = \"30s\"; down = \"1s\"",
			"\"%s\" is missing", period ? "down" : "period");
	if (period && p->down >= p->period)
		return wf_err_add(c->err, c->where, "Use blackhole = true to let nothing pass",
			"\"down\" is not shorter than \"period\"");
	if (wf_param_given(p, OFFSET) && !period)
		return wf_err_add(c->err, c->where, "Write period = \"30s\"; down = \"1s\"",
			"\"offset\" belongs to \"period\"");
	if (p->at != NULL && read_windows(c, p->at, o) < 0)
		return -EINVAL;
	if (p->down > 0) {
		o->period_ns = p->period;
		o->down_ns = p->down;
		o->offset_ns = p->offset;
		c->forecast->down = (double)p->down / (double)p->period;
		c->forecast->step_ns = p->period;
	}
	if (o->n_windows == 0 && o->period_ns == 0)
		return 0;
	note(p, o, c);
	if (p->carrier)
		c->needs |= WF_NEED_CARRIER;
	return 1;
}

/* The first window that has not ended; n_windows: there is none. */
static uint32_t
next_window(const struct outage_cfg *o, wf_ns_t ns)
{
	uint32_t low = 0, high = o->n_windows;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (o->window[middle].end_ns <= ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static inline bool
is_down(const struct outage_cfg *o, wf_ns_t ns)
{
	uint32_t w;

	if (o->period_ns != 0 && ns >= o->offset_ns &&
		(ns - o->offset_ns) % o->period_ns < o->down_ns)
		return true;
	w = next_window(o, ns);
	return w < o->n_windows && o->window[w].start_ns <= ns;
}

/* When the next window or period begins or ends, at which nothing need change. */
static wf_ns_t
next_edge(const struct outage_cfg *o, wf_ns_t ns)
{
	uint32_t w = next_window(o, ns);
	wf_ns_t edge_ns = UINT64_MAX, flap_ns = UINT64_MAX;

	if (w < o->n_windows)
		edge_ns = o->window[w].start_ns > ns ? o->window[w].start_ns : o->window[w].end_ns;
	if (o->period_ns != 0 && ns < o->offset_ns) {
		flap_ns = o->offset_ns;
	} else if (o->period_ns != 0) {
		wf_ns_t in_ns = (ns - o->offset_ns) % o->period_ns;

		flap_ns = ns - in_ns + (in_ns < o->down_ns ? o->down_ns : o->period_ns);
	}
	return edge_ns < flap_ns ? edge_ns : flap_ns;
}

bool
wf_outage_is_down(const void *cfg, wf_ns_t ns, wf_ns_t *until_ns)
{
	const struct outage_cfg *o = cfg;
	bool now = is_down(o, ns);

	for (int i = 0; i < EDGES && ns != UINT64_MAX && is_down(o, ns) == now; i++)
		ns = next_edge(o, ns);
	*until_ns = ns;
	return now;
}

static void
outage_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct outage_cfg *o = cfg;

	for (uint16_t i = first; i < end; i++) {
		wf_ns_t ns = wf_stage_since(env, b->rx_ns[i]);

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (is_down(o, ns))
			b->drop[i] = WF_DROP_outage;
	}
}

const struct wf_block wf_block_outage = {
	.stage = &(const struct wf_stage_ops){ .run = outage_run },
	.name = "outage",
	.summary = "Lets nothing pass at given times, or now and again as a flapping link",
	.main_key = "at",
	.params = params,
	.params_size = sizeof(struct outage_params),
	.cfg_size = sizeof(struct outage_cfg),
	.compile = outage_compile,
};
