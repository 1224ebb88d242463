/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault test self`: generator -> link -> sink in one process, in turn with a plain wire
 * between the same ports. Control thread.
 */
#ifndef WF_TEST_SELF_H
#define WF_TEST_SELF_H

#include <stdio.h>

#include "wf_cmd.h"
#include "wf_dp.h"
#include "wf_load_own.h"

struct json_t;

#define WF_SELF_ROUNDS 32

/* What one measurement gave. */
struct wf_self_phase {
	double ns;  /* of the workers' processors, a packet */
	double pps; /* received, by the clock */
};

struct wf_self {
	const char *traffic;    /* arguments of the generator; "" are its defaults */
	struct wf_load_own own; /* what the machine itself adds, where that is known */
	bool both;              /* there is one at either port */
	uint32_t rounds;
	wf_ns_t duration_ns; /* of all measurements together */
	uint64_t warm;       /* packets before the link is measured: each flow's first one costs
				more */

	/* The link alone between its ports, and a plain wire there: by wf_self_load. */
	struct wf_loaded link, wire;

	/* Results. */
	char setup[256];          /* cores, memory */
	uint32_t n_workers, done; /* rounds */
	struct wf_self_phase as_wire[WF_SELF_ROUNDS], as_link[WF_SELF_ROUNDS];
	struct wf_dir_stats dir[2]; /* of the link's measurements, added up */
	struct wf_count queued[2];  /* at the end of the last */
	bool trustworthy;
	uint32_t n_reasons;
	struct wf_reason *reasons; /* of the first measurement that can't be trusted */
};

/* Reads the configuration, and makes of it the link `name` (NULL: the only one) between generator
 * and sink. 0, or -EINVAL with reasons. wf_self_unload in any case. */
int wf_self_load(struct wf_self *s, const struct wf_bridge *from, const char *name,
	const char *seed, struct wf_err *err);
void wf_self_unload(struct wf_self *s);

/* Runs it, until TERM or INT (-EINTR) at the latest; these are blocked before. 0 or -errno with
 * reasons. */
int wf_self_run(struct wf_self *s, const struct wf_dp_options *opt, struct wf_err *err);

void wf_self_table(const struct wf_self *s, FILE *out);
/* The document "wirefault.self/1". 0 or -ENOMEM. */
int wf_self_json(const struct wf_self *s, FILE *out);

/* What other tests say in the same way. */
struct json_t *wf_self_times(const struct wf_hist *h);
void wf_self_verdict(bool trustworthy, const struct wf_reason *reasons, uint32_t n, FILE *out);
struct json_t *wf_self_verdict_json(bool trustworthy, const struct wf_reason *reasons, uint32_t n);
void wf_self_cpu_model(char *out, size_t size);

#endif
