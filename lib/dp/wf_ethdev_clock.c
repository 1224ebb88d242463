/* SPDX-License-Identifier: BSD-3-Clause
 * The clock of a device: the one call of DPDK's for it is experimental in 22.11, hence a file of
 * its own. Control thread.
 */
#define ALLOW_EXPERIMENTAL_API
#include <rte_ethdev.h>

#include "wf_ethdev.h"

int
wf_ethdev_clock(void *port, uint64_t *ticks)
{
	return rte_eth_read_clock(((const struct wf_port *)port)->id, ticks);
}
