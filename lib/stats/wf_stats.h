/* SPDX-License-Identifier: BSD-3-Clause
 * Counters of one worker: one bank that the worker writes, one that the control core reads.
 *
 * At a loop boundary the worker switches banks when asked (wf_stats_turn), which costs it a few
 * stores whatever the number of links; the control core then adds the idle bank to its totals and
 * clears it. So a snapshot is exact, and nobody copies while packets wait.
 */
#ifndef WF_STATS_H
#define WF_STATS_H

#include <stdatomic.h>

#include "wf_drop.h"
#include "wf_hist.h"

struct wf_count {
	uint64_t packets;
	uint64_t bytes;
};

static inline void
wf_count_add(struct wf_count *c, uint32_t len_bytes)
{
	c->packets++;
	c->bytes += len_bytes;
}

static inline void
wf_count_merge(struct wf_count *dst, const struct wf_count *src)
{
	dst->packets += src->packets;
	dst->bytes += src->bytes;
}

/* What is counted alike for a direction and for a class of it. */
struct wf_flow_counts {
	struct wf_count rx;
	struct wf_count tx;
	struct wf_count dup_created;
	struct wf_count forged;
	struct wf_count grown, cut; /* packets whose length was changed, and by how much in all */
	struct wf_count marked;     /* Congestion Experienced, by a queue or by loss */
	struct wf_count corrupted;  /* bits flipped, or cut short by `corrupt` */
	struct wf_count dropped[WF_DROP_COUNT]; /* [0] is unused */
};

struct wf_dir_stats {
	struct wf_flow_counts c;
	struct wf_count handed_out; /* to another worker's ring */
	struct wf_count handed_in;  /* from another worker's ring */
	struct wf_count held; /* gauge: all that is not yet sent or dropped, set when banks turn */
	struct wf_count resent; /* by the link, each time */
	uint64_t clamped;       /* packets released later than their own delay to keep order */
	uint64_t clamped_ns;    /* by how much in all: the bias */
	uint64_t fallback;      /* packets whose flow found no room in the table */
	struct wf_hist delay;   /* transmit - receive */
	struct wf_hist error;   /* transmit - intended release */
};

struct wf_class_stats {
	struct wf_flow_counts c;
	uint64_t flows; /* gauge: flows in the table, set when banks turn */
};

/* When packets of a class left. Apart from its counters, because it is large, and only kept for
 * classes that somebody configured. */
struct wf_class_times {
	struct wf_hist delay; /* as of a direction */
	struct wf_hist error;
};

struct wf_worker_stats {
	uint64_t loops;
	uint64_t busy_cycles, total_cycles;
	wf_ns_t stall_max_ns; /* longest turn of the loop */
};

struct wf_bank {
	wf_ns_t time_ns; /* when the bank was closed */
	struct wf_worker_stats worker;
	struct wf_dir_stats *dir;     /* [n_dirs] */
	struct wf_class_stats *class; /* [n_classes]: by class slot */
	/* [n_classes]; NULL: not kept of this class. Control stores once, with release; partner:
	 * wf_bank_times. */
	struct wf_class_times *_Atomic *times;
};

struct wf_stats {
	/* Worker writes. */
	struct wf_bank *now WF_CACHE_ALIGNED; /* the bank to count in */
	uint32_t active;
	_Atomic uint32_t turned; /* release; partner: wf_stats_turned */
	/* Control writes. */
	_Atomic uint32_t wanted WF_CACHE_ALIGNED; /* release; partner: wf_stats_turn_wanted */
	/* Nobody writes after the start. */
	struct wf_bank bank[2] WF_CACHE_ALIGNED;
	uint32_t n_dirs, n_classes;
};

struct wf_stats *wf_stats_new(uint32_t n_dirs, uint32_t n_classes);
void wf_stats_free(struct wf_stats *s);

/* Control: from now on times are kept of the class, in both banks. 0 or -ENOMEM. */
int wf_stats_time_class(struct wf_stats *s, uint32_t class);
/* NULL: they are not kept. */
static inline struct wf_class_times *
wf_bank_times(const struct wf_bank *b, uint32_t class)
{
	return atomic_load_explicit(&b->times[class], memory_order_acquire);
}

/* Worker: has the control core asked for a turn that has not been made? A hand-off ring may have
 * told the worker before the control core did (another worker has turned), so that it is ahead. */
static inline bool
wf_stats_turn_wanted(const struct wf_stats *s)
{
	return (int32_t)(atomic_load_explicit(&s->wanted, memory_order_acquire) -
			 atomic_load_explicit(&s->turned, memory_order_relaxed)) > 0;
}
/* Worker: number of the turn in which it counts now. */
static inline uint32_t
wf_stats_epoch(const struct wf_stats *s)
{
	return atomic_load_explicit(&s->turned, memory_order_relaxed);
}
/* Worker: closes the active bank (the caller has set its gauges) and goes on in the other. */
void wf_stats_turn(struct wf_stats *s, wf_ns_t now_ns);

/* Control: asks for a turn; the idle bank must be clear. */
void wf_stats_ask(struct wf_stats *s);
/* Control: has it happened? Then wf_stats_idle() may be read and must be cleared. */
bool wf_stats_turned(const struct wf_stats *s);
struct wf_bank *wf_stats_idle(struct wf_stats *s);

/* dst += src, gauges included (sum over workers): clear the totals' gauges first. */
void wf_dir_stats_merge(struct wf_dir_stats *dst, const struct wf_dir_stats *src);
void wf_class_stats_merge(struct wf_class_stats *dst, const struct wf_class_stats *src);
void wf_dir_stats_init(struct wf_dir_stats *d);

/* Empty ones, for the caller to free; NULL: out of memory. */
struct wf_class_times *wf_class_times_new(void);
/* Empties them. What is empty is not touched: most of its pages have never been. */
void wf_class_times_clear(struct wf_class_times *t);
void wf_class_times_merge(struct wf_class_times *dst, const struct wf_class_times *src);

#endif
