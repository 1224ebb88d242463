/* SPDX-License-Identifier: BSD-3-Clause
 * Where a load test takes place: a link of a configuration, on the virtual or on the real clock, or
 * a device between two ports. Control thread.
 */
#ifndef WF_LOAD_TARGET_H
#define WF_LOAD_TARGET_H

#include "load_live.h"
#include "load_offline.h"
#include "wf_cmd.h"

struct wf_load_place {
	/* What the user said. */
	struct wf_bridge from;
	const char *link, *seed, *workers;
	const char *tx, *rx; /* a device's; rx NULL: the same */
	bool offline;
	enum wf_side side;
	struct wf_dp_options dp;

	struct wf_loaded loaded; /* of what is run */
	struct wf_plan *plan;    /* NULL, or not yet the data path's */
	struct wf_load_offline twin;
	struct wf_load_live live;
};

/* Reads and checks everything. 0 or -EINVAL with reasons. */
int wf_load_place_load(
	struct wf_load_place *p, const struct wf_load_settings *s, struct wf_err *err);
/* Makes it ready for trials. 0 or -errno with reasons; close either way. */
int wf_load_place_open(struct wf_load_place *p, struct wf_load_target *out, struct wf_err *err);
void wf_load_place_close(struct wf_load_place *p);
void wf_load_place_fini(struct wf_load_place *p);

#endif
