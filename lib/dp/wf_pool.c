/* SPDX-License-Identifier: BSD-3-Clause
 * The mbuf pool. Every frame fits into one mbuf, jumbo frames too: chains are only met where a
 * driver makes them. Control thread; the operations on packets run on workers.
 */
#include "wf_pool.h"

#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_mbuf_pool_ops.h>
#include <string.h>

#include "wf_store_value.h"

/* As small as DPDK's drivers expect it. */
#define ROOM_MIN RTE_MBUF_DEFAULT_DATAROOM
/* The wheel's and the pipeline's own memory for one held packet, beside its buffer. */
#define HELD_BYTES 64

/* Bits of WF_CAPTURE_COPY ... */
enum { MARK_COPY, MARK_CORRUPTED, MARK_CHANGED, MARK_MADE };

/* Who is marked is not held by value: only while somebody reads marks. */
static inline uint64_t
mark(const struct wf_pool *p, int what)
{
	return WF_UNLIKELY(atomic_load_explicit(&p->marking, memory_order_relaxed)) ? p->marks[what]
										    : 0;
}

/* More than once is as good. 0 or -errno with a reason. */
static int
reserve_marks(struct wf_pool *p, struct wf_err *err)
{
	static const struct rte_mbuf_dynflag flags[] = { { .name = "wf_copy" },
		{ .name = "wf_corrupted" }, { .name = "wf_changed" }, { .name = "wf_made" } };

	for (size_t i = 0; i < RTE_DIM(flags); i++) {
		int bit = rte_mbuf_dynflag_register(&flags[i]);

		if (bit < 0)
			return wf_err_add(err, NULL, NULL, "no flag of packet buffers is left: %s",
				rte_strerror(rte_errno));
		p->marks[i] = 1ull << bit;
	}
	return 0;
}

static uint32_t
room(uint32_t frame_bytes)
{
	uint32_t bytes = RTE_ALIGN_CEIL(frame_bytes, RTE_CACHE_LINE_SIZE);

	return RTE_PKTMBUF_HEADROOM + RTE_MAX(bytes, (uint32_t)ROOM_MIN);
}

uint32_t
wf_pool_element_bytes(uint32_t frame_bytes)
{
	return rte_mempool_calc_obj_size(
		       (uint32_t)sizeof(struct rte_mbuf) + room(frame_bytes), 0, NULL) +
	       HELD_BYTES;
}

/* As rte_pktmbuf_pool_create, but without hugepages a buffer may lie across pages: virtual devices
 * only copy, and one buffer a page would waste 40 % of the memory. */
static struct rte_mempool *
create(uint32_t n, uint32_t room_bytes)
{
	struct rte_pktmbuf_pool_private priv = { .mbuf_data_room_size = (uint16_t)room_bytes };
	struct rte_mempool *mp = rte_mempool_create_empty("wf_pool", n,
		(uint32_t)sizeof(struct rte_mbuf) + room_bytes, WF_POOL_CACHE, sizeof(priv),
		SOCKET_ID_ANY, rte_eal_has_hugepages() ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG);

	if (!mp)
		return NULL;
	/* Last freed, first used: a ring would pass through the whole pool and find each buffer
	 * cold, a stack touches only as many as are in flight. */
	if (rte_mempool_set_ops_byname(mp, "stack", NULL) != 0) {
		rte_errno = EINVAL;
		rte_mempool_free(mp);
		return NULL;
	}
	rte_pktmbuf_pool_init(mp, &priv);
	if (rte_mempool_populate_default(mp) < 0) {
		rte_mempool_free(mp);
		rte_errno = ENOMEM;
		return NULL;
	}
	rte_mempool_obj_iter(mp, rte_pktmbuf_init, NULL);
	return mp;
}

int
wf_pool_init(struct wf_pool *p, uint64_t hold_bytes, uint32_t reserve, uint32_t frame_bytes,
	bool may_shrink, struct wf_err *err)
{
	struct wf_where where = { .path = "memory" };
	uint64_t held;

	memset(p, 0, sizeof(*p));
	if (reserve_marks(p, err) < 0)
		return -EINVAL;
	if (room(frame_bytes) > UINT16_MAX)
		return wf_err_add(
			err, &where, "Lower `mtu`", "frames of %u bytes are too long", frame_bytes);
	p->element_bytes = wf_pool_element_bytes(frame_bytes);
	held = RTE_MIN(hold_bytes / p->element_bytes, (uint64_t)UINT32_MAX / 2 - reserve);
	for (; held >= WF_BURST; held -= held / 8 + 1) {
		p->n = (uint32_t)held + reserve;
		p->max_held = (uint32_t)held;
		p->mp = create(p->n, room(frame_bytes));
		if (p->mp)
			return 0;
		if (!may_shrink || rte_errno != ENOMEM)
			break;
	}
	if (held < WF_BURST)
		return wf_err_add(err, &where, "Raise `memory`",
			"it holds %llu packets of %u bytes, at least %d are needed",
			(unsigned long long)held, p->element_bytes, WF_BURST);
	wf_err_add(err, &where, "Lower `memory`, or reserve more hugepages",
		"no room for %u packet buffers of %u bytes: %s", p->n, p->element_bytes,
		rte_strerror(rte_errno));
	return -ENOMEM;
}

void
wf_pool_fini(struct wf_pool *p)
{
	rte_mempool_free(p->mp);
	p->mp = NULL;
}

uint64_t
wf_pool_in_use(const struct wf_pool *p)
{
	return rte_mempool_in_use_count(p->mp);
}

static void
free_packets(void *ctx, void *const *pkts, uint32_t n)
{
	rte_pktmbuf_free_bulk((struct rte_mbuf **)(uintptr_t)pkts, n);
}

/* A copy, not a clone: it may be sent, changed and freed without a thought of the original. */
static void *
copy_packet(void *ctx, void *pkt)
{
	struct wf_pool *p = ctx;
	struct rte_mbuf *m = rte_pktmbuf_copy(pkt, p->mp, 0, UINT32_MAX);

	if (m)
		m->ol_flags |= mark(p, MARK_COPY);
	return m;
}

static void
corrupted(void *ctx, void *pkt)
{
	((struct rte_mbuf *)pkt)->ol_flags |= mark(ctx, MARK_CORRUPTED);
}

/* A copy where somebody else holds the bytes too. Of a chain only the first piece can be changed,
 * and not its length. */
static void *
writable(void *ctx, void *pkt, struct wf_frame *f)
{
	struct wf_pool *p = ctx;
	struct rte_mbuf *m = pkt;

	if (WF_UNLIKELY(rte_mbuf_refcnt_read(m) > 1 || !RTE_MBUF_DIRECT(m))) {
		m = rte_pktmbuf_copy(pkt, p->mp, 0, UINT32_MAX);
		if (m == NULL)
			return NULL;
		rte_pktmbuf_free(pkt);
	}
	m->ol_flags |= mark(p, MARK_CHANGED);
	f->data = rte_pktmbuf_mtod(m, uint8_t *);
	f->readable_bytes = m->data_len;
	f->room_bytes = m->data_len + (m->nb_segs == 1 ? rte_pktmbuf_tailroom(m) : 0);
	return m;
}

static void
resize(void *ctx, void *pkt, uint32_t n, uint32_t len_bytes)
{
	struct rte_mbuf *m = pkt;

	m->pkt_len += n - m->data_len;
	m->data_len = (uint16_t)n;
}

static void *
make(void *ctx, const uint8_t *data, uint32_t len_bytes)
{
	struct wf_pool *p = ctx;
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->mp);
	void *at = m ? rte_pktmbuf_append(m, (uint16_t)len_bytes) : NULL;

	if (at) {
		memcpy(at, data, len_bytes);
		m->ol_flags |= mark(p, MARK_MADE);
	} else {
		rte_pktmbuf_free(m);
	}
	return at ? m : NULL;
}

/* An mbuf of ours, in one piece, that nobody else holds, without a mark: all that matters of it is
 * its bytes. (Behind them its room goes on, or else it is not for us.) */
static inline bool
is_only_bytes(const struct wf_pool *p, const struct rte_mbuf *m)
{
	return m->ol_flags == 0 && m->pool == p->mp && m->nb_segs == 1 &&
	       rte_mbuf_refcnt_read(m) == 1 &&
	       m->data_off + RTE_ALIGN_CEIL((uint32_t)m->data_len, RTE_CACHE_LINE_SIZE) <=
		       m->buf_len;
}

static void
bytes_of(void *ctx, void *const *pkts, uint32_t n, const uint8_t **data)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct rte_mbuf *m = pkts[i];

		data[i] = is_only_bytes(ctx, m) ? rte_pktmbuf_mtod(m, const uint8_t *) : NULL;
	}
}

static void *
buffer(void *ctx, uint8_t **memory, uint32_t *bytes)
{
	struct wf_pool *p = ctx;
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->mp);

	static_assert(sizeof(struct rte_mbuf) % RTE_CACHE_LINE_SIZE == 0, "as mbufs are");
	if (m == NULL)
		return NULL;
	*memory = m->buf_addr;
	*bytes = m->buf_len;
	return m;
}

/* All at once where there are as many, one by one otherwise. */
static uint32_t
make_bulk(void *ctx, const struct wf_held *h, uint32_t n, void **pkts, uint32_t again)
{
	struct wf_pool *p = ctx;
	struct rte_mbuf **m = (struct rte_mbuf **)(void *)pkts;

	if (again < n && WF_UNLIKELY(rte_pktmbuf_alloc_bulk(p->mp, m + again, n - again) != 0)) {
		uint32_t some = again;

		while (some < n && (m[some] = rte_pktmbuf_alloc(p->mp)) != NULL)
			some++;
		n = some;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t len_bytes = wf_value_len(h[i].len_bytes);

		m[i]->data_off = RTE_PKTMBUF_HEADROOM;
		wf_value_copy(rte_pktmbuf_mtod(m[i], uint8_t *), h[i].pkt, len_bytes);
		m[i]->data_len = (uint16_t)len_bytes;
		m[i]->pkt_len = len_bytes;
	}
	return n;
}

struct wf_pkt_ops
wf_pool_ops(struct wf_pool *p)
{
	return (struct wf_pkt_ops){ .free = free_packets,
		.clone = copy_packet,
		.writable = writable,
		.resize = resize,
		.make = make,
		.corrupted = corrupted,
		.bytes = bytes_of,
		.buffer = buffer,
		.make_bulk = make_bulk,
		.ctx = p };
}
