/* SPDX-License-Identifier: BSD-3-Clause
 * Loss without chance: every Nth packet, packets by their number, and bursts at a fixed period.
 * Numbers count the packets of the class or flow that reach this stage, from 1; neighbour discovery
 * that is exempt is not counted.
 *
 * Bursts: the period begins with the first packet; after each period the next `burst` packets are
 * lost.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "wf_loss.h"

#define RANGES_MAX 4096

/* One "17" or "17-20". Returns what is behind it, NULL if it is none. */
static const char *
read_range(const char *text, struct wf_loss_range *r)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	r->first = r->last = strtoull(text, &end, 10);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return NULL;
		r->last = strtoull(end + 1, &end, 10);
	}
	return errno == 0 && r->first > 0 && r->last >= r->first ? end : NULL;
}

static const char *
skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text) || *text == ',')
		text++;
	return text;
}

/* Reads the list; into `out` if it is not NULL. Returns the number of ranges, or -EINVAL. */
static int
read_list(const char *text, struct wf_loss_range *out, struct wf_block_compile *c)
{
	struct wf_loss_range r = { 0, 0 };
	uint64_t last = 0;
	int n = 0;

	for (text = skip_blanks(text); *text != '\0'; text = skip_blanks(text), n++) {
		const char *at = text;

		text = read_range(at, &r);
		if (text == NULL ||
			(*text != '\0' && *text != ',' && !isspace((unsigned char)*text)))
			return wf_err_add(c->err, c->where, "Write packets = \"1 5 17-20\"",
				"\"%.20s\" is no packet number and no range of them", at);
		if (r.first <= last)
			return wf_err_add(c->err, c->where, "Put them in ascending order",
				"packet %llu is listed behind packet %llu",
				(unsigned long long)r.first, (unsigned long long)last);
		if (n == RANGES_MAX)
			return wf_err_add(c->err, c->where, "Use ranges, or several classes",
				"more than %d packets and ranges", RANGES_MAX);
		last = r.last;
		if (out != NULL)
			out[n] = r;
	}
	return n > 0 ? n
		     : wf_err_add(c->err, c->where, "Write packets = \"1 5 17-20\"",
			       "\"packets\" lists nothing");
}

static int
missing(struct wf_block_compile *c, const char *key, const char *hint)
{
	return wf_err_add(c->err, c->where, hint, "\"%s\" is missing", key);
}

int
wf_loss_compile_counted(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle)
{
	struct wf_loss_range *range;
	int n;

	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	if (q->model == WF_LOSS_EVERY) {
		if (!wf_param_given(q, WF_LOSS_ROW_EVERY))
			return missing(c, "every", "Write every = 100");
		out->every = q->every;
		c->forecast->loss = 1 / (double)q->every;
		c->forecast->mean_burst = q->every > 1 ? 1 : 0;
		return 0;
	}
	if (q->model == WF_LOSS_BURST) {
		if (!wf_param_given(q, WF_LOSS_ROW_BURST))
			return missing(c, "burst", "Write burst = 5");
		if (!wf_param_given(q, WF_LOSS_ROW_PERIOD))
			return missing(c, "period", "Write period = \"1s\"");
		out->burst.packets = q->burst;
		out->burst.period_ns = q->period_ns;
		return 0;
	}
	if (q->packets == NULL)
		return missing(c, "packets", "Write packets = \"1 5 17-20\"");
	n = read_list(q->packets, NULL, c);
	if (n < 0)
		return n;
	range = wf_stage_reserve(c, (size_t)n * sizeof(*range));
	if (range == NULL)
		return -ENOMEM;
	read_list(q->packets, range, c);
	out->range = range;
	out->n_ranges = (uint32_t)n;
	return 0;
}

static bool
listed(const struct wf_loss_cfg *l, uint64_t ordinal)
{
	uint32_t low = 0, high = l->n_ranges;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (l->range[mid].last < ordinal)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n_ranges && l->range[low].first <= ordinal;
}

static bool
in_burst(const struct wf_loss_cfg *l, struct wf_loss_state *s, wf_ns_t now_ns)
{
	if (now_ns >= s->at_ns) {
		s->at_ns += ((now_ns - s->at_ns) / l->burst.period_ns + 1) * l->burst.period_ns;
		s->n = l->burst.packets;
	}
	if (s->n == 0)
		return false;
	s->n--;
	return true;
}

static bool
nth(const struct wf_loss_cfg *l, struct wf_loss_state *s)
{
	if (++s->n < l->every)
		return false;
	s->n = 0;
	return true;
}

void
wf_loss_run_counted(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;

	for (uint16_t i = first; i < end; i++) {
		struct wf_loss_state *s = (struct wf_loss_state *)(b->state[i] + state_offset);
		bool hit;

		if (b->drop[i] != WF_DROP_NONE || wf_loss_spared(l, b, i))
			continue;
		if (l->model == WF_LOSS_EVERY)
			hit = nth(l, s);
		else if (l->model == WF_LOSS_LIST)
			hit = listed(l, ++s->n);
		else
			hit = in_burst(l, s, b->rx_ns[i]);
		if (hit)
			b->drop[i] = WF_DROP_loss;
	}
}
