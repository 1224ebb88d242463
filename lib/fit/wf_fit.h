/* SPDX-License-Identifier: BSD-3-Clause
 * What a network does to packets, estimated from a capture before it and one behind it, as a
 * configuration. One thread; libm: nothing of this decides a fate.
 */
#ifndef WF_FIT_H
#define WF_FIT_H

#include "wf_cap.h"
#include "wf_err.h"

struct wf_fit_options {
	const char *before, *after;
	struct wf_cap_options cap; /* how they are to be read */
	bool offset_given;
	int64_t offset_ns; /* the clock of `after` is so much ahead */
	bool floor_given;
	wf_ns_t floor_ns;    /* the shortest delay: the clocks' offset follows */
	const char *samples; /* where delays are written if no law fits; NULL: nowhere */
};

/* A packet of `before`. */
struct wf_fit_packet {
	wf_ns_t in_ns;  /* since the first one of the window */
	int64_t out_ns; /* of its first copy, by the clock of `before`; with copies == 0: 0 */
	uint32_t len_bytes;
	uint32_t rank;   /* among first copies, by when they came out */
	uint16_t copies; /* that came out; 0: it is lost */
	bool unsure;     /* others look the same */
	bool lost_in_queue;
};

enum wf_fit_law {
	WF_FIT_CONSTANT,
	WF_FIT_UNIFORM,
	WF_FIT_NORMAL,
	WF_FIT_LOGNORMAL,
	WF_FIT_PARETO,
	WF_FIT_SAMPLES,
};

enum wf_fit_loss { WF_FIT_BERNOULLI, WF_FIT_GILBERT, WF_FIT_GILBERT_ELLIOTT };

/* All delays in ns. */
struct wf_fit_delay {
	enum wf_fit_law law;
	double mean, sd;     /* of the law; a pareto law's may not exist */
	double a, b;         /* uniform: min, max; lognormal, pareto: shape, scale */
	double distance;     /* Kolmogorov and Smirnov's, of the law from what was seen */
	double rho;          /* of normal scores, lag 1; 0: none that can be told from none */
	uint64_t pairs;      /* rho rests on */
	uint64_t n, clamped; /* used; of them: came out together with the one before */
	/* Halves of 95 % intervals, of the law; NAN: not known. */
	double mean_error, sd_error, a_error, b_error, rho_error;
	double short_of; /* pareto: by what the shortest was above the scale, in the mean */
	/* Relative variances of a and b (normal: of mean and sd) if delays were independent. */
	double covariance[3]; /* a a, a b, b b */
	bool free_order;      /* packets overtake */
};

/* A share, and its 95 % interval; NAN: not known. */
struct wf_fit_share {
	double is, low, high;
};

struct wf_fit_losses {
	enum wf_fit_loss model;
	double rate; /* of all */
	/* Of gilbert-elliott; h: delivered in the bad state. */
	struct wf_fit_share p, r, h;
	double gain; /* by how much its BIC is better than Bernoulli's */
	uint64_t n, lost;
};

struct wf_fit_rate {
	bool found, by_load;   /* by_load: by how long packets waited, not by pairs */
	double bps, error_bps; /* half of its 95 % interval */
	uint64_t pairs;        /* of packets that followed each other at this rate */
	uint64_t waited;       /* packets; by_load */
	uint64_t queued;       /* packets lost when the queue was full */
	double limit_ns;       /* with queued > 0: of the queue */
};

struct wf_fit {
	uint64_t n_before, n_after;
	/* Window: from the first to the last packet that is in both. */
	struct wf_fit_packet *packet;
	uint32_t n;
	uint64_t outside;          /* of before, in front of the window or behind it */
	uint64_t matched, strange; /* of after: nobody's */
	uint64_t unsure;           /* of n */
	uint64_t damaged;          /* of matched: known by their IP headers alone */
	uint64_t reordered;        /* came out behind a later one */
	int64_t offset_ns;         /* that was taken off */
	bool offset_guessed;       /* as some delays were below zero */
	double drift_ppm;          /* of the shortest delays over time */
	double duplicate_p, duplicate_copies;
	uint64_t duplicated;
	double skip_p; /* they skip the delay: netem's reordering */
	uint64_t skipped;
	struct wf_fit_rate rate;
	struct wf_fit_losses loss;
	struct wf_fit_delay delay;
};

/* Reads, matches and estimates. 0, or -EINVAL with reasons. wf_fit_free either way. */
int wf_fit_run(const struct wf_fit_options *o, struct wf_fit *out, struct wf_err *err);
void wf_fit_free(struct wf_fit *f);
/* The configuration. 0, or -EINVAL with reasons: the samples cannot be written. */
int wf_fit_write(
	const struct wf_fit_options *o, const struct wf_fit *f, FILE *out, struct wf_err *err);

#endif
