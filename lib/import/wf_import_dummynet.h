/* SPDX-License-Identifier: BSD-3-Clause
 * A dummynet pipe between reading and writing.
 */
#ifndef WF_IMPORT_DUMMYNET_H
#define WF_IMPORT_DUMMYNET_H

#include "wf_import.h"
#include "wf_import_text.h"

enum wf_dummynet_aqm {
	WF_DUMMYNET_DROPTAIL,
	WF_DUMMYNET_RED,
	WF_DUMMYNET_GRED,
	WF_DUMMYNET_CODEL,
	WF_DUMMYNET_PIE
};

/* A file of extra delays: how long a packet takes at the quantile i / samples. */
#define WF_DUMMYNET_SAMPLES_MAX 1024
struct wf_dummynet_profile {
	double bw_bps;     /* 0: not given */
	int samples, kept; /* of the samples, those that are not lost come first */
	double delay_ms[WF_DUMMYNET_SAMPLES_MAX];
};

struct wf_dummynet {
	double bw_bps, delay_ms, plr, burst_bytes; /* 0: none */
	double queue;                              /* slots or bytes */
	bool queue_in_bytes, ecn, per_flow, noerror, buckets, profiled;
	enum wf_dummynet_aqm aqm;
	double weight, min, max, max_p;                         /* red, gred */
	double target_ns, interval_ns, update_ns, max_burst_ns; /* codel, pie; 0: by default */
	struct wf_dummynet_profile profile;
};

/* Reads a profile's text; `name` is for errors. 0 or -EINVAL with a reason. */
int wf_dummynet_profile_read(
	const char *name, char *text, struct wf_dummynet_profile *p, struct wf_err *err);
/* "10Mbit/s", "300KByte/s"; 0 is as fast as can be. */
bool wf_dummynet_bandwidth(const char *text, double *bps);

/* As a configuration, whose samples (NULL without a profile) are in a file of that name. */
void wf_import_dummynet_write(const struct wf_dummynet *d, const struct wf_import_words *w,
	const char *samples_name, FILE *out);
/* The samples: the pipe's own delay is in them. */
void wf_import_dummynet_write_samples(const struct wf_dummynet *d, FILE *out);

#endif
