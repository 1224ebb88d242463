/* SPDX-License-Identifier: BSD-3-Clause
 * Receivers of trials.
 */
#include "wf_load_collect.h"

uint32_t
wf_load_streams(const struct wf_load_offer *o)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < o->n_phases; i++)
		n += wf_generator_streams(&o->phase[i], 1);
	return n;
}

struct wf_probe_rx *
wf_load_receiver(const struct wf_load_offer *o, wf_ns_t from_ns)
{
	return wf_probe_rx_new(&(struct wf_probe_rx_params){ .streams = wf_load_streams(o),
		.window = o->window,
		.epoch = o->phase[0].epoch,
		.from_ns = from_ns });
}

void
wf_load_collect(const struct wf_load_offer *o, struct wf_probe_rx *rx, const uint64_t *sent,
	struct wf_load_result *r)
{
	const struct wf_generator_spec *last = &o->phase[o->n_phases - 1];
	uint32_t streams = wf_generator_streams(last, 1);

	wf_probe_rx_end(rx, sent, &r->t);
	r->delay = rx->delay;
	r->ipdv = rx->ipdv;
	r->rx_bytes = rx->bytes;
	r->foreign = rx->foreign;
	r->rx_ns = rx->last_ns - rx->first_ns;
	/* The last loss of a stream was sent when its number says, in turn with the others. */
	for (uint32_t i = 0; i < streams && o->n_phases > 1; i++) {
		uint64_t lost = rx->stream[last->stream + i].loss_end * streams;
		wf_ns_t ns = (wf_ns_t)((unsigned __int128)lost * WF_NS_PER_S / last->pps);

		r->recovered_ns = ns > r->recovered_ns ? ns : r->recovered_ns;
	}
}
