/* SPDX-License-Identifier: BSD-3-Clause
 * Other emulators' settings as a configuration of ours, as text. Control threads only.
 */
#ifndef WF_IMPORT_H
#define WF_IMPORT_H

#include <stdio.h>

#include "wf_err.h"

/* netem's arguments (iproute2 6.1), or the tc commands that make netem, tbf and htb in one another
 * on one interface, or what `tc qdisc show` says of them. Writes a whole configuration, with
 * comments where the meaning is not quite theirs. 0, or -EINVAL with reasons in err and nothing
 * written. */
int wf_import_netem(const char *text, FILE *out, struct wf_err *err);

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
/* The same, a bare number is nanoseconds. */
bool wf_import_time_ns(const char *text, double *ns);
/* "64k" is 65536, "8kbit" 1024: tc's suffixes are of 1024. Below 2^32. */
bool wf_import_size(const char *text, double *bytes);
/* A whole number: decimal, 0x hexadecimal or 0 octal. */
bool wf_import_integer(const char *text, double *out);
/* "1%" or "1": percent, as a share of 1. */
bool wf_import_percent(const char *text, double *share);
/* "0.01", from 0 to 1. */
bool wf_import_share(const char *text, double *share);
/* "1mbit", "100kbps" (bytes), "1gibit"; a bare number is bit/s. */
bool wf_import_rate(const char *text, double *bps);

#endif
