/* SPDX-License-Identifier: BSD-3-Clause
 * The data path that tests drive: see rig.h.
 */
#include "rig.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "wf_dp_private.h"

#define PATIENCE_S 20

static void
set(struct wf_conf_dir *d, const char *assignment)
{
	const struct wf_where where = { .path = assignment };
	struct wf_err *err = wf_err_new();
	const struct wf_block *ops;
	char stage[32], key[32];
	const char *value = strchr(assignment, '=') + 1;
	int id, row;

	assert_int_equal(sscanf(assignment, "%31[^.].%31[^=]", stage, key), 2);
	id = wf_block_find(stage);
	assert_true(id >= 0);
	ops = wf_block_registry[id];
	if (!d->block[id]) {
		d->block[id] = calloc(1, ops->params_size);
		assert_int_equal(wf_param_defaults(ops->params, d->block[id]), 0);
	}
	row = wf_param_find(ops->params, key);
	assert_true(row >= 0);
	assert_int_equal(
		wf_param_set(ops->params, (size_t)row, value, d->block[id], &where, err), 0);
	d->present = true;
	wf_err_free(err);
}

static void
clear(struct wf_conf_dir *d)
{
	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		if (d->block[i])
			wf_param_release(wf_block_registry[i]->params, d->block[i]);
		free(d->block[i]);
	}
	memset(d, 0, sizeof(*d));
}

struct wf_plan *
rig_plan(struct rig *r, const char *const *assignments)
{
	struct wf_err *err = wf_err_new();
	struct wf_plan *plan;

	clear(&r->link.dir[WF_AB]);
	for (; *assignments; assignments++)
		set(&r->link.dir[WF_AB], *assignments);
	plan = wf_plan_compile(&r->conf, 42, wf_dp_plan(r->dp), err);
	if (!plan || wf_plan_arm(plan, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
	return plan;
}

void
rig_need_cores(uint32_t n)
{
	cpu_set_t allowed;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	if ((uint32_t)CPU_COUNT(&allowed) >= n)
		return;
	printf("1..0 # SKIP %u cores are needed\n", n);
	exit(0);
}

static void
choose_cores(struct wf_conf *conf, uint32_t n)
{
	cpu_set_t allowed;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (unsigned c = 0; conf->n_workers < n && c < CPU_SETSIZE; c++)
		if (CPU_ISSET(c, &allowed))
			conf->workers[conf->n_workers++] = c;
}

void
rig_start(struct rig *r, uint32_t n_workers, const char *const *assignments)
{
	struct wf_dp_options opt = { .huge = WF_DP_HUGE_NO };
	struct wf_err *err = wf_err_new();

	memset(r, 0, sizeof(*r));
	for (int i = 0; i < 2; i++) {
		snprintf(r->port[i].name, WF_NAME_MAX, "%c", 'a' + i);
		if (asprintf(&r->port[i].device, "net_ring%d", i) < 0)
			fail();
	}
	snprintf(r->link.name, WF_NAME_MAX, "wan");
	r->link.port[1] = 1;
	set(&r->link.dir[WF_BA], "blackhole.on=true");
	r->conf = (struct wf_conf){ .memory_bytes = 64 << 20,
		.max_flows = 4096,
		.flow_idle_ns = WF_NS_PER_S,
		.n_ports = 2,
		.n_links = 1,
		.ports = r->port,
		.links = &r->link };
	choose_cores(&r->conf, n_workers);
	r->dp = wf_dp_new(&r->conf, &opt, err);
	if (r->dp && wf_dp_start(r->dp, rig_plan(r, assignments), err) == 0) {
		r->pool = rte_mempool_lookup("wf_pool");
		r->in = rte_ring_lookup("ETH_RXTX0_net_ring0");
		assert_non_null(r->pool);
		assert_non_null(r->in);
	} else {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
}

void
rig_end(struct rig *r)
{
	wf_dp_free(r->dp);
	for (int i = 0; i < 2; i++) {
		clear(&r->link.dir[i]);
		free(r->port[i].device);
	}
}

void
rig_publish(struct rig *r, struct wf_plan *plan)
{
	uint64_t wanted = plan->generation;
	time_t give_up = time(NULL) + PATIENCE_S;

	assert_int_equal(wf_dp_offer(r->dp, plan), 0);
	while (wf_dp_poll(r->dp).generation != wanted) {
		assert_true(time(NULL) < give_up);
		sched_yield();
	}
}

/* An IPv4 UDP frame whose flow the number makes. */
static struct rte_mbuf *
make_packet(struct rig *r, uint32_t len_bytes, uint32_t flow)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,     /* Ethernet */
		0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, /* IPv4 */
		0, 0, 0, 9, 0, 26, 0, 0 };                                            /* UDP */
	struct rte_mbuf *m;
	uint8_t *data;

	while (!(m = rte_pktmbuf_alloc(r->pool)))
		sched_yield();
	data = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)len_bytes);
	assert_non_null(data);
	memset(data, 0, len_bytes);
	memcpy(data, head, sizeof(head));
	data[34] = (uint8_t)(flow >> 8);
	data[35] = (uint8_t)flow;
	return m;
}

static void
put(struct rig *r, struct rte_mbuf *m)
{
	while (rte_ring_enqueue(r->in, m) != 0)
		sched_yield();
	r->sent_packets++;
	r->sent_bytes += m->pkt_len;
}

void
rig_send(struct rig *r, uint32_t n, uint32_t len_bytes, uint32_t flow)
{
	for (uint32_t i = 0; i < n; i++)
		put(r, make_packet(r, len_bytes, flow));
}

void
rig_send_stripped(struct rig *r, uint32_t len_bytes, uint16_t tci)
{
	struct rte_mbuf *m = make_packet(r, len_bytes, 0);

	m->vlan_tci = tci;
	m->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	put(r, m);
	r->sent_bytes += 4;
}

static uint16_t (*real_burst)(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n);
static atomic_bool stop, stopped;

static uint16_t
gate(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	while (atomic_load(&stop)) {
		atomic_store(&stopped, true);
		sched_yield();
	}
	atomic_store(&stopped, false);
	return real_burst(queue, m, rx_ns, n);
}

/* The worker loads the pointer with each burst: this store is all it needs. */
void
rig_stop(struct rig *r, uint32_t worker)
{
	struct wf_rxq *q = r->dp->workers[worker]->rxq;

	real_burst = wf_port_ethdev.rx_burst;
	atomic_store(&stop, true);
	__atomic_store_n(&q->burst, gate, __ATOMIC_RELEASE);
	while (!atomic_load(&stopped))
		sched_yield();
}

void
rig_go_on(void)
{
	atomic_store(&stop, false);
	while (atomic_load(&stopped))
		sched_yield();
}

static struct wf_snapshot *
wait_for(struct rig *r, bool empty)
{
	time_t give_up = time(NULL) + PATIENCE_S;

	for (;;) {
		struct wf_snapshot *s = wf_dp_snapshot(r->dp);
		const struct wf_snap_dir *ab, *ba;

		assert_non_null(s);
		ab = &s->links[0].dir[WF_AB];
		ba = &s->links[0].dir[WF_BA];
		assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
		assert_int_equal(wf_snapshot_unaccounted(s).bytes, 0);
		if (ab->s.c.rx.packets >= r->sent_packets &&
			(!empty || (ab->queued.packets == 0 && ba->queued.packets == 0 &&
					   ba->s.c.rx.packets == ab->s.c.tx.packets)))
			return s;
		wf_snapshot_free(s);
		assert_true(time(NULL) < give_up);
		sched_yield();
	}
}

struct wf_snapshot *
rig_settled(struct rig *r)
{
	return wait_for(r, false);
}

struct wf_snapshot *
rig_empty(struct rig *r)
{
	return wait_for(r, true);
}
