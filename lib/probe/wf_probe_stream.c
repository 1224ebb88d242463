/* SPDX-License-Identifier: BSD-3-Clause
 * The receiver of one stream of probes.
 */
#include "wf_probe_stream.h"

void
wf_probe_stream_init(struct wf_probe_stream *s, struct wf_probe_slot *slot, uint32_t window,
	struct wf_hist *delay, struct wf_hist *ipdv)
{
	assert(window > 0 && (window & (window - 1)) == 0);
	*s = (struct wf_probe_stream){
		.slot = slot, .mask = window - 1, .delay = delay, .ipdv = ipdv
	};
}

/* The run of losses up to here is over. */
static void
end_run(struct wf_probe_stream *s)
{
	if (s->run == 0)
		return;
	wf_probe_sum_add(&s->t.loss_run, s->run);
	s->t.runs_of[s->run < WF_PROBE_RUNS ? s->run : WF_PROBE_RUNS]++;
	s->run = 0;
}

/* Numbers from `first` on left the window without having come. */
static void
lose(struct wf_probe_stream *s, uint64_t first, uint64_t n)
{
	if (s->loss_end != 0) {
		uint64_t distance = first - (s->loss_end - 1);

		wf_probe_sum_add(&s->t.loss_distance, distance);
		s->t.noticeable += distance <= WF_PROBE_DELTA;
	}
	if (n > 1) { /* each of the others follows upon one */
		wf_probe_sum_add(&s->t.loss_distance, 1);
		s->t.loss_distance.n += n - 2;
		s->t.loss_distance.sum += n - 2;
		s->t.noticeable += n - 1;
	}
	s->t.lost += n;
	s->run += n;
	s->loss_end = first + n;
	s->was_received = false;
}

/* RFC 3393 for a pair of neighbours. */
static void
compare(struct wf_probe_stream *s, int64_t delay_ns)
{
	int64_t d = delay_ns - s->was_delay_ns;

	if (d > 0)
		wf_probe_sum_add(&s->t.ipdv_up, (uint64_t)d);
	else
		wf_probe_sum_add(&s->t.ipdv_down, (uint64_t)-d);
	wf_hist_add(s->ipdv, (uint64_t)(d < 0 ? -d : d));
}

/* The window moves up to begin at `to`. */
static void
advance(struct wf_probe_stream *s, uint64_t to)
{
	uint64_t end = s->base + s->mask + 1;

	for (end = to < end ? to : end; s->base < end; s->base++) {
		struct wf_probe_slot *slot = &s->slot[s->base & s->mask];

		if (slot->arrival == 0) {
			lose(s, s->base, 1);
			continue;
		}
		end_run(s);
		if (s->was_received)
			compare(s, slot->delay_ns);
		s->was_received = true;
		s->was_delay_ns = slot->delay_ns;
		slot->arrival = 0;
	}
	if (s->base < to) { /* a gap longer than the window */
		lose(s, s->base, to - s->base);
		s->base = to;
	}
}

/* RFC 3550, appendix A.8: the estimate in integers. */
static void
estimate_jitter(struct wf_probe_stream *s, int64_t transit_ns)
{
	int64_t d = transit_ns - s->transit_ns;

	if (s->begun)
		s->jitter_16 += (d < 0 ? -d : d) - ((s->jitter_16 + 8) >> 4);
	s->begun = true;
	s->transit_ns = transit_ns;
}

/* How many packets right before this one have higher numbers? */
static uint32_t
preceded_by(const struct wf_probe_stream *s, uint64_t number)
{
	uint32_t n = 0;

	while (n < WF_PROBE_PRECEDED && n < s->arrivals &&
		(int32_t)(s->recent[(s->arrivals - 1 - n) % WF_PROBE_PRECEDED] - (uint32_t)number) >
			0)
		n++;
	return n;
}

/* It came behind a higher number. The first of these is one that was in order then, and so the
 * lowest of those in the window above it. */
static void
reorder(struct wf_probe_stream *s, uint64_t number, wf_ns_t rx_ns)
{
	const struct wf_probe_slot *first;
	uint64_t i = number + 1;

	while ((s->slot[i & s->mask].arrival & 1) == 0)
		i++;
	first = &s->slot[i & s->mask];
	s->t.reordered++;
	wf_probe_sum_add(&s->t.extent, s->arrivals - (first->arrival >> 1) + 1);
	wf_probe_sum_add(&s->t.late_ns, rx_ns > first->rx_ns ? rx_ns - first->rx_ns : 0);
	s->t.preceded[preceded_by(s, number)]++;
	wf_probe_sum_add(&s->t.free_run, s->in_order);
	s->in_order = 0;
}

void
wf_probe_stream_take(struct wf_probe_stream *s, uint32_t sequence, wf_ns_t sent_ns, wf_ns_t rx_ns)
{
	/* The number nearest to those that came last of which these are the low bits. */
	int64_t near = (int64_t)s->next + (int32_t)(sequence - (uint32_t)s->next);
	uint64_t number = near < 0 ? sequence : (uint64_t)near;
	struct wf_probe_slot *slot = &s->slot[number & s->mask];
	bool highest = number >= s->next;

	if (number < s->base) {
		s->t.late++;
		return;
	}
	if (!highest && slot->arrival != 0) {
		s->t.duplicated++;
		return;
	}
	if (highest) {
		s->next = number + 1;
		if (number > s->base + s->mask)
			advance(s, number - s->mask);
		s->in_order++;
	} else {
		reorder(s, number, rx_ns);
	}
	s->recent[s->arrivals % WF_PROBE_PRECEDED] = (uint32_t)number;
	s->arrivals++;
	*slot = (struct wf_probe_slot){ rx_ns, (int64_t)(rx_ns - sent_ns),
		s->arrivals << 1 | highest };
	s->t.received++;
	wf_hist_add(s->delay, slot->delay_ns < 0 ? 0 : (uint64_t)slot->delay_ns);
	estimate_jitter(s, slot->delay_ns);
}

void
wf_probe_stream_end(struct wf_probe_stream *s, uint64_t sent)
{
	/* A number that nobody sent is a damaged one. */
	if (s->next > sent)
		s->t.unsent += s->next - sent;
	advance(s, s->next > sent ? s->next : sent);
	end_run(s);
	if (s->in_order > 0)
		wf_probe_sum_add(&s->t.free_run, s->in_order);
	s->t.sent = sent;
	if (s->begun) {
		s->t.jitter_ns = (uint64_t)(s->jitter_16 >> 4);
		s->t.jitter_streams = 1;
	}
}
