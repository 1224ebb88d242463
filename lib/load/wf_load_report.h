/* SPDX-License-Identifier: BSD-3-Clause
 * What a load test found, in every form. Control thread.
 */
#ifndef WF_LOAD_REPORT_H
#define WF_LOAD_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "wf_load.h"

/* The document "wirefault.load/1". NULL: out of memory. */
json_t *wf_load_json(const struct wf_load *l);
/* As a page of Markdown or HTML, or as JUnit XML, in which a finding is a case. 0 or -errno. */
int wf_load_markdown(const struct wf_load *l, FILE *out);
int wf_load_html(const struct wf_load *l, FILE *out);
int wf_load_junit(const struct wf_load *l, FILE *out);

/* Rates of a trial on a layer: 1 counts FCS, preamble and gap of each frame, 2 FCS. */
struct wf_load_rate {
	double pps, l1_bps, l2_bps;
};
/* As it was offered, really sent, and received (further copies not counted), each in the time for
 * which the trial sends. */
struct wf_load_rate wf_load_offered(const struct wf_load *l, const struct wf_load_trial *t);
struct wf_load_rate wf_load_sent(const struct wf_load *l, const struct wf_load_trial *t);
struct wf_load_rate wf_load_received(const struct wf_load *l, const struct wf_load_trial *t);

/* A finding's value as people read it. Returns out. */
#define WF_LOAD_TEXT 64
const char *wf_load_value(const struct wf_load_finding *f, char out[WF_LOAD_TEXT]);
/* "512", "mix". Returns out. */
const char *wf_load_size(uint32_t frame_bytes, char out[WF_LOAD_TEXT]);

#endif
