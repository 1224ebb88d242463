/* SPDX-License-Identifier: BSD-3-Clause
 * netem's arguments, and what shapes around it, between reading and writing.
 */
#ifndef WF_IMPORT_NETEM_H
#define WF_IMPORT_NETEM_H

#include "wf_import.h"
#include "wf_import_text.h"

/* Which model of loss. */
enum wf_netem_loss { WF_NETEM_NO_LOSS, WF_NETEM_RANDOM, WF_NETEM_STATE, WF_NETEM_GEMODEL };

/* What the words say. */
struct wf_netem {
	bool limit, delay, jitter, corrupt, duplicate, ecn, reorder, rate, slot, seed;
	double limit_packets, mean_ns, jitter_ns, delay_rho;
	const char *distribution;
	enum wf_netem_loss loss;
	double loss_p[5];
	int n_loss;
	double loss_rho, corrupt_p, corrupt_rho, duplicate_p, duplicate_rho;
	double reorder_p, reorder_rho, gap;
	double rate_bps, overhead, cell, cell_overhead;
	double slot_min_ns, slot_max_ns, slot_packets, slot_bytes;
	const char *slot_distribution;
	uint64_t seed_value;
	/* Of several queueing disciplines in one another. */
	double burst_bytes;
	double queue_packets, queue_bytes; /* what waits for the rate; both 0: netem's limit */
	bool loss_behind_rate;
	double copies_lost; /* of what duplicate sends: by the loss of later ones */
	FILE *notes;        /* comments for the top of the file */
};

/* Reads the words that are left; comments go to q->notes. 0, or -EINVAL with a reason. */
int wf_netem_read(struct wf_import_words *w, struct wf_netem *q);
/* Is it the first word of an argument, cut short or not? */
bool wf_netem_is_argument(const char *word);
/* The parts of that which have their own grammar. */
int wf_netem_read_loss(struct wf_import_words *w, struct wf_netem *q);
int wf_netem_read_rate(struct wf_import_words *w, struct wf_netem *q);
int wf_netem_read_slot(struct wf_import_words *w, struct wf_netem *q);
/* What netem itself refuses, and what no configuration can say. */
int wf_netem_check(const struct wf_netem *q, struct wf_import_words *w);
/* Is the rate one that a configuration may have? `word` is how it was written. */
int wf_netem_check_rate(struct wf_import_words *w, const char *word, double bps, FILE *notes);

/* tbf's arguments, those of a class of htb, pfifo's or bfifo's: rate, burst and queue of q. */
int wf_netem_read_tbf(struct wf_import_words *w, struct wf_netem *q);
int wf_netem_read_htb(struct wf_import_words *w, struct wf_netem *q, double *ceil_bps);
int wf_netem_read_fifo(struct wf_import_words *w, struct wf_netem *q, bool bytes);

/* Adds what packets meet next: netem behind netem, or (`shaper`) a rate behind all of them.
 * -EINVAL with a reason: both together can't be said. */
int wf_netem_chain(struct wf_netem *sum, const struct wf_netem *next, bool shaper, bool first,
	struct wf_import_words *w);

/* The link and its direction, with comments. */
void wf_import_netem_write(const struct wf_netem *q, FILE *out);
void wf_netem_write_delay(const struct wf_netem *q, FILE *out);

#endif
