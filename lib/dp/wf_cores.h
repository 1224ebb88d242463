/* SPDX-License-Identifier: BSD-3-Clause
 * Which core does what: one worker a core, the control thread on those that are left. Pure
 * function; control thread.
 */
#ifndef WF_CORES_H
#define WF_CORES_H

#include <sched.h>

#include "wf_conf.h"

struct wf_cores {
	uint32_t n_workers;
	unsigned worker[WF_CONF_MAX_WORKERS];
	cpu_set_t control;
	bool shared; /* no core is left: the control thread runs on the workers' cores */
};

/* From the configuration and the cores that the process may use. 0 or -EINVAL with reasons. */
int wf_cores_choose(const struct wf_conf *conf, const cpu_set_t *allowed, struct wf_cores *out,
	struct wf_err *err);

/* The worker's core where the configuration names none: the last that the process may use. */
unsigned wf_cores_default(void);

/* EAL's --lcores: the main lcore 0 on the control cores, worker w as lcore w + 1 on its core.
 * Heap; NULL: out of memory. */
char *wf_cores_eal(const struct wf_cores *c);

#endif
