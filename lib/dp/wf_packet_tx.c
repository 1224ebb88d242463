/* SPDX-License-Identifier: BSD-3-Clause
 * Transmit on a packet socket's ring. Worker threads.
 *
 * The kernel (tpacket_snd) goes through the slots that ask to be sent. It marks one that it takes
 * `sending`, and `available` when the frame has left; one that it can't send it leaves as it was,
 * or marks `wrong format`, returns the error and starts there again the next time. So after a
 * send() the first slot that was not taken and the error tell all: that packet, or all behind it
 * too, are withdrawn.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_mbuf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "wf_packet_queue.h"
#include "wf_tpacket.h"
#include "wf_txq.h"

static inline struct tpacket2_hdr *
slot_at(const struct wf_packet_queue *q, uint32_t i)
{
	return (struct tpacket2_hdr *)(q->tx + (uint64_t)(i & q->tx_mask) * q->slot_bytes);
}

/* Acquire and release: partner is the kernel, to which a slot belongs in between. */
static inline uint32_t
status_of(const struct wf_packet_queue *q, uint32_t slot)
{
	return __atomic_load_n(&slot_at(q, slot)->tp_status, __ATOMIC_ACQUIRE);
}

static inline void
set_status(struct wf_packet_queue *q, uint32_t slot, uint32_t status)
{
	__atomic_store_n(&slot_at(q, slot)->tp_status, status, __ATOMIC_RELEASE);
}

static inline struct wf_packet_flight *
flight_at(struct wf_packet_queue *q, uint32_t i)
{
	return &q->flight[i & q->tx_mask];
}

bool
wf_packet_runs(int fd)
{
	struct sockaddr_ll at = { 0 };
	socklen_t size = sizeof(at);
	struct ifreq ifr = { 0 };

	if (getsockname(fd, (struct sockaddr *)&at, &size) < 0 || at.sll_ifindex <= 0)
		return false;
	ifr.ifr_ifindex = at.sll_ifindex;
	return ioctl(fd, SIOCGIFNAME, &ifr) == 0 && ioctl(fd, SIOCGIFFLAGS, &ifr) == 0 &&
	       (ifr.ifr_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

/* The frame into the slot to fill next; false: it is longer than that. */
static bool
fill(struct wf_packet_queue *q, struct wf_packet_flight *f)
{
	struct tpacket2_hdr *slot = slot_at(q, q->tx_at);
	uint8_t *to = (uint8_t *)slot + WF_TPACKET_TX_HEAD;

	if (f->m->pkt_len > q->slot_bytes - WF_TPACKET_TX_HEAD)
		return false;
	for (const struct rte_mbuf *m = f->m; m; m = m->next) {
		memcpy(to, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len);
		to += m->data_len;
	}
	slot->tp_len = f->m->pkt_len;
	f->slot = q->tx_at++;
	f->cause = WF_DROP_NONE;
	set_status(q, f->slot, TP_STATUS_SEND_REQUEST);
	return true;
}

static void
refuse(struct wf_packet_queue *q, struct wf_packet_flight *f, wf_ns_t now_ns, enum wf_drop cause)
{
	f->cause = cause;
	f->ns = now_ns;
	atomic_store_explicit(&q->tx_refused,
		atomic_load_explicit(&q->tx_refused, memory_order_relaxed) + 1,
		memory_order_relaxed);
}

/* The first n packets that the kernel has not taken end here; those behind them move up, as the
 * kernel goes on at the slot of the first. */
static void
withdraw(struct wf_packet_queue *q, uint32_t n, wf_ns_t now_ns, enum wf_drop cause)
{
	uint32_t first = UINT32_MAX;

	for (uint32_t i = q->unsent; i != q->put; i++) {
		const struct wf_packet_flight *f = flight_at(q, i);

		if (f->cause != WF_DROP_NONE)
			continue;
		first = first == UINT32_MAX ? f->slot : first;
		set_status(q, f->slot, TP_STATUS_AVAILABLE);
	}
	q->tx_at = first == UINT32_MAX ? q->tx_at : first;
	for (uint32_t i = q->unsent; i != q->put; i++) {
		struct wf_packet_flight *f = flight_at(q, i);

		if (f->cause != WF_DROP_NONE)
			continue;
		if (n > 0) {
			refuse(q, f, now_ns, cause);
			n--;
		} else {
			fill(q, f);
		}
	}
}

/* Goes past what the kernel has taken. Is anything left that it has not? */
static bool
advance(struct wf_packet_queue *q, wf_ns_t now_ns)
{
	for (; q->unsent != q->put; q->unsent++) {
		struct wf_packet_flight *f = flight_at(q, q->unsent);

		if (f->cause != WF_DROP_NONE)
			continue;
		if (status_of(q, f->slot) & (TP_STATUS_SEND_REQUEST | TP_STATUS_WRONG_FORMAT))
			return true;
		f->ns = now_ns;
	}
	return false;
}

/* What the interface does not take for now, or never will. */
static void
blocked(struct wf_packet_queue *q, wf_ns_t now_ns, int error)
{
	bool gone = error == ENETDOWN || error == ENXIO || error == ENODEV;

	if (q->refused_since_ns == 0)
		q->refused_since_ns = now_ns;
	q->down = gone || !wf_packet_runs(q->fd);
	if (q->down || now_ns - q->refused_since_ns > WF_TXQ_RETRY_NS)
		withdraw(q, UINT32_MAX, now_ns, q->down ? WF_DROP_port_down : WF_DROP_tx_full);
	advance(q, now_ns);
}

/* Sends what asks to be sent. Has the kernel taken it, or is it withdrawn? */
static bool
kick(struct wf_packet_queue *q)
{
	bool again = false;

	while (q->unsent != q->put) {
		wf_ns_t now_ns = wf_clock_ns(q->clock); /* they leave from now on */
		int error = send(q->fd, NULL, 0, MSG_DONTWAIT) < 0 ? errno : 0;

		if (WF_LIKELY(!advance(q, now_ns))) {
			q->refused_since_ns = 0;
			q->down = false;
			return true;
		}
		if (status_of(q, flight_at(q, q->unsent)->slot) & TP_STATUS_WRONG_FORMAT) {
			withdraw(q, 1, now_ns,
				error == EMSGSIZE ? WF_DROP_too_long : WF_DROP_tx_error);
			advance(q, now_ns);
			continue;
		}
		/* That the interface went down is told once more when it is up again: asks again.
		 */
		if (error == ENETDOWN && !again) {
			again = true;
			continue;
		}
		blocked(q, now_ns, error);
		break;
	}
	return q->unsent == q->put;
}

uint16_t
wf_packet_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct wf_packet_queue *q = queue;
	uint16_t taken = 0;

	if (WF_UNLIKELY(q->unsent != q->put) && !kick(q))
		return 0;
	for (; taken < n && q->put - q->done <= q->tx_mask; taken++) {
		struct wf_packet_flight *f = flight_at(q, q->put);

		if (status_of(q, q->tx_at) != TP_STATUS_AVAILABLE)
			break;
		f->m = m[taken];
		if (WF_UNLIKELY(!fill(q, f)))
			refuse(q, f, wf_clock_ns(q->clock), WF_DROP_too_long);
		q->put++;
	}
	if (taken > 0)
		kick(q);
	return taken;
}

enum wf_drop
wf_packet_tx_refusal(void *queue)
{
	const struct wf_packet_queue *q = queue;

	return q->down ? WF_DROP_port_down : WF_DROP_tx_full;
}

uint16_t
wf_packet_tx_done(void *queue, struct wf_tx_end *end, uint16_t n)
{
	struct wf_packet_queue *q = queue;
	struct rte_mbuf *sent[WF_BURST];
	uint32_t n_sent = 0;
	uint16_t k = 0;

	for (; k < n && q->done != q->unsent; k++) {
		struct wf_packet_flight *f = flight_at(q, q->done);

		if (f->cause == WF_DROP_NONE) {
			if (WF_LIKELY(f->slot != WF_PACKET_NO_SLOT) &&
				status_of(q, f->slot) != TP_STATUS_AVAILABLE)
				break;
			sent[n_sent++] = f->m;
			if (n_sent == WF_BURST) {
				rte_pktmbuf_free_bulk(sent, n_sent);
				n_sent = 0;
			}
		}
		end[k] = (struct wf_tx_end){ .ns = f->ns, .cause = f->cause };
		q->done++;
	}
	rte_pktmbuf_free_bulk(sent, n_sent);
	return k;
}

void
wf_packet_adopt(struct wf_packet_queue *q)
{
	/* Acquire: partner is packet_rebind. */
	struct wf_packet_rings *next = atomic_load_explicit(&q->next, memory_order_acquire), old;
	wf_ns_t now_ns = wf_clock_ns(q->clock);

	if (!next)
		return;
	for (uint32_t i = q->done; i != q->put; i++) {
		struct wf_packet_flight *f = flight_at(q, i);

		if (f->cause != WF_DROP_NONE || f->slot == WF_PACKET_NO_SLOT)
			continue;
		switch (status_of(q, f->slot)) {
		case TP_STATUS_AVAILABLE:
			f->slot = WF_PACKET_NO_SLOT;
			break;
		case TP_STATUS_SENDING:
			refuse(q, f, now_ns, WF_DROP_tx_unknown);
			break;
		default:
			refuse(q, f, now_ns, WF_DROP_port_down);
		}
	}
	q->unsent = q->put;
	old = (struct wf_packet_rings){ .fd = q->fd, .rx = q->rx, .tx = q->tx };
	q->fd = next->fd;
	q->rx = next->rx;
	q->tx = next->tx;
	q->rx_at = next->at;
	q->tx_at = 0;
	*next = old;
	atomic_store_explicit(&q->next, NULL, memory_order_relaxed);
	atomic_store_explicit(&q->old, next, memory_order_release); /* partner: packet_rebind */
}

uint32_t
wf_packet_tx_room(const void *queue)
{
	const struct wf_packet_queue *q = queue;

	return q->tx_mask + 1;
}
