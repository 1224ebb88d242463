/* SPDX-License-Identifier: BSD-3-Clause
 * Loss by a Markov chain of up to 16 states, each of which loses with its own probability. The
 * packet is decided with the state before its transition, the first state is drawn from the
 * stationary distribution.
 *
 * "4-state" has netem's names (`loss state`; Salsano, Ludovici, Ordine: "Definition of a general
 * and intuitive loss model for packet networks", 2009): 1 delivered in a gap, 2 delivered in a
 * burst, 3 lost in a burst, 4 lost alone. With s = p14 + p13 / p31 and t = p13 p32 / (p31 p23):
 * loss rate s / (1 + s + t).
 *
 * Clocked by time, a chain makes a step each `step`, packets or none. A gap of n steps is gone with
 * the powers of two in n, whose matrices are made in advance: exact in law, 32 draws at most.
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_loss.h"

#define STATES 16
#define POWERS 32 /* of 2, for gaps of steps */

struct wf_loss_markov {
	uint32_t n;
	uint64_t lost[STATES];           /* threshold */
	uint64_t start[STATES];          /* thresholds, added up */
	uint64_t step[][STATES][STATES]; /* the same; [k]: 2^k steps */
};

struct chain {
	int n;
	double p[STATES][STATES];
	double lost[STATES];
	double mean[STATES]; /* stationary */
};

/* Reads probabilities up to a ';' or the end. Returns how many, or -EINVAL. */
static int
read_row(const char **text, double *out)
{
	int n = 0;

	for (;;) {
		char *end;
		double v;

		while (**text == ' ' || **text == ',' || **text == '\t' || **text == '\n')
			(*text)++;
		if (**text == ';' || **text == '\0')
			return n;
		v = strtod(*text, &end);
		if (end == *text || n == STATES)
			return -EINVAL;
		if (*end == '%') {
			v /= 100;
			end++;
		}
		if (!(v >= 0 && v <= 1))
			return -EINVAL;
		out[n++] = v;
		*text = end;
	}
}

static int
read_matrix(const char *text, struct chain *m, struct wf_block_compile *c)
{
	static const char hint[] = "Write matrix = \"0.9 0.1; 0.5 0.5\", a row for each state";
	int rows = 0, n;

	for (bool more = true; more; rows++) {
		double sum = 0;

		n = rows < STATES ? read_row(&text, m->p[rows]) : -EINVAL;
		if (n <= 0)
			return wf_err_add(c->err, c->where, hint,
				"row %d of \"matrix\" is not 1 to %d probabilities", rows + 1,
				STATES);
		if (rows == 0)
			m->n = n;
		if (n != m->n)
			return wf_err_add(c->err, c->where, hint,
				"row %d of \"matrix\" has %d entries, not %d", rows + 1, n, m->n);
		for (int j = 0; j < n; j++)
			sum += m->p[rows][j];
		if (sum < 1 - 1e-6 || sum > 1 + 1e-6)
			return wf_err_add(c->err, c->where, hint,
				"row %d of \"matrix\" adds up to %g, not to 1", rows + 1, sum);
		more = *text == ';';
		text += more;
	}
	return rows == m->n ? 0
			    : wf_err_add(c->err, c->where, hint,
				      "\"matrix\" has %d rows of %d entries", rows, m->n);
}

static int
user_chain(const struct wf_loss_params *q, struct chain *m, struct wf_block_compile *c)
{
	const char *text = q->state_loss;
	int n;

	if (q->matrix == NULL || text == NULL)
		return wf_err_add(c->err, c->where, "Give matrix and state_loss together",
			"\"%s\" is missing", q->matrix == NULL ? "matrix" : "state_loss");
	if (read_matrix(q->matrix, m, c) < 0)
		return -EINVAL;
	n = read_row(&text, m->lost);
	if (n != m->n || *text != '\0')
		return wf_err_add(c->err, c->where, "Write state_loss = \"0% 100%\"",
			"\"state_loss\" is not %d probabilities, one for each state", m->n);
	return 0;
}

static int
four_states(struct wf_loss_params *q, struct chain *m, struct wf_block_compile *c)
{
	if (!wf_param_given(q, WF_LOSS_ROW_P13))
		return wf_err_add(c->err, c->where, "Write p13 = \"1%\"", "\"p13\" is missing");
	if (!wf_param_given(q, WF_LOSS_ROW_P31))
		q->p31 = 1 - q->p13; /* as in netem */
	if (q->p13 + q->p14 > 1 || q->p31 + q->p32 > 1)
		return wf_err_add(c->err, c->where, "Lower one of them", "%s is above 1",
			q->p13 + q->p14 > 1 ? "p13 + p14" : "p31 + p32");
	*m = (struct chain){ .n = 4,
		.p = { { 1 - q->p13 - q->p14, 0, q->p13, q->p14 }, { 0, 1 - q->p23, q->p23, 0 },
			{ q->p31, q->p32, 1 - q->p31 - q->p32, 0 }, { 1, 0, 0, 0 } },
		.lost = { 0, 0, 1, 1 } };
	return 0;
}

/* The chain of the `fault` proxy: excellent, good, fair, poor, bad. */
static const struct chain fault5 = { .n = 5,
	.p = { { 0.9, 0.1, 0, 0, 0 }, { 0.05, 0.9, 0.05, 0, 0 }, { 0, 0.1, 0.8, 0.1, 0 },
		{ 0, 0, 0.2, 0.7, 0.1 }, { 0, 0, 0, 0.3, 0.7 } },
	.lost = { 0, 0.1, 0.3, 0.6, 0.9 } };

static void
two_states(const struct wf_loss_params *q, struct chain *m)
{
	*m = (struct chain){ .n = 2,
		.p = { { 1 - q->p, q->p }, { q->r, 1 - q->r } },
		.lost = { 1 - q->k, 1 - q->h } };
}

/* Stationary distribution by elimination without subtraction (Grassmann, Taksar, Heyman 1985). It
 * exists, alone, when the first state is reached from every other. */
static int
stationary(struct chain *m, struct wf_block_compile *c)
{
	double a[STATES][STATES], sum = 1;

	for (int i = 0; i < m->n; i++)
		for (int j = 0; j < m->n; j++)
			a[i][j] = m->p[i][j];
	for (int k = m->n - 1; k > 0; k--) {
		double leaves = 0;

		for (int j = 0; j < k; j++)
			leaves += a[k][j];
		if (!(leaves > 0))
			return wf_err_add(c->err, c->where,
				"Make every state lead back to the first",
				"state %d never gets back to state 1: the chain has no one mean",
				k + 1);
		for (int i = 0; i < k; i++)
			a[i][k] /= leaves;
		for (int i = 0; i < k; i++)
			for (int j = 0; j < k; j++)
				a[i][j] += a[i][k] * a[k][j];
	}
	m->mean[0] = 1;
	for (int k = 1; k < m->n; k++) {
		m->mean[k] = 0;
		for (int i = 0; i < k; i++)
			m->mean[k] += m->mean[i] * a[i][k];
		sum += m->mean[k];
	}
	for (int k = 0; k < m->n; k++)
		m->mean[k] /= sum;
	return 0;
}

/* Probabilities to thresholds, added up; what has no probability is never chosen. */
static void
add_up(const double *p, int n, uint64_t *out)
{
	double sum = 0;
	int last = n - 1;

	while (last > 0 && !(p[last] > 0))
		last--;
	for (int j = 0; j < STATES; j++) {
		sum += j < n ? p[j] : 0;
		out[j] = j >= last ? UINT64_MAX : wf_rng_threshold(sum);
	}
}

/* p = p p, each row adding up to 1 again. */
static void
square(struct chain *m)
{
	double to[STATES][STATES];

	for (int i = 0; i < m->n; i++) {
		double sum = 0;

		for (int j = 0; j < m->n; j++) {
			to[i][j] = 0;
			for (int k = 0; k < m->n; k++)
				to[i][j] += m->p[i][k] * m->p[k][j];
			sum += to[i][j];
		}
		for (int j = 0; j < m->n; j++)
			to[i][j] /= sum;
	}
	for (int i = 0; i < m->n; i++)
		for (int j = 0; j < m->n; j++)
			m->p[i][j] = to[i][j];
}

static void
forecast(const struct chain *m, bool by_time, struct wf_forecast *f)
{
	double both = 0; /* P(this and the next packet are lost) */

	f->loss = 0;
	for (int i = 0; i < m->n; i++) {
		f->loss += m->mean[i] * m->lost[i];
		for (int j = 0; j < m->n; j++)
			both += m->mean[i] * m->lost[i] * m->p[i][j] * m->lost[j];
	}
	f->mean_burst = !by_time && f->loss > both ? f->loss / (f->loss - both) : 0;
}

int
wf_loss_compile_markov(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle)
{
	int powers = q->clock == WF_LOSS_BY_TIME ? POWERS : 1, rc = 0;
	struct chain m = { 0 };
	struct wf_loss_markov *t;

	if (q->model == WF_LOSS_MARKOV)
		rc = user_chain(q, &m, c);
	else if (q->model == WF_LOSS_4STATE)
		rc = four_states(q, &m, c);
	else if (q->model == WF_LOSS_FAULT5)
		m = fault5;
	else
		two_states(q, &m);
	if (rc < 0 || stationary(&m, c) < 0)
		return -EINVAL;
	t = wf_stage_reserve(c, sizeof(*t) + (size_t)powers * sizeof(t->step[0]));
	if (t == NULL)
		return -ENOMEM;
	forecast(&m, powers > 1, c->forecast);
	t->n = (uint32_t)m.n;
	add_up(m.mean, m.n, t->start);
	for (int i = 0; i < m.n; i++)
		t->lost[i] = wf_rng_threshold(m.lost[i]);
	for (int k = 0; k < powers; k++) {
		for (int i = 0; i < m.n; i++)
			add_up(m.p[i], m.n, t->step[k][i]);
		square(&m);
	}
	out->markov.m = t;
	if (powers > 1 && q->step_ns > c->forecast->step_ns)
		c->forecast->step_ns = q->step_ns;
	out->markov.step_ns = powers > 1 ? q->step_ns : 0;
	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	*idle = !(c->forecast->loss > 0);
	return 0;
}

static inline uint64_t
choose(const uint64_t *threshold, uint64_t draw)
{
	uint64_t j = 0;

	while (!wf_rng_below(draw, threshold[j]))
		j++;
	return j;
}

uint64_t
wf_loss_markov_start(const struct wf_loss_cfg *l, uint64_t draw)
{
	return choose(l->markov.m->start, draw);
}

/* The steps that time has made since the packet before. */
static void
advance(const struct wf_loss_cfg *l, struct wf_loss_state *s, wf_ns_t now_ns, uint64_t draw)
{
	uint64_t steps;

	if (now_ns < s->at_ns + l->markov.step_ns)
		return;
	steps = (now_ns - s->at_ns) / l->markov.step_ns;
	s->at_ns += steps * l->markov.step_ns;
	if (steps >> POWERS) {
		s->n = wf_loss_markov_start(l, draw);
		return;
	}
	for (int k = 0; steps >> k; k++)
		if (steps >> k & 1)
			s->n = choose(l->markov.m->step[k][s->n],
				wf_rng_mix(draw + (uint64_t)k * WF_RNG_STEP));
}

void
wf_loss_run_markov(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;
	const struct wf_loss_markov *m = l->markov.m;

	for (uint16_t i = first; i < end; i++) {
		struct wf_loss_state *s = (struct wf_loss_state *)(b->state[i] + state_offset);
		uint64_t draw = wf_rng_draw(b->rng[i], WF_RNG_LOSS_STEP);

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (s->n >= m->n) /* a live change took the state away */
			s->n = wf_loss_markov_start(l, wf_rng_draw(b->rng[i], WF_RNG_LOSS_START));
		if (l->markov.step_ns != 0) {
			advance(l, s, b->rx_ns[i], draw);
			wf_loss_draw(l, b, i, m->lost[s->n]);
		} else {
			wf_loss_draw(l, b, i, m->lost[s->n]);
			s->n = choose(m->step[0][s->n], draw);
		}
	}
}
