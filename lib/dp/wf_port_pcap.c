/* SPDX-License-Identifier: BSD-3-Clause
 * The kind of port from which a capture comes: `pcap,file=talk.pcap`, and `pcap,of=a` for the other
 * side of port a's. Packets have the times at which they were due, so that whatever delays them
 * next makes up for a worker that was late. What is sent to it is counted and freed, and copied
 * before if a file is to have it: `to=out.pcapng`.
 */
#include <errno.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "wf_port.h"
#include "wf_replay.h"
#include "wf_sunk.h"
#include "wf_worker_capture.h"

/* No packet is said to have come longer ago: see wf_port_generator.c. */
#define LATE_NS    (10 * WF_NS_PER_MS)
#define SPARE      WF_BURST
#define MOST_BYTES (9216 + RTE_ETHER_HDR_LEN + WF_PORT_TAGS_BYTES)

/* One queue pair: the worker's, but for the counters, which the control thread reads. */
struct queue {
	struct wf_replay *r;        /* NULL: none comes from here */
	struct wf_capture_tap *tap; /* NULL: no file has what is sent */
	uint32_t side;
	const struct wf_clock *clock;
	struct rte_mempool *pool;
	wf_ns_t last_ns;
	uint32_t n_spare;
	struct rte_mbuf *spare[SPARE];
	struct wf_sunk sunk WF_CACHE_ALIGNED;
};

struct pcap {
	struct wf_replay_spec spec;
	struct wf_replay_to to;
	struct wf_capture *capture; /* of what is sent; NULL: none */
	char of[WF_REPLAY_NAME];    /* "": it has the file */
	struct wf_replay *r;
	bool owns;
	uint32_t side, n_queues;
	struct queue *queue; /* [n_queues] */
};

int
wf_port_pcap_check(const char *device, const struct wf_where *where, struct wf_err *err)
{
	char of[WF_REPLAY_NAME];
	struct wf_replay_spec spec;
	struct wf_rewrite rewrite;
	struct wf_replay_to to;
	int ret;

	if (wf_replay_of(device, of)) {
		ret = wf_replay_parse_other(device, &rewrite, where, err);
	} else {
		ret = wf_replay_parse(device, &spec, where, err);
		wf_replay_release(&spec);
	}
	if (ret == 0)
		ret = wf_replay_to(device, &to, where, err);
	if (ret == 0)
		free(to.path);
	return ret;
}

static int
pcap_find(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct pcap *k = p->kind = calloc(1, sizeof(*k));

	if (!k)
		return wf_err_add(err, &where, NULL, "out of memory"), -ENOMEM;
	if (wf_replay_to(p->devargs, &k->to, &where, err) < 0)
		return -EINVAL;
	if (wf_replay_of(p->devargs, k->of))
		return wf_replay_parse_other(p->devargs, &k->spec.rewrite[1], &where, err);
	if (wf_replay_parse(p->devargs, &k->spec, &where, err) < 0)
		return -EINVAL;
	k->owns = k->spec.n_files > 0;
	if (!k->owns && p->mtu == 0)
		p->mtu = RTE_ETHER_MTU;
	return 0;
}

/* The port that sends the other side of p's capture; NULL: there is none. */
static struct wf_port *
partner(const struct wf_port *p, struct wf_port *ports, uint32_t n, struct wf_err *err)
{
	struct wf_port *other = NULL;

	for (uint32_t i = 0; i < n; i++) {
		struct pcap *k = ports[i].ops == &wf_port_pcap ? ports[i].kind : NULL;
		struct wf_where where = wf_port_where(&ports[i]);

		if (!k || k->owns || strcmp(k->of, p->name) != 0)
			continue;
		if (other)
			wf_err_add(err, &where, "A capture has two sides",
				"%s and %s both are the other side of %s", other->name,
				ports[i].name, p->name);
		other = &ports[i];
	}
	return other;
}

static int
join_other(struct wf_port *p, struct wf_port *ports, uint32_t n, struct wf_err *err)
{
	struct pcap *k = p->kind;
	struct wf_where where = wf_port_where(p);

	for (uint32_t i = 0; i < n; i++) {
		const struct pcap *o = ports[i].ops == &wf_port_pcap ? ports[i].kind : NULL;

		if (o && o->owns && strcmp(ports[i].name, k->of) == 0)
			return 0; /* which sees to it */
	}
	return wf_err_add(err, &where, "Write of=NAME with the name of a port `pcap,file=...`",
		"there is no port \"%s\" with a capture", k->of);
}

/* Two ports that write one file would spoil it, and so would one that writes what another sends. */
static int
check_own_file(const struct wf_port *p, const struct wf_port *ports, struct wf_err *err)
{
	const struct pcap *k = p->kind;
	struct wf_where where = wf_port_where(p);

	for (const struct wf_port *q = ports; q < p; q++) {
		const struct pcap *o = q->ops == &wf_port_pcap ? q->kind : NULL;

		if (!o)
			continue;
		if (o->to.path && k->to.path && strcmp(o->to.path, k->to.path) == 0)
			return wf_err_add(err, &where, "Give each a file of its own",
				"port \"%s\" writes %.200s, too", q->name, k->to.path);
		if ((k->to.path && wf_replay_reads(q->devargs, k->to.path, &where)) ||
			(o->to.path && wf_replay_reads(p->devargs, o->to.path, &where)))
			return wf_err_add(err, &where, "Write to=another.pcapng",
				"what it or port \"%s\" writes is sent by the other", q->name);
	}
	return 0;
}

static int
pcap_join(struct wf_port *p, struct wf_port *ports, uint32_t n, struct wf_err *err)
{
	struct pcap *k = p->kind, *o;
	struct wf_where where = wf_port_where(p);
	struct wf_port *other;
	uint32_t most =
		p->want_mtu ? p->want_mtu + RTE_ETHER_HDR_LEN + WF_PORT_TAGS_BYTES : MOST_BYTES;
	size_t before = wf_err_count(err);

	if (check_own_file(p, ports, err) < 0)
		return -EINVAL;
	if (!k->owns)
		return k->of[0] != '\0' ? join_other(p, ports, n, err) : 0;
	other = partner(p, ports, n, err);
	o = other ? other->kind : NULL;
	if (other && k->spec.cap.split == WF_CAP_ALL)
		wf_err_add(err, &where, "Add split=first, or another rule",
			"nothing says which packets %s sends, and which %s", p->name, other->name);
	if (o && (k->spec.loops == 0 || k->spec.loops > wf_rewrite_loops(&o->spec.rewrite[1])) &&
		o->spec.rewrite[1].unique.version != 0)
		wf_err_add(err, &where, "Write fewer loops, or a larger pool",
			"unique of port %s has too few addresses for them", other->name);
	if (wf_err_count(err) > before)
		return -EINVAL;
	if (o)
		k->spec.rewrite[1] = o->spec.rewrite[1];
	k->r = wf_replay_new(&k->spec, most, other ? 2 : 1, err);
	memset(&k->spec, 0, sizeof(k->spec)); /* it is the replay's now */
	if (!k->r)
		return -EINVAL;
	if (o) {
		o->r = k->r;
		o->side = 1;
	}
	/* Where nobody has said how long frames may be, those that were seen say so. */
	p->mtu = p->want_mtu ? p->want_mtu : RTE_ETHER_MTU;
	if (k->r->store->longest > p->mtu + RTE_ETHER_HDR_LEN && !p->want_mtu)
		p->mtu = k->r->store->longest - RTE_ETHER_HDR_LEN;
	if (other && other->mtu < p->mtu)
		other->mtu = p->mtu;
	wf_replay_limit(k->r, wf_port_frame_bytes(p) - WF_REWRITE_GROWS);
	return 0;
}

/* The file that has what is sent, and the thread that writes it. */
static int
open_file(struct wf_port *p, uint32_t n_queues, struct wf_err *err)
{
	struct pcap *k = p->kind;
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	char about[WF_NAME_MAX + 16];
	const struct wf_cap_log_iface iface = { p->name, about };

	if (!k->to.path)
		return 0;
	snprintf(about, sizeof(about), "sent to port %s", p->name);
	o.name = k->to.path;
	o.memory_bytes = k->to.buffer_bytes;
	o.iface = &iface;
	k->capture = wf_capture_new(&o, NULL, n_queues, p->clock->start_realtime_ns, err);
	return k->capture ? 0 : -EINVAL;
}

static int
pcap_open(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct pcap *k = p->kind;
	int ret;

	if (open_file(p, n_queues, err) < 0)
		return -EINVAL;
	k->queue = aligned_alloc(WF_CACHE_LINE, n_queues * sizeof(*k->queue));
	if (!k->queue)
		return wf_err_add(err, &where, NULL, "out of memory"), -ENOMEM;
	memset(k->queue, 0, n_queues * sizeof(*k->queue));
	k->n_queues = n_queues;
	for (uint32_t q = 0; q < n_queues; q++) {
		k->queue[q].clock = p->clock;
		k->queue[q].pool = pool;
		k->queue[q].side = k->side;
		k->queue[q].tap = k->capture ? wf_capture_tap(k->capture, q) : NULL;
	}
	k->queue[0].r = k->r; /* one worker has the schedule, and hands over */
	ret = k->owns ? wf_replay_store_begin(k->r->store) : 0;
	if (ret < 0)
		wf_err_add(err, &where, NULL, "no thread to read with: %s", strerror(-ret));
	return ret;
}

static void
pcap_close(struct wf_port *p)
{
	struct pcap *k = p->kind;

	if (!k)
		return;
	for (uint32_t q = 0; q < k->n_queues; q++)
		rte_pktmbuf_free_bulk(k->queue[q].spare, k->queue[q].n_spare);
	if (k->owns)
		wf_replay_free(k->r);
	wf_capture_free(k->capture);
	free(k->to.path);
	wf_replay_release(&k->spec);
	free(k->queue);
	free(k);
	p->kind = NULL;
}

static void
pcap_stats(struct wf_port *p, struct wf_snap_port *out)
{
	const struct pcap *k = p->kind;
	struct wf_capture_status s;

	out->queues = k->n_queues;
	out->sinks = true;
	for (uint32_t i = 0; i < k->n_queues; i++) {
		const struct queue *q = &k->queue[i];

		wf_sunk_count(&q->sunk, &out->sunk);
	}
	if (!k->capture)
		return;
	wf_capture_status(k->capture, &s);
	out->writes = true;
	out->written = (struct wf_snap_written){ .packets = s.captured,
		.missed = s.missed,
		.file_bytes = s.bytes,
		.failed = s.state == WF_CAPTURE_FAILED };
}

static void
pcap_end(struct wf_port *p)
{
	const struct pcap *k = p->kind;

	if (k->capture)
		wf_capture_finish(k->capture);
}

static const struct wf_capture *
pcap_capture(struct wf_port *p)
{
	const struct pcap *k = p->kind;

	return k->capture;
}

static struct wf_replay *
pcap_replay(struct wf_port *p)
{
	const struct pcap *k = p->kind;

	return k && k->owns ? k->r : NULL;
}

static bool
pcap_link(struct wf_port *p)
{
	return true;
}

static uint32_t
pcap_fits(const struct wf_port *p)
{
	return UINT16_MAX;
}

static void *
pcap_queue(struct wf_port *p, uint32_t index)
{
	struct pcap *k = p->kind;

	return &k->queue[index];
}

/* Buffers, so that no packet is taken for which there is none. */
static uint16_t
refill(struct queue *q, uint16_t n)
{
	if (WF_LIKELY(q->n_spare >= n))
		return n;
	if (WF_LIKELY(rte_pktmbuf_alloc_bulk(q->pool, q->spare + q->n_spare, SPARE - q->n_spare) ==
		      0)) {
		q->n_spare = SPARE;
		return n;
	}
	wf_sunk_add(&q->r->no_buffers, 1);
	return (uint16_t)q->n_spare;
}

static uint16_t
pcap_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	struct queue *q = queue;
	struct wf_replay_item item[WF_BURST];
	wf_ns_t now_ns, first_ns;

	if (WF_UNLIKELY(q->r == NULL))
		return 0;
	now_ns = wf_clock_ns(q->clock);
	first_ns = now_ns > LATE_NS ? now_ns - LATE_NS : 0;
	first_ns = first_ns > q->last_ns ? first_ns : q->last_ns;
	n = (uint16_t)wf_replay_take(q->r, q->side, now_ns, item, refill(q, n));
	for (uint16_t k = 0; k < n; k++) {
		const struct wf_replay_record *r = item[k].record;

		m[k] = q->spare[--q->n_spare];
		wf_replay_write(q->r, &item[k], rte_pktmbuf_mtod(m[k], uint8_t *));
		m[k]->data_len = (uint16_t)r->len_bytes;
		m[k]->pkt_len = r->len_bytes;
		/* After a change of pace the schedule may begin anew a little before. */
		first_ns = item[k].due_ns > first_ns ? item[k].due_ns : first_ns;
		rx_ns[k] = first_ns;
	}
	if (n > 0)
		q->last_ns = first_ns;
	return n;
}

/* Copies for the file, of what leaves now. */
static void
write_down(struct queue *q, struct rte_mbuf **m, uint16_t n)
{
	struct wf_capture_seen s = { .point = WF_CAPTURE_IN, .time_ns = wf_clock_ns(q->clock) };

	for (uint16_t i = 0; i < n; i++) {
		struct wf_capture_record *r;

		s.frame_bytes = s.len_bytes = m[i]->pkt_len;
		r = wf_capture_reserve(q->tap, &s);
		if (r == NULL)
			continue;
		wf_worker_capture_copy(r, m[i]);
		wf_capture_publish(q->tap);
	}
}

static uint16_t
pcap_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct queue *q = queue;

	if (q->tap)
		write_down(q, m, n);
	return wf_sunk_take(&q->sunk, m, n);
}

/* It refuses nothing. */
static enum wf_drop
pcap_refusal(void *queue)
{
	return WF_DROP_tx_full;
}

const struct wf_port_ops wf_port_pcap = {
	.kind = "pcap",
	.find = pcap_find,
	.join = pcap_join,
	.open = pcap_open,
	.close = pcap_close,
	.stats = pcap_stats,
	.end = pcap_end,
	.capture = pcap_capture,
	.replay = pcap_replay,
	.link = pcap_link,
	.fits_bytes = pcap_fits,
	.queue = pcap_queue,
	.rx_burst = pcap_rx_burst,
	.stamps = true,
	.tx_burst = pcap_tx_burst,
	.tx_refusal = pcap_refusal,
};
