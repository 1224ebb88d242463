/* SPDX-License-Identifier: BSD-3-Clause
 * EAL: its arguments, built from what was chosen, and its start and end. Control thread.
 */
#ifndef WF_EAL_H
#define WF_EAL_H

#include "wf_err.h"

struct wf_eal_choice {
	const char *lcores;      /* value of --lcores */
	bool huge;               /* else ordinary memory ... */
	uint64_t mem_mib;        /* ... of this size */
	const char *file_prefix; /* unique to this process */
	uint32_t n_devices;
	const char *const *devices; /* EAL's device strings */
	int extra_argc;             /* appended */
	char *const *extra_argv;
};

/* argv[0..argc-1], then NULL. EAL keeps and permutes it: free it after wf_eal_stop. */
struct wf_eal_args {
	int argc;
	char **argv;
};

/* 0 or -ENOMEM. */
int wf_eal_args_build(const struct wf_eal_choice *choice, struct wf_eal_args *out);
void wf_eal_args_free(struct wf_eal_args *args);

/* Starts EAL with every signal blocked in the threads that it makes. 0 or -errno with reasons. */
int wf_eal_start(struct wf_eal_args *args, struct wf_err *err);
/* Ends EAL. */
void wf_eal_stop(void);

#endif
