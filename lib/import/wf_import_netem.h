/* SPDX-License-Identifier: BSD-3-Clause
 * netem's arguments between reading and writing.
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
	const char *seed_text;
};

/* As a configuration; `w` are the words that it came from. */
void wf_import_netem_write(const struct wf_netem *q, const struct wf_import_words *w, FILE *out);

#endif
