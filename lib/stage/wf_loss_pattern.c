/* SPDX-License-Identifier: BSD-3-Clause
 * Loss by a pattern from a file, as KauNet has it (Garcia, Conchon, Perennou, Brunstrom: "KauNet:
 * improving reproducibility for wireless and mobile research", MobiEval 2007): a 0 for each packet,
 * or for each step of time, that is delivered, a 1 for each that is lost. Blanks, commas and
 * new lines are for the reader, what follows # up to the end of its line too.
 *
 * The pattern starts with the first packet of the class or flow.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "wf_loss.h"
#include "wf_slurp.h"

#define BYTES_MAX (16u << 20)

struct wf_loss_pattern {
	uint64_t n;
	wf_ns_t step_ns; /* 0: a packet is a step */
	bool once;
	uint64_t lost[]; /* bits */
};

struct tally {
	uint64_t n, lost, runs; /* runs: of losses, the pattern closed to a ring */
};

static inline bool
bit(const struct wf_loss_pattern *t, uint64_t i)
{
	return t->lost[i / 64] >> i % 64 & 1;
}

/* Reads the text; into `out` if it is not NULL. Returns 0, or -EINVAL. */
static int
read_pattern(const char *text, const char *name, struct wf_loss_pattern *out, struct tally *t,
	struct wf_block_compile *c)
{
	bool first = false, last = false;
	unsigned line = 1;

	*t = (struct tally){ 0 };
	for (; *text != '\0'; text++) {
		bool lost = *text == '1';

		if (*text == '#') {
			while (text[1] != '\0' && text[1] != '\n')
				text++;
			continue;
		}
		line += *text == '\n';
		if (isspace((unsigned char)*text) || *text == ',')
			continue;
		if (!lost && *text != '0')
			return wf_err_add(c->err, c->where, "Write 0 for delivered, 1 for lost",
				"%s, line %u: '%c' is no part of a pattern", name, line,
				isprint((unsigned char)*text) ? *text : '?');
		if (out != NULL && lost)
			out->lost[t->n / 64] |= 1ull << t->n % 64;
		if (t->n++ == 0)
			first = lost;
		t->lost += lost;
		t->runs += lost && !last;
		last = lost;
	}
	if (first && last && t->runs > 1)
		t->runs--;
	return t->n > 0 ? 0
			: wf_err_add(c->err, c->where, "Write 0 for delivered, 1 for lost",
				  "%s holds no pattern", name);
}

int
wf_loss_compile_pattern(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle)
{
	struct wf_loss_pattern *p = NULL;
	struct tally t;
	char *text;
	int rc;

	if (q->pattern == NULL)
		return wf_err_add(c->err, c->where, "Write pattern = \"losses.txt\"",
			"\"pattern\" is missing");
	text = wf_slurp_beside(q->pattern, BYTES_MAX, NULL, c->where, c->err);
	if (text == NULL)
		return -EINVAL;
	rc = read_pattern(text, q->pattern, NULL, &t, c);
	if (rc == 0) {
		p = wf_stage_reserve(c, sizeof(*p) + (t.n + 63) / 64 * sizeof(p->lost[0]));
		rc = p == NULL ? -ENOMEM : read_pattern(text, q->pattern, p, &t, c);
	}
	free(text);
	if (rc != 0)
		return rc;
	p->n = t.n;
	p->step_ns = q->clock == WF_LOSS_BY_TIME ? q->step_ns : 0;
	p->once = !q->loop;
	out->pattern = p;
	if (p->step_ns > c->forecast->step_ns)
		c->forecast->step_ns = p->step_ns;
	if (q->loop) {
		c->forecast->loss = (double)t.lost / (double)t.n;
		if (p->step_ns == 0 && t.lost < t.n && t.runs > 0)
			c->forecast->mean_burst = (double)t.lost / (double)t.runs;
	}
	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	*idle = t.lost == 0;
	return 0;
}

void
wf_loss_run_pattern(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;
	const struct wf_loss_pattern *p = l->pattern;

	assert(p->n > 0);
	for (uint16_t i = first; i < end; i++) {
		struct wf_loss_state *s = (struct wf_loss_state *)(b->state[i] + state_offset);
		uint64_t at;

		if (b->drop[i] != WF_DROP_NONE || wf_loss_spared(l, b, i))
			continue;
		if (p->step_ns != 0)
			at = b->rx_ns[i] > s->at_ns ? (b->rx_ns[i] - s->at_ns) / p->step_ns : 0;
		else
			at = s->n++;
		if (at >= p->n && p->once)
			continue;
		if (bit(p, at % p->n))
			b->drop[i] = WF_DROP_loss;
	}
}
