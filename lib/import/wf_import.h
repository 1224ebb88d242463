/* SPDX-License-Identifier: BSD-3-Clause
 * Other emulators' settings as a configuration of ours, as text. Control threads only.
 */
#ifndef WF_IMPORT_H
#define WF_IMPORT_H

#include <stdio.h>

#include "wf_err.h"

/* The arguments of `tc qdisc ... netem` (iproute2 6.1), words parted by blanks; all up to a word
 * "netem" may be there or not. Writes a whole configuration, with comments where the meaning is not
 * quite netem's. 0, or -EINVAL with reasons in err and nothing written. */
int wf_import_netem(const char *words, FILE *out, struct wf_err *err);

/* A command line of mahimahi's shells, one in the other: `mm-delay 40 mm-loss uplink 0.01 mm-link
 * UP DOWN --uplink-queue=droptail ...`. Both directions: uplink is ab. Otherwise the same. */
int wf_import_mahimahi(const char *line, FILE *out, struct wf_err *err);

/* The settings of a dummynet pipe: `[ipfw pipe N config] bw 10Mbit/s delay 50 plr 0.01 queue 50
 * ...`. A profile of extra delays is read from its file, and becomes samples; the configuration
 * calls that file samples_name (NULL: a profile is refused). `samples` may be NULL. Otherwise the
 * same. */
int wf_import_dummynet(
	const char *words, const char *samples_name, FILE *out, FILE *samples, struct wf_err *err);

/* Values as other programs write them, tc unless said otherwise; false: it is no such value. */
/* "10ms", "1.5s", "100us"; a bare number is microseconds. */
bool wf_import_time(const char *text, double *ns);
/* "1%" or "1": percent, as a share of 1. */
bool wf_import_percent(const char *text, double *share);
/* "0.01", from 0 to 1. */
bool wf_import_share(const char *text, double *share);
/* "1mbit", "100kbps" (bytes), "1gibit"; a bare number is bit/s. */
bool wf_import_rate(const char *text, double *bps);

#endif
