/* SPDX-License-Identifier: BSD-3-Clause
 * Ports: from a line of the configuration to an open port of the kind that it names. Control
 * thread.
 */
#include "wf_port.h"

#include <errno.h>
#include <rte_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_claim.h"
#include "wf_generator_args.h"
#include "wf_hostguard.h"
#include "wf_hostif.h"
#include "wf_packet_args.h"
#include "wf_replay.h"
#include "wf_rights.h"

static uint32_t
find_rx_dir(const struct wf_conf *conf, uint32_t port)
{
	for (uint32_t l = 0; l < conf->n_links; l++)
		for (uint32_t side = 0; side < 2; side++)
			if (conf->links[l].port[side] == port)
				return 2 * l + side;
	return WF_PORT_NO_DIR;
}

static int
check_generator(const struct wf_conf_port *c, struct wf_err *err)
{
	struct wf_generator_spec *spec = calloc(WF_GENERATOR_MOST, sizeof(*spec));
	uint32_t n;
	int ret;

	if (!spec)
		return wf_err_add(err, &c->where, NULL, "out of memory");
	ret = wf_generator_parse_all(
		c->device, c->mtu ? c->mtu + RTE_ETHER_HDR_LEN : 0, spec, &n, &c->where, err);
	free(spec);
	return ret;
}

int
wf_port_check(const struct wf_conf_port *c, struct wf_err *err)
{
	uint32_t mtu = c->mtu ? c->mtu : RTE_ETHER_MTU;
	struct wf_packet_args args;

	if (wf_devargs_driver(c->device, "generator"))
		return check_generator(c, err);
	if (wf_devargs_driver(c->device, "pcap"))
		return wf_port_pcap_check(c->device, &c->where, err);
	if (wf_devargs_driver(c->device, "sink") && strchr(c->device, ','))
		return wf_err_add(
			err, &c->where, "Write device = \"sink\"", "a sink takes no arguments");
	if (wf_devargs_driver(c->device, "tester") && strchr(c->device, ','))
		return wf_err_add(
			err, &c->where, "Write device = \"tester\"", "a tester takes no arguments");
	if (!wf_devargs_driver(c->device, "packet"))
		return 0;
	return wf_packet_args_parse(
		c->device, mtu + RTE_ETHER_HDR_LEN + WF_PORT_TAGS_BYTES, &args, &c->where, err);
}

/* The kind of port that a device string names. */
static const struct wf_port_ops *
kind_of(const char *device)
{
	if (wf_devargs_driver(device, "packet"))
		return &wf_port_packet;
	if (wf_devargs_driver(device, "generator"))
		return &wf_port_generator;
	if (wf_devargs_driver(device, "sink"))
		return &wf_port_sink;
	if (wf_devargs_driver(device, "pcap"))
		return &wf_port_pcap;
	if (wf_devargs_driver(device, "tester"))
		return &wf_port_tester;
	return &wf_port_ethdev;
}

int
wf_port_init(struct wf_port *p, const struct wf_conf *conf, uint32_t index, uint32_t n_workers,
	struct wf_err *err)
{
	const struct wf_conf_port *c = &conf->ports[index];

	memset(p, 0, sizeof(*p));
	p->claim = -1;
	snprintf(p->name, sizeof(p->name), "%s", c->name);
	snprintf(p->path, sizeof(p->path), "ports.%s", c->name);
	p->file = c->where.file ? c->where.file : conf->file;
	p->line = c->where.line;
	p->rx_dir = find_rx_dir(conf, index);
	p->mtu = p->want_mtu = c->mtu;
	p->ops = kind_of(c->device);
	wf_devargs_name(c->device, p->device);
	if (!wf_devargs_hostif(c->device, p->hostif, sizeof(p->hostif)))
		p->hostif[0] = '\0';
	p->shares_hostif = p->hostif[0] && wf_devargs_shares_hostif(c->device);
	if (p->mtu == 0 && p->shares_hostif)
		p->mtu = wf_hostif_mtu(p->hostif);
	p->devargs = wf_devargs_complete(
		c->device, n_workers, p->mtu ? p->mtu : (uint32_t)RTE_ETHER_MTU);
	if (!p->devargs)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	return 0;
}

void
wf_port_fini(struct wf_port *p)
{
	if (p->claim >= 0)
		close(p->claim);
	p->claim = -1;
	free(p->devargs);
	p->devargs = NULL;
}

struct wf_where
wf_port_where(const struct wf_port *p)
{
	return (struct wf_where){ .file = p->file, .line = p->line, .path = p->path };
}

int
wf_port_guard(const struct wf_port *p, struct wf_err *err)
{
	const char *why = p->hostif[0] ? wf_hostguard_why_not(p->hostif) : NULL;
	struct wf_where where = wf_port_where(p);

	if (wf_devargs_is_pci(p->device))
		why = wf_hostguard_pci_why_not(p->device);
	if (!why)
		return 0;
	return wf_err_add(err, &where, "Choose another one, or say --force if you mean it", "%s %s",
		p->hostif[0] ? p->hostif : p->device, why);
}

int
wf_port_rights(const struct wf_port *p, struct wf_err *err)
{
	bool tap = wf_devargs_driver(p->device, "net_tap");
	struct wf_where where = wf_port_where(p);
	const char *lacking = NULL;

	if (tap || p->hostif[0])
		lacking = wf_rights_lacking(tap || p->shares_hostif, !tap);
	if (!lacking)
		return 0;
	wf_err_add(err, &where, "Run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW",
		"%s needs %s, which this process hasn't", p->device, lacking);
	return -EPERM;
}

int
wf_port_claim(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	char who[32] = "";
	pid_t holder;

	if (!p->hostif[0])
		return 0;
	p->claim = wf_claim_interface(p->hostif, &holder);
	if (p->claim >= 0)
		return 0;
	if (p->claim != -EADDRINUSE)
		return wf_err_add(err, &where, NULL, "%s cannot be claimed: %s", p->hostif,
			strerror(-p->claim));
	if (holder > 0)
		snprintf(who, sizeof(who), " (process %d)", (int)holder);
	return wf_err_add(err, &where, "Stop that one first, or choose another interface",
		"%s is a port of another wirefault%s", p->hostif, who);
}

int
wf_port_find(struct wf_port *p, struct wf_err *err)
{
	return p->ops->find(p, err);
}

int
wf_port_join(struct wf_port *p, struct wf_port *ports, uint32_t n, struct wf_err *err)
{
	return p->ops->join ? p->ops->join(p, ports, n, err) : 0;
}

uint32_t
wf_port_frame_bytes(const struct wf_port *p)
{
	return p->mtu + RTE_ETHER_HDR_LEN + WF_PORT_TAGS_BYTES;
}

int
wf_port_start(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool,
	const struct wf_clock *clock, struct wf_err *err)
{
	int ret;

	p->clock = clock;
	ret = p->ops->open(p, n_queues, pool, err);
	p->started = ret == 0;
	if (ret == 0)
		wf_port_reset(p);
	return ret;
}

bool
wf_port_stamps(const struct wf_port *p)
{
	return p->ops->stamps || (p->ops->stamps_too != NULL && p->ops->stamps_too(p));
}

void
wf_port_tune(struct wf_port *p)
{
	if (p->started && p->ops->tune != NULL)
		p->ops->tune(p);
}

void
wf_port_stop(struct wf_port *p)
{
	p->ops->close(p);
	p->started = false;
}

static void
read_counters(struct wf_port *p, struct wf_snap_port *out)
{
	if (p->started)
		p->ops->stats(p, out);
}

void
wf_port_account(struct wf_port *p)
{
	struct wf_snap_port unused = { 0 };

	read_counters(p, &unused);
}

/* A counter that the driver reset behind our back counts from there. */
static uint64_t
since(uint64_t now, uint64_t base)
{
	return now >= base ? now - base : now;
}

static bool
link_is_up(struct wf_port *p)
{
	return p->started && !p->cut && !p->host.down && p->ops->link(p);
}

void
wf_port_shut(struct wf_port *p)
{
	enum wf_drop why = p->cut         ? WF_DROP_outage
			   : p->host.down ? WF_DROP_port_down
					  : WF_DROP_NONE;

	atomic_store_explicit(
		&p->shut, (unsigned char)why, memory_order_relaxed); /* wf_txq_flush */
}

static void
fill_host(const struct wf_port *p, struct wf_snap_port *out)
{
	snprintf(out->hostif, sizeof(out->hostif), "%s", p->host.name);
	out->gone = p->host.gone;
	snprintf(out->state, sizeof(out->state), "%s",
		p->cut                          ? "outage"
		: p->host.down && p->host.state ? p->host.state
		: out->link_up                  ? "up"
						: "down");
	out->mtu = p->host.name[0] ? p->host.mtu : p->mtu;
	out->mtu_before = p->host.name[0] ? p->host.mtu_before : p->mtu;
	out->downs = p->host.downs - p->host.downs_before;
}

struct wf_replay *
wf_port_replay(struct wf_port *p)
{
	return p->started && p->ops->replay ? p->ops->replay(p) : NULL;
}

const struct wf_capture *
wf_port_capture(struct wf_port *p)
{
	return p->started && p->ops->capture ? p->ops->capture(p) : NULL;
}

void
wf_port_end(struct wf_port *p)
{
	if (p->started && p->ops->end)
		p->ops->end(p);
}

void
wf_port_snapshot(struct wf_port *p, struct wf_snap_port *out)
{
	const struct wf_replay *replay = wf_port_replay(p);
	struct wf_snap_port now = { 0 };

	read_counters(p, &now);
	if (p->is_frozen) {
		now.rx_missed = p->frozen.rx_missed;
		now.rx_nombuf = p->frozen.rx_nombuf;
		now.rx_errors = p->frozen.rx_errors;
	}
	snprintf(out->name, sizeof(out->name), "%s", p->name);
	snprintf(out->device, sizeof(out->device), "%s", p->device);
	out->kind = p->ops->kind;
	out->arrival = now.arrival != NULL ? now.arrival : p->ops->stamps ? "stamped" : "polled";
	out->release = "software";
	out->spread = now.spread;
	out->queues = now.queues;
	out->rx_slots = now.rx_slots;
	out->tx_slots = now.tx_slots;
	out->link_up = link_is_up(p);
	fill_host(p, out);
	out->rx_missed = since(now.rx_missed, p->base.rx_missed);
	out->rx_nombuf = since(now.rx_nombuf, p->base.rx_nombuf);
	out->rx_errors = since(now.rx_errors, p->base.rx_errors);
	out->tx_errors = since(now.tx_errors, p->base.tx_errors);
	out->sinks = now.sinks;
	out->sunk.packets = now.sunk.packets - p->base.sunk.packets;
	out->sunk.bytes = now.sunk.bytes - p->base.sunk.bytes;
	out->writes = now.writes;
	out->written = now.written;
	out->written.packets = since(now.written.packets, p->base.written.packets);
	out->written.missed = since(now.written.missed, p->base.written.missed);
	if (replay)
		out->replay = calloc(1, sizeof(*out->replay));
	if (replay && out->replay)
		wf_replay_look(replay, wf_clock_ns(p->clock), out->replay);
}

void
wf_port_freeze(struct wf_port *p)
{
	read_counters(p, &p->frozen);
	p->is_frozen = true;
}

void
wf_port_reset(struct wf_port *p)
{
	struct wf_snap_port now = { 0 }; /* counters are added to what stands there */

	read_counters(p, &now);
	p->base = p->frozen = now;
	p->host.downs_before = p->host.downs;
	p->host.mtu_before = p->host.mtu;
}
