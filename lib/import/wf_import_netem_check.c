/* SPDX-License-Identifier: BSD-3-Clause
 * What netem itself refuses, and what no configuration can say: whatever is written then loads.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "wf_import_netem.h"

#define HOUR_NS 3600e9

static int
check_delay(const struct wf_netem *q, struct wf_import_words *w)
{
	if (q->distribution != NULL && (!q->jitter || q->mean_ns == 0))
		return wf_import_error(w, "Write delay 20ms 5ms distribution normal",
			"\"distribution\" needs a delay with jitter");
	if (q->distribution != NULL && strpbrk(q->distribution, "\"\\/") != NULL)
		return wf_import_error(w, "Write a plain name, as normal",
			"\"%s\" is not a name of a distribution", q->distribution);
	if (q->mean_ns + q->jitter_ns > HOUR_NS)
		return wf_import_error(w, NULL, "the delay may be longer than an hour");
	if (q->reorder && q->mean_ns == 0)
		return wf_import_error(w, "Add delay 10ms", "reordering needs a delay");
	if (q->gap != 0 && (!q->reorder || q->reorder_p == 0))
		return wf_import_error(w, "Add reorder 25%", "\"gap\" belongs to \"reorder\"");
	return 0;
}

static int
check_slot(const struct wf_netem *q, struct wf_import_words *w)
{
	if ((q->slot_packets != 0 || q->slot_bytes != 0) && !q->slot)
		return wf_import_error(
			w, "Add slot 10ms", "\"packets\" and \"bytes\" belong to \"slot\"");
	if (q->slot && q->slot_distribution == NULL && q->slot_max_ns < q->slot_min_ns)
		return wf_import_error(w, "Swap them", "the slot's minimum is above its maximum");
	if (q->slot_max_ns > HOUR_NS || q->slot_min_ns > HOUR_NS ||
		(q->slot_distribution != NULL && q->slot_min_ns + q->slot_max_ns > HOUR_NS))
		return wf_import_error(w, NULL, "the slot may be longer than an hour");
	if (q->slot_distribution != NULL && strpbrk(q->slot_distribution, "\"\\/") != NULL)
		return wf_import_error(w, "Write a plain name, as normal",
			"\"%s\" is not a name of a distribution", q->slot_distribution);
	if (q->slot_distribution != NULL && q->slot_min_ns == 0)
		return wf_import_error(
			w, "Write slot 800us", "\"slot distribution\" has a delay of 0");
	if (q->slot_packets < 0 || q->slot_packets > 1e6)
		return wf_import_error(w, "Write packets 5",
			"the packets of a slot are not between 0 and 1000000");
	if (q->slot_bytes > 1e9)
		return wf_import_error(
			w, "Write bytes 64k", "the bytes of a slot are above 1000000000");
	return 0;
}

static double
rounded(double p)
{
	return floor(p * 1e9 + 0.5);
}

/* A state that is never left has no loss rate in the long run. */
static int
check_states(const struct wf_netem *q, struct wf_import_words *w)
{
	const double *p = q->loss_p;
	double p31 = q->n_loss > 1 ? p[1] : 1 - p[0];

	if (q->n_loss > 2 && rounded(p31) + rounded(p[2]) > 1e9)
		return wf_import_error(w, "Lower one of them",
			"p31 and p32, %.9g %% and %.9g %%, are above 100 %% together", 100 * p31,
			100 * p[2]);
	if (q->n_loss > 4 && rounded(p[0]) + rounded(p[4]) > 1e9)
		return wf_import_error(w, "Lower one of them",
			"p13 and p14, %.9g %% and %.9g %%, are above 100 %% together", 100 * p[0],
			100 * p[4]);
	if (p31 <= 0 || (q->n_loss > 3 && p[3] == 0))
		return wf_import_error(w, "Write loss random, or give p31 and p23 above 0",
			"a loss state from which the chain never comes back: %s is 0",
			p31 <= 0 ? "p31" : "p23");
	return 0;
}

static int
check_loss(const struct wf_netem *q, struct wf_import_words *w)
{
	const double *p = q->loss_p;

	if (q->ecn && q->loss == WF_NETEM_NO_LOSS)
		return wf_import_error(w, "Add loss 1%", "\"ecn\" belongs to \"loss\"");
	if (q->loss == WF_NETEM_STATE && check_states(q, w) < 0)
		return -EINVAL;
	if (q->loss == WF_NETEM_GEMODEL && q->n_loss > 1 && p[0] == 0 && p[1] == 0)
		return wf_import_error(
			w, "Write loss random instead", "a gemodel that never changes its state");
	return 0;
}

int
wf_netem_check(const struct wf_netem *q, struct wf_import_words *w)
{
	return check_delay(q, w) < 0 || check_slot(q, w) < 0 || check_loss(q, w) < 0 ? -EINVAL : 0;
}
