/* SPDX-License-Identifier: BSD-3-Clause
 * EAL as an ordinary user can have it, for a test program.
 */
#ifndef EAL_H
#define EAL_H

#include <rte_eal.h>
#include <rte_malloc.h>

#include "wf_types.h"

static inline int
eal_start(void **state)
{
	char *argv[] = { "test", "--no-huge", "--no-shconf", "--no-pci", "-m", "512",
		"--log-level=error" };

	return rte_eal_init((int)WF_ARRAY_SIZE(argv), argv) < 0 ? -1 : 0;
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
	return rte_eal_cleanup();
}

#endif
