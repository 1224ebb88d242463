/* SPDX-License-Identifier: BSD-3-Clause
 * A direction of a stats document against the limits of a gate.
 */
#include <errno.h>
#include <string.h>

#include "wf_gate.h"

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

static void
look(struct seen *s, const json_t *direction)
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
	s->delayed = number(s, direction, "delay_ns", "count");
	for (int i = 0; i < WF_GATE_VARIATION; i++)
		s->delay[i] = number(s, direction, "delay_ns", keys[i]);
	s->delay[WF_GATE_VARIATION] =
		s->delay[WF_GATE_P99_9] - number(s, direction, "delay_ns", "min");
	if (s->delay[WF_GATE_VARIATION] < 0) /* the histogram's bucket of the minimum itself */
		s->delay[WF_GATE_VARIATION] = 0;
}

int
wf_gate_check(const struct wf_gate *g, const json_t *direction,
	struct wf_gate_result out[WF_GATE_MEASURES], struct wf_err *err)
{
	struct seen s = { .err = err };
	int n = 0;

	look(&s, direction);
	if (s.bad)
		return -EINVAL;
	for (int i = 0; i < WF_GATE_MEASURES && s.received > 0; i++) {
		struct wf_gate_result *r = &out[n];
		bool delay = i < WF_GATE_LOSS;

		if (!wf_param_given(g, (size_t)i) || (delay && s.delayed == 0))
			continue;
		r->measure = (enum wf_gate_measure)i;
		if (delay) {
			r->limit = (double)g->delay_ns[i];
			r->observed = s.delay[i];
		} else {
			r->limit = g->share[i - WF_GATE_LOSS];
			r->observed = (i == WF_GATE_LOSS ? s.dropped : s.corrupted) / s.received;
		}
		r->pass = r->observed <= r->limit;
		n++;
	}
	return n;
}
