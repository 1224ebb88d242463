/* SPDX-License-Identifier: BSD-3-Clause
 * The data path's life: the ladder up to started ports, and its mirror. Control thread.
 */
#include "wf_dp.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_channels.h"
#include "wf_claim.h"
#include "wf_dp_private.h"
#include "wf_flow_account.h"
#include "wf_flow_table.h"
#include "wf_numa.h"
#include "wf_quiet.h"
#include "wf_telemetry.h"

#define MIB ((uint64_t)1024 * 1024)

/* EAL's own heap, the drivers' queues, rules. */
#define EAL_BYTES (64 * MIB)
/* Descriptors of a queue pair: the most that a started port keeps of the pool. */
#define QUEUE_PAIR_BUFFERS 2048

static int
look_at_ports(struct wf_dp *dp, const struct wf_conf *conf, const struct wf_dp_options *opt,
	struct wf_err *err)
{
	int ret = 0;

	dp->ports = calloc(conf->n_ports, sizeof(*dp->ports));
	if (!dp->ports)
		return -ENOMEM;
	for (uint32_t i = 0; i < conf->n_ports; i++) {
		struct wf_port *p = &dp->ports[i];

		if (wf_port_init(p, conf, i, dp->cores.n_workers, err) < 0)
			return -ENOMEM;
		dp->n_ports = i + 1;
		p->may_stamp = opt->follows_clocks;
		if (wf_port_check(&conf->ports[i], err) < 0)
			ret = -EINVAL;
		if (wf_channels_check(p, dp->cores.n_workers, err) < 0)
			ret = -EINVAL;
		if (!opt->force && wf_port_guard(p, err) < 0)
			ret = -EINVAL;
		if (wf_port_rights(p, err) < 0)
			ret = -EPERM;
		if (wf_port_claim(p, err) < 0)
			ret = -EBUSY;
	}
	return ret;
}

/* Nobody else polls there? 0 or -EBUSY with reasons. */
static int
claim_cores(struct wf_dp *dp, const struct wf_conf *conf, bool force, struct wf_err *err)
{
	struct wf_where where = { .file = conf->file, .path = "workers" };
	char who[32] = "";
	int ret = 0;

	for (uint32_t w = 0; w < dp->cores.n_workers; w++) {
		pid_t holder;
		int fd = wf_claim_core(dp->cores.worker[w], &holder);

		if (fd > 0)
			dp->core_claim[w] = fd;
		if (fd != -EADDRINUSE || force)
			continue; /* whatever else went wrong, it is no reason not to run */
		if (holder > 0)
			snprintf(who, sizeof(who), " (process %d)", (int)holder);
		ret = wf_err_add(err, &where,
			"Two of them take turns of milliseconds: choose another core, stop that "
			"one, or say --force if you mean it",
			"another wirefault%s polls on core %u", who, dp->cores.worker[w]);
	}
	return ret;
}

static int
copy_links(struct wf_dp *dp, const struct wf_conf *conf)
{
	dp->links = calloc(conf->n_links ? conf->n_links : 1, sizeof(*dp->links));
	if (!dp->links)
		return -ENOMEM;
	dp->n_links = conf->n_links;
	dp->n_dirs = 2 * conf->n_links;
	for (uint32_t i = 0; i < conf->n_links; i++) {
		snprintf(dp->links[i].name, WF_NAME_MAX, "%s", conf->links[i].name);
		memcpy(dp->links[i].port, conf->links[i].port, sizeof(dp->links[i].port));
	}
	return 0;
}

/* Data bytes that a packet buffer must offer. */
static uint32_t
frame_bytes(const struct wf_dp *dp)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < dp->n_ports; i++) {
		uint32_t frame = wf_port_frame_bytes(&dp->ports[i]);
		uint32_t room = wf_devargs_frame_room(dp->ports[i].devargs);

		frame = frame > room ? frame : room;
		most = most > frame ? most : frame;
	}
	return most;
}

/* Buffers beside those of held packets: in device rings and in the workers' caches. */
static uint32_t
reserved_buffers(const struct wf_dp *dp)
{
	uint32_t sending = dp->by_value_bytes > 0 ? WF_TXQ_ROOM : 0; /* made to be sent */

	return dp->n_ports * dp->cores.n_workers * (QUEUE_PAIR_BUFFERS + sending) +
	       (dp->cores.n_workers + 1) * 2 * WF_POOL_CACHE;
}

static int
choose_memory(struct wf_dp *dp, const struct wf_conf *conf, const struct wf_dp_options *opt,
	struct wf_err *err)
{
	struct wf_memory_has has;
	uint64_t tables = (uint64_t)dp->cores.n_workers * wf_flow_table_bytes(conf->max_flows);
	uint64_t fixed = EAL_BYTES;

	if (conf->count_flows)
		tables += dp->cores.n_workers * wf_flow_accounts_bytes(conf->max_flows);
	fixed += (uint64_t)reserved_buffers(dp) * wf_pool_element_bytes(frame_bytes(dp));
	wf_memory_look(&has);
	return wf_memory_choose(conf, opt->huge, &has, fixed, tables, &dp->memory, err);
}

static void
say_restored(void *ctx, const char *interface, const char *what)
{
	struct wf_dp *dp = ctx;

	wf_event_say(dp->events, WF_EVENT_restored, NULL, "interface %s: %s", interface, what);
}

static int
take_host_interfaces(
	struct wf_dp *dp, const struct wf_conf *conf, const char *state_file, struct wf_err *err)
{
	const struct wf_hostif_said say = { say_restored, dp };
	uint32_t left;
	int ret = 0;

	/* The socket beside it is ours: whoever left that file is no more. */
	if (state_file && wf_hostif_restore(state_file, &say, &left, err) < 0)
		return -EINVAL;
	dp->hostif = wf_hostif_new(state_file);
	if (!dp->hostif)
		return -ENOMEM;
	for (uint32_t i = 0; i < dp->n_ports && ret == 0; i++) {
		struct wf_where where = wf_port_where(&dp->ports[i]);

		if (dp->ports[i].shares_hostif)
			ret = wf_hostif_take(
				dp->hostif, dp->ports[i].hostif, conf->ports[i].mtu, &where, err);
	}
	return ret;
}

static int
start_eal(struct wf_dp *dp, const struct wf_dp_options *opt, struct wf_err *err)
{
	struct wf_eal_device devices[WF_CONF_MAX_PORTS];
	char *lcores = wf_cores_eal(&dp->cores), prefix[32];
	struct wf_eal_choice choice = {
		.lcores = lcores,
		.huge = dp->memory.huge,
		.mem_mib = (dp->memory.hold_bytes + dp->memory.fixed_bytes) / MIB + 1,
		.file_prefix = prefix,
		.telemetry = opt->telemetry,
		.devices = devices,
		.extra_argc = opt->extra_argc,
		.extra_argv = opt->extra_argv,
	};
	int ret = -ENOMEM;

	snprintf(prefix, sizeof(prefix), "wirefault-%d", (int)getpid());
	for (uint32_t i = 0; i < dp->n_ports; i++)
		if (dp->ports[i].ops == &wf_port_ethdev)
			devices[choice.n_devices++] = (struct wf_eal_device){
				.text = dp->ports[i].devargs,
				.pci = wf_devargs_is_pci(dp->ports[i].devargs),
			};
	if (lcores)
		ret = wf_eal_args_build(&choice, &dp->eal_args);
	if (ret == 0)
		ret = wf_eal_start(&dp->eal_args, err);
	dp->eal_runs = ret == 0;
	dp->telemetry = opt->telemetry;
	if (ret == 0 && opt->telemetry && wf_telemetry_start() < 0)
		ret = wf_err_add(err, NULL, NULL, "DPDK's telemetry takes no commands of ours");
	free(lcores);
	return ret;
}

/* Where the ports' buffers belong. */
static int
ports_socket(const struct wf_dp *dp)
{
	int socket[WF_CONF_MAX_PORTS];

	for (uint32_t i = 0; i < dp->n_ports; i++) {
		const struct wf_port *p = &dp->ports[i];

		socket[i] = p->hostif[0] != 0           ? wf_numa_of_interface("/sys", p->hostif)
			    : p->ops == &wf_port_ethdev ? rte_eth_dev_socket_id(p->id)
							: WF_NUMA_UNKNOWN;
	}
	return wf_numa_most(socket, dp->n_ports);
}

static int
start_ports(struct wf_dp *dp, struct wf_err *err)
{
	int ret = 0;

	for (uint32_t i = 0; i < dp->n_ports; i++)
		if (wf_port_find(&dp->ports[i], err) < 0)
			ret = -ENODEV;
	for (uint32_t i = 0; ret == 0 && i < dp->n_ports; i++)
		ret = wf_port_join(&dp->ports[i], dp->ports, dp->n_ports, err);
	if (ret == 0)
		ret = wf_pool_init(&dp->pool, dp->memory.hold_bytes, reserved_buffers(dp),
			frame_bytes(dp), ports_socket(dp), dp->memory.by_default, err);
	for (uint32_t i = 0; ret == 0 && i < dp->n_ports; i++)
		ret = wf_port_start(
			&dp->ports[i], dp->cores.n_workers, dp->pool.mp, &dp->clock, err);
	return ret;
}

static int
climb(struct wf_dp *dp, const struct wf_conf *conf, const struct wf_dp_options *opt,
	struct wf_err *err)
{
	cpu_set_t allowed;
	int ret;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return -errno;
	if (wf_clock_init(&dp->clock) < 0)
		return wf_err_add(err, NULL,
			"wirefault keeps time by it; on a virtual machine choose a CPU model that "
			"passes the flags constant_tsc and nonstop_tsc on",
			"this CPU's time stamp counter is not constant");
	ret = wf_cores_choose(conf, &allowed, &dp->cores, err);
	if (ret == 0)
		ret = copy_links(dp, conf);
	if (ret == 0)
		ret = look_at_ports(dp, conf, opt, err);
	if (ret != -ENOMEM && dp->n_ports > 0 && opt->claim_cores &&
		claim_cores(dp, conf, opt->force, err) < 0)
		ret = -EBUSY;
	if (ret == 0)
		ret = choose_memory(dp, conf, opt, err);
	if (ret == 0)
		ret = take_host_interfaces(dp, conf, opt->state_file, err);
	if (ret < 0)
		return ret;
	dp->holds_messages = opt->extra_argc == 0;
	wf_quiet_begin(dp->holds_messages);
	ret = start_eal(dp, opt, err);
	if (ret == 0)
		ret = start_ports(dp, err);
	wf_quiet_end(ret < 0);
	return ret;
}

struct wf_dp *
wf_dp_new(const struct wf_conf *conf, const struct wf_dp_options *opt, struct wf_err *err)
{
	size_t before = wf_err_count(err);
	struct wf_dp *dp = aligned_alloc(
		WF_CACHE_LINE, (sizeof(*dp) + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE);
	int ret = -ENOMEM;

	if (dp) {
		memset(dp, 0, sizeof(*dp));
		dp->by_value_bytes = conf->by_value_bytes;
		dp->max_flows = conf->max_flows;
		dp->flow_idle_ns = conf->flow_idle_ns;
		dp->count_flows = conf->count_flows;
		dp->idle = conf->idle;
		dp->events = opt->events;
		dp->drop_rights = opt->drop_rights;
		dp->tap = opt->tap;
		ret = climb(dp, conf, opt, err);
	}
	if (ret == 0)
		return dp;
	if (wf_err_count(err) == before)
		wf_err_add(err, NULL, NULL, "%s", strerror(-ret));
	wf_dp_free(dp);
	return NULL;
}

void
wf_dp_free(struct wf_dp *dp)
{
	if (!dp)
		return;
	wf_dp_stop(dp, 0);
	wf_dp_free_workers(dp);
	for (uint32_t i = dp->n_ports; i-- > 0;)
		wf_port_stop(&dp->ports[i]);
	if (dp->pool.mp)
		wf_pool_fini(&dp->pool);
	if (dp->eal_runs)
		wf_eal_stop();
	wf_eal_args_free(&dp->eal_args);
	wf_hostif_free(dp->hostif);
	for (uint32_t i = 0; i < dp->n_ports; i++)
		wf_port_fini(&dp->ports[i]);
	for (uint32_t w = 0; w < dp->cores.n_workers; w++)
		if (dp->core_claim[w] > 0)
			close(dp->core_claim[w]);
	free(dp->ports);
	free(dp->links);
	free(dp);
}

const char *
wf_dp_describe(const struct wf_dp *dp, char *out, size_t size)
{
	char control[WF_EAL_CORES_TEXT];
	size_t used;

	used = (size_t)snprintf(out, size, "%u worker%s on core%s", dp->cores.n_workers,
		dp->cores.n_workers > 1 ? "s" : "", dp->cores.n_workers > 1 ? "s" : "");
	for (uint32_t w = 0; w < dp->cores.n_workers && used < size; w++)
		used += (size_t)snprintf(
			out + used, size - used, "%s%u", w ? "," : " ", dp->cores.worker[w]);
	if (used < size)
		snprintf(out + used, size - used,
			", control on %s%s; %s; room for %u packets of up to %u bytes (%llu MiB)",
			wf_eal_cores(&dp->cores.control, control),
			dp->cores.shared ? " as well (shared: timing is coarse)" : "",
			dp->memory.huge ? "hugepages"
					: "no hugepages (slower; `sysctl vm.nr_hugepages=1024` "
					  "before the start gives some)",
			dp->pool.max_held, frame_bytes(dp),
			(unsigned long long)dp->pool.max_held * dp->pool.element_bytes / MIB);
	return out;
}
