/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of lib/fit share.
 */
#ifndef WF_FIT_PRIVATE_H
#define WF_FIT_PRIVATE_H

#include "wf_fit.h"

/* A packet of either capture. */
struct wf_fit_seen {
	wf_ns_t time_ns;
	uint64_t key;
	uint64_t header; /* key of the IP header alone; 0: none */
	uint32_t len_bytes;
	bool matched;
};

struct wf_fit_trace {
	struct wf_fit_seen *at;
	uint32_t n, room;
};

/* wf_fit_key.c: of what no router on the way changes, of the first `limit` bytes. */
#define WF_FIT_KEY_BYTES 256
uint64_t wf_fit_key(
	const uint8_t *frame, uint32_t n, uint32_t len_bytes, uint32_t limit, uint64_t *header);

/* wf_fit_match.c: fills in the window and what is counted of it. 0 or -EINVAL with reasons. */
int wf_fit_match(struct wf_fit *f, const struct wf_fit_trace *before,
	const struct wf_fit_trace *after, struct wf_err *err);

/* wf_fit_rate.c: finds the rate; residual[i] is then when packet i would have left it. */
void wf_fit_find_rate(struct wf_fit *f, double *left_ns);
/* wf_fit_loss.c */
void wf_fit_find_loss(struct wf_fit *f);
/* wf_fit_delay.c: left_ns as above. 0 or -ENOMEM. */
int wf_fit_find_delay(struct wf_fit *f, const double *left_ns);

/* wf_fit_law.c: the likeliest law of n delays in ns, of which those with clamped[i] are at most
 * what x[i] says. */
void wf_fit_find_law(struct wf_fit_delay *d, const double *x, const bool *clamped, uint32_t n);
/* Phi^-1, 0 < p < 1. */
double wf_fit_normal_quantile(double p);

#endif
