/* SPDX-License-Identifier: BSD-3-Clause
 * EAL: its arguments, built from what was chosen, and its start and end, with ports or without.
 * Control thread.
 */
#ifndef WF_EAL_H
#define WF_EAL_H

#include <sched.h>

#include "wf_err.h"

struct wf_eal_device {
	const char *text; /* EAL's device string */
	bool pci;         /* it is there, and not made by EAL */
};

struct wf_eal_choice {
	const char *lcores;      /* value of --lcores */
	bool huge;               /* else ordinary memory ... */
	uint64_t mem_mib;        /* ... of this size */
	const char *file_prefix; /* unique to this process */
	bool telemetry;          /* DPDK's own, on a socket in the runtime directory */
	uint32_t n_devices;
	const struct wf_eal_device *devices;
	int extra_argc; /* appended */
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
/* EAL without ports for the offline twin and for unit tests: no hugepages, PCI or shared files;
 * works for an ordinary user. 0 or -errno with a reason. Once a process. */
int wf_eal_offline(struct wf_err *err);
/* Ends EAL. */
void wf_eal_stop(void);

/* A set of cores as "0,2-5". Returns out. */
#define WF_EAL_CORES_TEXT 512
const char *wf_eal_cores(const cpu_set_t *set, char out[WF_EAL_CORES_TEXT]);

#endif
