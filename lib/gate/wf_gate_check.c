/* SPDX-License-Identifier: BSD-3-Clause
 * A direction of a stats document against the limits of a gate.
 */
#include <errno.h>
#include <string.h>

#include "wf_gate.h"
#include "wf_gate_binomial.h"

/* What the document has to say of a direction. */
struct seen {
	double received, dropped, corrupted, delayed; /* packets */
	double delay[WF_GATE_LOSS];
	bool bad;
	struct wf_err *err;
};

/* A number of 0 or more behind a path of at most two keys. */
static double
number(struct seen *s, const json_t *from, const char *key, const char *inner)
{
	const json_t *j = json_object_get(from, key);

	if (inner != NULL)
		j = json_object_get(j, inner);
	if (json_is_number(j) && json_number_value(j) >= 0)
		return json_number_value(j);
	if (!s->bad)
		wf_err_add(s->err, NULL,
			"A document of wfctl stats -o json, or of wirefault offline --stats, is "
			"wanted",
			"the stats lack %s%s%s", key, inner != NULL ? "." : "",
			inner != NULL ? inner : "");
	s->bad = true;
	return 0;
}

static double
dropped(struct seen *s, const json_t *direction)
{
	json_t *causes = json_object_get(direction, "dropped"), *cause;
	const char *name;
	double sum = 0;

	json_object_foreach(causes, name, cause) sum += number(s, causes, name, "packets");
	return sum;
}

/* Classes have no delays in documents of older versions: they are needed only if there are limits.
 */
static void
look(struct seen *s, const json_t *direction, bool delays)
{
	static const char *const keys[] = { [WF_GATE_MEAN] = "mean",
		[WF_GATE_P50] = "p50",
		[WF_GATE_P90] = "p90",
		[WF_GATE_P99] = "p99",
		[WF_GATE_P99_9] = "p99_9",
		[WF_GATE_MAX] = "max" };

	s->received = number(s, direction, "rx", "packets");
	s->corrupted = number(s, direction, "corrupted", "packets");
	s->dropped = dropped(s, direction);
	if (!delays)
		return;
	s->delayed = number(s, direction, "delay_ns", "count");
	for (int i = 0; i < WF_GATE_VARIATION; i++)
		s->delay[i] = number(s, direction, "delay_ns", keys[i]);
	s->delay[WF_GATE_VARIATION] =
		s->delay[WF_GATE_P99_9] - number(s, direction, "delay_ns", "min");
	if (s->delay[WF_GATE_VARIATION] < 0) /* the histogram's bucket of the minimum itself */
		s->delay[WF_GATE_VARIATION] = 0;
}

/* The packets without which nothing could be shown, whatever they did: even if none of them
 * exceeded the quantile, or none was lost or damaged. */
static double
least(enum wf_gate_measure m, double k, double limit)
{
	switch (m) {
	case WF_GATE_P50:
		return wf_gate_needed(0, 0.5);
	case WF_GATE_P90:
		return wf_gate_needed(0, 0.1);
	case WF_GATE_P99:
		return wf_gate_needed(0, 0.01);
	case WF_GATE_P99_9:
	case WF_GATE_VARIATION:
		return wf_gate_needed(0, 0.001);
	case WF_GATE_LOSS:
	case WF_GATE_ERROR:
		return wf_gate_needed(k, limit);
	default:
		return 0;
	}
}

static void
judge(const struct seen *s, const struct wf_gate_limits *g, enum wf_gate_measure m,
	struct wf_gate_result *r)
{
	double k = m == WF_GATE_LOSS ? s->dropped : s->corrupted;
	bool shown;

	*r = (struct wf_gate_result){ .measure = m };
	if (m < WF_GATE_LOSS) {
		r->limit = (double)g->delay_ns[m];
		r->observed = s->delay[m];
		r->packets = s->delayed;
		r->needed = least(m, 0, 0);
		shown = r->packets >= r->needed;
	} else {
		r->limit = g->share[m - WF_GATE_LOSS];
		r->observed = k / s->received;
		r->packets = s->received;
		r->bound = wf_gate_upper(k, s->received);
		/* A limit of 0 forbids what happens; nothing can show that nothing ever will. */
		shown = r->limit <= 0 || r->bound <= r->limit;
		r->needed = shown ? 0 : least(m, k, r->limit);
	}
	if (r->observed > r->limit)
		r->outcome = WF_GATE_FAIL;
	else
		r->outcome = shown ? WF_GATE_PASS : WF_GATE_TOO_FEW;
}

int
wf_gate_check(const struct wf_gate_limits *g, const json_t *direction,
	struct wf_gate_result out[WF_GATE_MEASURES], struct wf_err *err)
{
	const uint64_t delays = (1ull << WF_GATE_LOSS) - 1;
	struct seen s = { .err = err };
	int n = 0;

	look(&s, direction, (g->given & delays) != 0);
	if (s.bad)
		return -EINVAL;
	for (int i = 0; i < WF_GATE_MEASURES && s.received > 0; i++)
		if (wf_param_given(g, (size_t)i) && (i >= WF_GATE_LOSS || s.delayed > 0))
			judge(&s, g, (enum wf_gate_measure)i, &out[n++]);
	return n;
}
