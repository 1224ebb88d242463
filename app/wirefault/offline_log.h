/* SPDX-License-Identifier: BSD-3-Clause
 * What `wirefault offline` writes down besides its outputs, and the run again by a log of fates.
 * One thread.
 */
#ifndef WF_OFFLINE_LOG_H
#define WF_OFFLINE_LOG_H

#include "wf_cmd.h"
#include "wf_twin.h"

struct wf_offline_log {
	struct wf_capture_file *capture;
	struct wf_fates_writer *fates;
};

/* Opens the files (NULL: not wanted) for a run by `loaded`, into *twin as well. 0, or -EINVAL with
 * reasons. */
int wf_offline_log_open(struct wf_offline_log *l, const char *capture, const char *fates,
	const struct wf_loaded *loaded, struct wf_twin_params *twin, struct wf_err *err);
/* 0, or -EINVAL with reasons: they could not be written. */
int wf_offline_log_close(struct wf_offline_log *l, struct wf_err *err);

/* Runs again by the log, and says to `say` (NULL: nobody) what came of it. 0, or -EINVAL with
 * reasons. */
int wf_offline_again(const char *path, const struct wf_loaded *loaded,
	const struct wf_twin_params *twin, FILE *say, struct wf_err *err);

#endif
