/* SPDX-License-Identifier: BSD-3-Clause
 * One port without workers, driven by the test in the place of one.
 */
#ifndef ONE_PORT_H
#define ONE_PORT_H

#include "wf_port.h"

struct rte_mempool;

#define ONE_PORT_POOL 1023

/* What the port stands on. */
struct one_port {
	struct wf_clock clock;
	struct rte_mempool *pool;
	struct wf_port port;
};

/* Of a group of tests. 0 or -1. */
int one_port_start(struct one_port *o);
/* Fails the test if it is refused. */
void one_port_open(struct one_port *o, const char *device, uint32_t mtu, uint32_t queues);
struct wf_snap_port one_port_counted(struct one_port *o);
/* Of each test. Every buffer is back in the end. */
void one_port_end(struct one_port *o);

#endif
