/* SPDX-License-Identifier: BSD-3-Clause
 * Several netems one behind the other, and a rate behind them, as one direction: where the order of
 * our stages gives the same, or nearly the same, which is then said.
 */
#include <errno.h>

#include "wf_import_netem.h"

static bool
plain_loss(const struct wf_netem *q)
{
	return q->loss == WF_NETEM_RANDOM && q->loss_rho == 0 && !q->ecn;
}

/* What can't be one behind the other, before anything is put together. */
static int
conflicts(const struct wf_netem *sum, const struct wf_netem *next, struct wf_import_words *w)
{
	if (next->corrupt && sum->corrupt)
		return wf_import_error(
			w, "Leave one out", "two times corrupt: a direction has one");
	if (next->reorder && sum->reorder)
		return wf_import_error(
			w, "Leave one out", "two times reorder: a direction has one");
	if (next->duplicate)
		return wf_import_error(w, "Move it to the first netem",
			"duplicate in a netem below another: its copies pass the first one again, "
			"which no direction does");
	if ((next->slot && (sum->delay || sum->rate || sum->slot)) ||
		(sum->slot && (next->delay || next->rate)))
		return wf_import_error(w, "Leave one out",
			"slot in one netem, delay or rate in another: here slots come behind the "
			"rate and before the delay");
	if (next->seed && sum->seed && next->seed_value != sum->seed_value)
		return wf_import_error(w, "Leave one out", "two seeds: a configuration has one");
	if (sum->jitter && next->jitter)
		return wf_import_error(w,
			"Leave one out, or measure the sum and use distribution = \"samples\"",
			"two delays with jitter: a direction has one");
	if ((sum->reorder && next->mean_ns + next->jitter_ns > 0) ||
		(next->reorder && sum->mean_ns + sum->jitter_ns > 0))
		return wf_import_error(w, "Leave one out",
			"reorder in one netem and a delay in another: here what is reordered "
			"skips both");
	if (sum->rate && next->rate)
		return wf_import_error(w, "Leave the faster one out",
			"two rates, one behind the other: a direction has one");
	return 0;
}

/* Before: sum has a rate already, which the loss of `next` comes behind. */
static int
chain_loss(struct wf_netem *sum, const struct wf_netem *next, struct wf_import_words *w)
{
	bool behind = sum->rate && !next->rate;

	if (next->loss == WF_NETEM_NO_LOSS)
		return 0;
	if (sum->loss == WF_NETEM_NO_LOSS) {
		sum->loss = next->loss;
		for (int i = 0; i < 5; i++)
			sum->loss_p[i] = next->loss_p[i];
		sum->n_loss = next->n_loss;
		sum->loss_rho = next->loss_rho;
		sum->ecn = next->ecn;
		sum->loss_behind_rate = behind;
		if (sum->duplicate && !plain_loss(next))
			return wf_import_error(w, "Write duplicate and loss in one netem",
				"loss with a memory behind duplicate: here it comes before");
		if (sum->duplicate) {
			sum->copies_lost = next->loss_p[0];
			sum->loss_p[0] = 0;
		}
		return 0;
	}
	if (!plain_loss(sum) || !plain_loss(next))
		return wf_import_error(w, "Leave one out; plain percentages can be put together",
			"two models of loss: a direction has one");
	if (behind && !sum->loss_behind_rate)
		return wf_import_error(w, "Put both on the same side of the rate",
			"loss before the rate and loss behind it: a direction has one");
	if (sum->duplicate)
		sum->copies_lost = 1 - (1 - sum->copies_lost) * (1 - next->loss_p[0]);
	else
		sum->loss_p[0] = 1 - (1 - sum->loss_p[0]) * (1 - next->loss_p[0]);
	return 0;
}

static int
chain_delay(struct wf_netem *sum, const struct wf_netem *next, struct wf_import_words *w)
{
	if (!next->delay)
		return 0;
	if (next->jitter) {
		sum->jitter = true;
		sum->jitter_ns = next->jitter_ns;
		sum->delay_rho = next->delay_rho;
		sum->distribution = next->distribution;
	}
	sum->delay = true;
	sum->mean_ns += next->mean_ns;
	if (sum->mean_ns + sum->jitter_ns > 3600e9)
		return wf_import_error(w, NULL, "the delay may be longer than an hour");
	return 0;
}

static void
chain_rate(struct wf_netem *sum, const struct wf_netem *next)
{
	if (!next->rate)
		return;
	if (sum->jitter)
		wf_import_note(sum->notes, 0,
			"In tc the jitter comes before the rate, whose queue smooths it; here the "
			"delay is behind the rate, so that all of the jitter is seen.");
	sum->rate = true;
	sum->rate_bps = next->rate_bps;
	sum->overhead = next->overhead;
	sum->cell = next->cell;
	sum->cell_overhead = next->cell_overhead;
	sum->burst_bytes = next->burst_bytes;
	sum->queue_packets = next->queue_packets;
	sum->queue_bytes = next->queue_bytes;
}

static void
chain_others(struct wf_netem *sum, const struct wf_netem *next)
{
	if (next->corrupt) {
		sum->corrupt = true;
		sum->corrupt_p = next->corrupt_p;
		sum->corrupt_rho = next->corrupt_rho;
	}
	if (next->reorder) {
		sum->reorder = true;
		sum->reorder_p = next->reorder_p;
		sum->reorder_rho = next->reorder_rho;
		sum->gap = next->gap;
	}
	if (next->slot) {
		sum->slot = true;
		sum->slot_min_ns = next->slot_min_ns;
		sum->slot_max_ns = next->slot_max_ns;
		sum->slot_packets = next->slot_packets;
		sum->slot_bytes = next->slot_bytes;
		sum->slot_distribution = next->slot_distribution;
	}
	if (next->seed) {
		sum->seed = true;
		sum->seed_value = next->seed_value;
	}
}

/* What waits for a rate or a slot is bounded by its own netem's limit; `limit` is that of sum. */
static void
chain_limit(struct wf_netem *sum, const struct wf_netem *next, double limit)
{
	double second = next->limit ? next->limit_packets : 1000;

	if (!sum->limit && !next->limit)
		return;
	wf_import_note(sum->notes, 0,
		"The limits of two netems, %.0f and %.0f packets: here the delay has one line, "
		"without a limit.",
		limit, second);
	sum->limit = true;
	sum->limit_packets = next->rate || next->slot || limit > second ? second : limit;
	if ((sum->rate && !next->rate) || (sum->slot && !next->slot))
		sum->limit_packets = limit;
}

int
wf_netem_chain(struct wf_netem *sum, const struct wf_netem *next, bool shaper, bool first,
	struct wf_import_words *w)
{
	FILE *notes = sum->notes;
	double limit = sum->limit ? sum->limit_packets : 1000;

	if (first) {
		*sum = *next;
		sum->notes = notes;
		return 0;
	}
	if (sum->jitter && sum->mean_ns < sum->jitter_ns && next->mean_ns > 0)
		wf_import_note(sum->notes, 0,
			"A draw below 0 ends at 0 before the other netem's delay is added; here "
			"behind it.");
	if (conflicts(sum, next, w) < 0 || chain_loss(sum, next, w) < 0)
		return -EINVAL;
	chain_rate(sum, next);
	if (chain_delay(sum, next, w) < 0)
		return -EINVAL;
	chain_others(sum, next);
	if (!shaper)
		chain_limit(sum, next, limit);
	return 0;
}
