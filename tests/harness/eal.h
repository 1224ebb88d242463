/* SPDX-License-Identifier: BSD-3-Clause
 * EAL as an ordinary user can have it, once a test program: for cmocka_run_group_tests.
 */
#ifndef EAL_H
#define EAL_H

#include <rte_malloc.h>

#include "wf_eal.h"

static inline int
eal_start(void **state)
{
	struct wf_err *err = wf_err_new();
	int rc = err != NULL ? wf_eal_offline(err) : -1;

	if (rc < 0 && err != NULL)
		wf_err_print(err, stderr);
	wf_err_free(err);
	return rc;
}

/* Bytes of EAL's memory in use. */
static inline size_t
eal_bytes(void)
{
	struct rte_malloc_socket_stats stats;

	return rte_malloc_get_socket_stats(0, &stats) == 0 ? stats.heap_allocsz_bytes : 0;
}

static inline int
eal_stop(void **state)
{
	wf_eal_stop();
	return 0;
}

#endif
