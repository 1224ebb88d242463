/* SPDX-License-Identifier: BSD-3-Clause
 * A port's life in a test.
 */
#include "one_port.h"

#include <rte_mbuf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "wf_eal.h"

int
one_port_start(struct one_port *o)
{
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_eal_offline(err), 0);
	wf_err_free(err);
	assert_int_equal(wf_clock_init(&o->clock), 0);
	o->pool = rte_pktmbuf_pool_create("pool", ONE_PORT_POOL, 0, 0, 2176, SOCKET_ID_ANY);
	return o->pool != NULL ? 0 : -1;
}

void
one_port_open(struct one_port *o, const char *device, uint32_t mtu, uint32_t queues)
{
	struct wf_conf_port conf_port = {
		.name = "p", .device = (char *)(uintptr_t)device, .mtu = mtu
	};
	struct wf_conf conf = { .n_ports = 1, .ports = &conf_port };
	struct wf_err *err = wf_err_new();

	if (wf_port_check(&conf_port, err) < 0 ||
		wf_port_init(&o->port, &conf, 0, queues, err) < 0 ||
		wf_port_find(&o->port, err) < 0 || wf_port_join(&o->port, &o->port, 1, err) < 0 ||
		wf_port_start(&o->port, queues, o->pool, &o->clock, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
}

struct wf_snap_port
one_port_counted(struct one_port *o)
{
	struct wf_snap_port s = { 0 };

	wf_port_snapshot(&o->port, &s);
	return s;
}

void
one_port_end(struct one_port *o)
{
	if (o->port.ops != NULL) {
		wf_port_stop(&o->port);
		wf_port_fini(&o->port);
		o->port.ops = NULL;
	}
	assert_int_equal(rte_mempool_in_use_count(o->pool), 0);
}
