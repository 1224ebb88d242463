/* SPDX-License-Identifier: BSD-3-Clause
 * DPDK's telemetry. Its thread calls answer functions whenever it likes, and a snapshot can be
 * taken by the control thread only. So that one leaves a copy of what is told, under a lock that
 * neither holds for long, and no worker knows of.
 */
#include "wf_telemetry.h"

#include <pthread.h>
#include <rte_telemetry.h>
#include <stdio.h>
#include <string.h>

#define MOST 64 /* links, ports, workers: more are left out */

struct side {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes, queued_packets, dropped_packets;
	uint64_t delay_p50_ns, delay_p99_ns, release_error_p99_ns;
};

static struct told {
	bool known, trustworthy;
	uint64_t uptime_ns, generation, unaccounted_packets, pool_size, pool_in_use;
	uint32_t n_links, n_ports, n_workers;
	struct {
		char name[WF_NAME_MAX];
		struct side side[2];
	} link[MOST];
	struct {
		char name[WF_NAME_MAX], state[16];
		uint64_t missed, no_buffer, errors;
	} port[MOST];
	struct {
		unsigned core;
		uint64_t busy_permille, loops, stall_max_ns;
	} worker[MOST];
} told;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint32_t
least(uint32_t n)
{
	return n < MOST ? n : MOST;
}

static void
copy_side(struct side *out, const struct wf_snap_dir *d)
{
	const struct wf_flow_counts *c = &d->s.c;

	*out = (struct side){ .rx_packets = c->rx.packets,
		.rx_bytes = c->rx.bytes,
		.tx_packets = c->tx.packets,
		.tx_bytes = c->tx.bytes,
		.queued_packets = d->queued.packets,
		.delay_p50_ns = wf_hist_quantile(&d->s.delay, 0.5),
		.delay_p99_ns = wf_hist_quantile(&d->s.delay, 0.99),
		.release_error_p99_ns = wf_hist_quantile(&d->s.error, 0.99) };
	for (int i = 1; i < WF_DROP_COUNT; i++)
		out->dropped_packets += c->dropped[i].packets;
}

void
wf_telemetry_update(const struct wf_snapshot *s)
{
	pthread_mutex_lock(&lock);
	told = (struct told){ .known = true,
		.trustworthy = s->trustworthy,
		.uptime_ns = s->uptime_ns,
		.generation = s->generation,
		.unaccounted_packets = wf_snapshot_unaccounted(s).packets,
		.pool_size = s->pool_size,
		.pool_in_use = s->pool_in_use,
		.n_links = least(s->n_links),
		.n_ports = least(s->n_ports),
		.n_workers = least(s->n_workers) };
	for (uint32_t i = 0; i < told.n_links; i++) {
		memcpy(told.link[i].name, s->links[i].name, WF_NAME_MAX);
		copy_side(&told.link[i].side[0], &s->links[i].dir[0]);
		copy_side(&told.link[i].side[1], &s->links[i].dir[1]);
	}
	for (uint32_t i = 0; i < told.n_ports; i++) {
		memcpy(told.port[i].name, s->ports[i].name, WF_NAME_MAX);
		memcpy(told.port[i].state, s->ports[i].state, sizeof(told.port[i].state));
		told.port[i].missed = s->ports[i].rx_missed;
		told.port[i].no_buffer = s->ports[i].rx_nombuf;
		told.port[i].errors = s->ports[i].rx_errors + s->ports[i].tx_errors;
	}
	for (uint32_t i = 0; i < told.n_workers; i++) {
		told.worker[i].core = s->workers[i].lcore;
		told.worker[i].busy_permille = (uint64_t)(s->workers[i].busy_ratio * 1000 + 0.5);
		told.worker[i].loops = s->workers[i].loops;
		told.worker[i].stall_max_ns = s->workers[i].stall_max_ns;
	}
	pthread_mutex_unlock(&lock);
}

/* ---- Answers, in DPDK's thread ---- */

static int
answer_info(const char *cmd, const char *params, struct rte_tel_data *d)
{
	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_string(d, "version", WF_VERSION);
	pthread_mutex_lock(&lock);
	rte_tel_data_add_dict_int(d, "trustworthy", told.known && told.trustworthy);
	rte_tel_data_add_dict_u64(d, "uptime_ns", told.uptime_ns);
	rte_tel_data_add_dict_u64(d, "generation", told.generation);
	rte_tel_data_add_dict_u64(d, "unaccounted_packets", told.unaccounted_packets);
	rte_tel_data_add_dict_u64(d, "pool_size", told.pool_size);
	rte_tel_data_add_dict_u64(d, "pool_in_use", told.pool_in_use);
	pthread_mutex_unlock(&lock);
	return 0;
}

static void
add_side(struct rte_tel_data *d, const char *name, const struct side *s)
{
	struct rte_tel_data *of = rte_tel_data_alloc();

	if (of == NULL)
		return;
	rte_tel_data_start_dict(of);
	rte_tel_data_add_dict_u64(of, "rx_packets", s->rx_packets);
	rte_tel_data_add_dict_u64(of, "rx_bytes", s->rx_bytes);
	rte_tel_data_add_dict_u64(of, "tx_packets", s->tx_packets);
	rte_tel_data_add_dict_u64(of, "tx_bytes", s->tx_bytes);
	rte_tel_data_add_dict_u64(of, "queued_packets", s->queued_packets);
	rte_tel_data_add_dict_u64(of, "dropped_packets", s->dropped_packets);
	rte_tel_data_add_dict_u64(of, "delay_p50_ns", s->delay_p50_ns);
	rte_tel_data_add_dict_u64(of, "delay_p99_ns", s->delay_p99_ns);
	rte_tel_data_add_dict_u64(of, "release_error_p99_ns", s->release_error_p99_ns);
	rte_tel_data_add_dict_container(d, name, of, 0);
}

/* Without a name, the names; with one, what its directions did. */
static int
answer_links(const char *cmd, const char *params, struct rte_tel_data *d)
{
	int rc = -1;

	pthread_mutex_lock(&lock);
	if (params == NULL || *params == '\0') {
		rte_tel_data_start_array(d, RTE_TEL_STRING_VAL);
		for (uint32_t i = 0; i < told.n_links; i++)
			rte_tel_data_add_array_string(d, told.link[i].name);
		rc = 0;
	}
	for (uint32_t i = 0; rc < 0 && i < told.n_links; i++) {
		if (strcmp(told.link[i].name, params) != 0)
			continue;
		rte_tel_data_start_dict(d);
		add_side(d, "ab", &told.link[i].side[0]);
		add_side(d, "ba", &told.link[i].side[1]);
		rc = 0;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int
answer_ports(const char *cmd, const char *params, struct rte_tel_data *d)
{
	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&lock);
	for (uint32_t i = 0; i < told.n_ports; i++) {
		struct rte_tel_data *of = rte_tel_data_alloc();

		if (of == NULL)
			break;
		rte_tel_data_start_dict(of);
		rte_tel_data_add_dict_string(of, "state", told.port[i].state);
		rte_tel_data_add_dict_u64(of, "missed_packets", told.port[i].missed);
		rte_tel_data_add_dict_u64(of, "no_buffer_packets", told.port[i].no_buffer);
		rte_tel_data_add_dict_u64(of, "errors", told.port[i].errors);
		rte_tel_data_add_dict_container(d, told.port[i].name, of, 0);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static int
answer_workers(const char *cmd, const char *params, struct rte_tel_data *d)
{
	char name[24];

	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&lock);
	for (uint32_t i = 0; i < told.n_workers; i++) {
		struct rte_tel_data *of = rte_tel_data_alloc();

		if (of == NULL)
			break;
		snprintf(name, sizeof(name), "core_%u", told.worker[i].core);
		rte_tel_data_start_dict(of);
		rte_tel_data_add_dict_u64(of, "busy_permille", told.worker[i].busy_permille);
		rte_tel_data_add_dict_u64(of, "loops", told.worker[i].loops);
		rte_tel_data_add_dict_u64(of, "stall_max_ns", told.worker[i].stall_max_ns);
		rte_tel_data_add_dict_container(d, name, of, 0);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

int
wf_telemetry_start(void)
{
	static const struct {
		const char *name;
		telemetry_cb answer;
		const char *help;
	} commands[] = {
		{ "/wirefault/info", answer_info,
			"Version, running time, generation, verdict, pool. Parameters: none" },
		{ "/wirefault/links", answer_links,
			"Names of links; what one does. Parameters: name of a link, or none" },
		{ "/wirefault/ports", answer_ports, "State and errors of ports. Parameters: none" },
		{ "/wirefault/workers", answer_workers, "How busy workers are. Parameters: none" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(commands); i++) {
		int rc = rte_telemetry_register_cmd(
			commands[i].name, commands[i].answer, commands[i].help);

		if (rc < 0)
			return rc;
	}
	return 0;
}
