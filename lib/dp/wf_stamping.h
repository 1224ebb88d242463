/* SPDX-License-Identifier: BSD-3-Clause
 * Times of arrival that a card writes beside each frame: whether it can, and what they are by our
 * clock. The control thread looks at both clocks once a second; workers convert.
 *
 * The card's clock and ours run at paces that change with temperature; so the line between them is
 * drawn anew with each look, from the one before to this one, and is never older than some seconds.
 */
#ifndef WF_STAMPING_H
#define WF_STAMPING_H

#include <stdatomic.h>

#include "wf_clock.h"
#include "wf_devclock.h"

struct rte_mbuf;

struct wf_stamping {
	/* Control writes: the line that is not in use; then `now`, release. Partner:
	 * wf_stamping_fill. Nobody looks at a line for the second until it changes again. */
	struct wf_devclock line[2];
	atomic_uint now;
	bool works;    /* stamps are on, and there is a line */
	int at;        /* offset of the stamp in a buffer */
	uint64_t flag; /* of ol_flags: it has one */
	const struct wf_clock *clock;
	struct wf_devclock_pair last;
};

/* What of a device's offers (RTE_ETH_RX_OFFLOAD_*) is to be switched on. */
uint64_t wf_stamping_offloads(uint64_t can);

/* Of a device that has been started with what it offers for it: by `read`, the device's clock.
 * Afterwards `works` says whether it does. */
void wf_stamping_begin(struct wf_stamping *s, uint64_t offloads, const struct wf_clock *clock,
	int (*read)(void *ctx, uint64_t *ticks), void *ctx);
/* Once a second. Where the device does not answer, the last line holds. */
void wf_stamping_look(struct wf_stamping *s, int (*read)(void *ctx, uint64_t *ticks), void *ctx);

/* Worker: when each of n packets came. *last_ns is the queue's own. What has no stamp came now. */
void wf_stamping_fill(const struct wf_stamping *s, struct rte_mbuf *const *m, wf_ns_t *rx_ns,
	uint32_t n, wf_ns_t *last_ns);

#endif
