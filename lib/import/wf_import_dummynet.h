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
	WF_DUMMYNET_PIE,
	WF_DUMMYNET_FQ_CODEL
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
	bool queue_in_bytes, ecn, per_flow, profiled;
	enum wf_dummynet_aqm aqm;
	double weight, min, max, max_p;                         /* red, gred */
	double target_ns, interval_ns, update_ns, max_burst_ns; /* codel, pie; 0: by default */
	double quantum, flows, limit;                           /* fq_codel; 0: by default */
	bool derandomize;                                       /* pie */
	uint64_t given; /* bits of the settings that were read */
	FILE *notes;    /* comments for the top of the file */
	struct wf_dummynet_profile profile;
};

/* Which command's settings these are: what a pipe has, a queue or a scheduler. */
enum wf_dummynet_object { WF_DUMMYNET_OF_PIPE, WF_DUMMYNET_OF_QUEUE, WF_DUMMYNET_OF_SCHED };

/* Reads the words that are left. 0, or -EINVAL with a reason. */
int wf_dummynet_read(
	struct wf_import_words *w, enum wf_dummynet_object object, struct wf_dummynet *d);
/* A setting of active queue management. 1: it is one; 0: it is none; -EINVAL with a reason. */
int wf_dummynet_read_aqm(struct wf_import_words *w, const char *word, struct wf_dummynet *d);
/* A word that may be given once. -EINVAL: it was. */
int wf_dummynet_once(struct wf_import_words *w, const char *word, struct wf_dummynet *d);
/* "10K" with K, M or G of 1024. */
bool wf_dummynet_binary(const char *text, double *out);
/* All settings together: what dummynet refuses, and what no configuration can say. */
int wf_dummynet_check(struct wf_dummynet *d, const char *samples_name, struct wf_err *err);

/* Reads a profile's text; `name` is for errors. 0 or -EINVAL with a reason. */
int wf_dummynet_profile_read(
	const char *name, char *text, struct wf_dummynet_profile *p, struct wf_err *err);
/* "10Mbit/s", "300KByte/s"; 0 is as fast as can be. */
bool wf_dummynet_bandwidth(const char *text, double *bps);

/* As a configuration, whose samples (NULL without a profile) are in a file of that name. */
void wf_import_dummynet_write(const struct wf_dummynet *d, const char *samples_name, FILE *out);
/* The samples: the pipe's own delay is in them. */
void wf_import_dummynet_write_samples(const struct wf_dummynet *d, FILE *out);

#endif
