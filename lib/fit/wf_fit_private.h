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

/* wf_fit_rate.c: finds the rate; left_ns[i] is then when packet i would have left it. */
void wf_fit_find_rate(struct wf_fit *f, double *left_ns);
/* wf_fit_load.c: the same where pairs of packets do not tell. */
void wf_fit_find_rate_by_load(struct wf_fit *f, double *left_ns);
/* wf_fit_loss.c */
void wf_fit_find_loss(struct wf_fit *f);
/* wf_fit_delay.c: left_ns as above. 0 or -ENOMEM. */
int wf_fit_find_delay(struct wf_fit *f, const double *left_ns);
/* Did packet i come out right behind the one before, though it did not come so? Where order is kept
 * it had to wait for that one. */
bool wf_fit_together(const struct wf_fit *f, const double *left_ns, uint32_t before, uint32_t i);

/* wf_fit_law.c: the likeliest law of n delays in ns, of which those with clamped[i] are at most
 * what x[i] says. */
void wf_fit_find_law(struct wf_fit_delay *d, const double *x, const bool *clamped, uint32_t n);
/* When rho is known, too: how sure all of them are. */
void wf_fit_delay_errors(struct wf_fit_delay *d);
/* Phi^-1, 0 < p < 1. */
double wf_fit_normal_quantile(double p);

/* Of 95 %, in standard errors. */
#define WF_FIT_SIGMAS 1.96

/* ---- Likelihoods ---- */

#define WF_FIT_PEAK 3

/* wf_fit_newton.c: the maximum of ln, from `at` on, which is replaced by it. */
struct wf_fit_peak {
	double (*ln)(const void *ctx, const double *at);
	const void *ctx;
	int n;
	double at[WF_FIT_PEAK], step[WF_FIT_PEAK]; /* step: about a standard error */
	double best;
	double covariance[WF_FIT_PEAK][WF_FIT_PEAK];
	bool sure; /* there is one, and the covariance is known */
};
void wf_fit_newton(struct wf_fit_peak *p);

/* Delays, some of which are only known to be at most so long. */
struct wf_fit_sample {
	const double *x;
	const bool *clamped;
	uint32_t n, n_clamped;
	double min, max, mean, sd, ln_mean, ln_sd; /* of those that are not; but min: of all */
	double short_of; /* by so much is min above where a law begins, in the mean */
};

/* wf_fit_censored.c */
double wf_fit_ln_below(enum wf_fit_law law, const double q[2], double x);
double wf_fit_likelihood(const struct wf_fit_sample *s, enum wf_fit_law law, const double q[2]);
/* From q on, which is replaced by the likeliest. Returns the likelihood there. The peak is by the
 * logarithms of q; of a pareto law by its shape's alone. */
double wf_fit_climb(
	const struct wf_fit_sample *s, enum wf_fit_law law, double q[2], struct wf_fit_peak *peak);

#endif
