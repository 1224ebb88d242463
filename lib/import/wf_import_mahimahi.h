/* SPDX-License-Identifier: BSD-3-Clause
 * mahimahi's shells between reading and writing.
 */
#ifndef WF_IMPORT_MAHIMAHI_H
#define WF_IMPORT_MAHIMAHI_H

#include "wf_import.h"
#include "wf_import_text.h"

/* Uplink is ab: from the application's side out; downlink is ba. */
enum { WF_MAHIMAHI_UP, WF_MAHIMAHI_DOWN };

enum wf_mahimahi_queue {
	WF_MAHIMAHI_INFINITE,
	WF_MAHIMAHI_DROPTAIL,
	WF_MAHIMAHI_DROPHEAD,
	WF_MAHIMAHI_CODEL,
	WF_MAHIMAHI_PIE
};

struct wf_mahimahi_dir {
	const char *trace;
	enum wf_mahimahi_queue queue;
	double packets, bytes, target_ms, interval_ms, qdelay_ref_ms,
		max_burst_ms; /* 0: not given */
	bool logged, queue_given, args_given;
	double loss;         /* share, of all mm-loss together */
	double on_s, off_s;  /* mm-onoff; both 0: none */
	bool lossy, ingress; /* loss of either kind; met before the link */
};

struct wf_mahimahi {
	bool link, once, meters;
	double delay_ms; /* each way */
	struct wf_mahimahi_dir dir[2];
	FILE *notes;         /* comments for the top of the file */
	const char *command; /* what runs in the innermost shell; NULL: a shell */
};

/* As a configuration. */
void wf_import_mahimahi_write(const struct wf_mahimahi *m, FILE *out);

#endif
