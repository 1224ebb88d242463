/* SPDX-License-Identifier: BSD-3-Clause
 * All that is known at one instant, added up over the workers: what the stats document, the final
 * report and the tests read. Control threads only; plain data, no pointers into the data path.
 */
#ifndef WF_SNAPSHOT_H
#define WF_SNAPSHOT_H

#include "wf_snap_replay.h"
#include "wf_stats.h"

/* What came and left in some time: rates follow from it. */
struct wf_passed {
	struct wf_count rx, tx;
};

struct wf_snap_class {
	char name[WF_NAME_MAX];
	struct wf_class_stats s;
	struct wf_class_times *times;         /* its own; NULL: not kept */
	struct wf_passed since_reset, lately; /* in since_reset_ns and interval_ns */
};

struct wf_snap_dir {
	struct wf_dir_stats s;  /* totals since start or reset */
	struct wf_count queued; /* held + in hand-off rings */
	/* In since_reset_ns, without what was held at the reset, and in interval_ns. */
	struct wf_passed since_reset, lately;
	int64_t unaccounted_packets, unaccounted_bytes;
	wf_ns_t on_time_ns; /* a p99 of the release error up to this doesn't matter */
	uint32_t n_classes;
	struct wf_snap_class *classes; /* [0] is "default" */
};

struct wf_snap_link {
	char name[WF_NAME_MAX];
	char port[2][WF_NAME_MAX];
	struct wf_snap_dir dir[2];
};

/* The file that a port writes. */
struct wf_snap_written {
	uint64_t packets, missed; /* both together are what was sent to it, a moment later */
	uint64_t file_bytes;
	bool failed; /* it could not be written to its end */
};

struct wf_snap_port {
	char name[WF_NAME_MAX];
	char device[WF_NAME_MAX];
	const char *kind;                    /* "dpdk", "packet"; NULL: nobody says */
	uint32_t queues, rx_slots, tx_slots; /* queue pairs, and the sizes of their rings */
	const char *arrival; /* when frames came is known by the card's stamps ("hardware"), by
				others ("stamped"), or within bounds by the polls that found them
				("polled"); NULL: nobody says */
	const char *release; /* who lets frames go at their time: "software"; NULL: nobody says */
	const char *spread;  /* how it shares what it receives out over queues: "symmetric rss",
				"rss", "kernel" (its channels, or a group of sockets), "none";
				NULL: nobody says */
	bool link_up;        /* packets can go out */
	char state[16];      /* up, down, no carrier, gone, moved, replaced, outage */
	uint64_t rx_missed, rx_nombuf, rx_errors, tx_errors;
	bool sinks;           /* what is sent to it ends there ... */
	struct wf_count sunk; /* ... as it counts by itself, a moment later than its link */
	bool writes;          /* ... or goes to a file: */
	struct wf_snap_written written;
	struct wf_snap_replay *replay; /* that it has the capture of; NULL: none */
	/* Of the host's interface that it stands on, where it stands on one: */
	char hostif[WF_NAME_MAX]; /* as it is called now; "": none */
	bool gone;                /* it isn't in our namespace any more */
	uint32_t mtu;             /* as it is now */
	uint32_t mtu_before;      /* as it was at the start or the last reset */
	uint64_t downs;           /* how often it went down, lost its carrier or went away */
};

struct wf_snap_worker {
	unsigned lcore;   /* the core it runs on */
	bool shares_core; /* with the control thread: it yields, timing is coarse */
	const char *idle; /* what it does without work; NULL: no live worker */
	double busy_ratio;
	uint64_t loops;
	wf_ns_t stall_max_ns;
	wf_ns_t cpu_ns; /* that it was given of its core */
};

/* Captures that were read, and what had to be mended or left out. */
#define WF_SNAP_SKIPPED 8
/* More packets out of place than this, and nobody knows when anything was. */
#define WF_SNAP_OUT_OF_PLACE 0.01
struct wf_snap_input {
	uint64_t packets;
	uint64_t clamped;      /* of them: times a little before their predecessor's */
	uint64_t out_of_place; /* of them: times of which nobody knows the right one */
	uint64_t untimed;      /* of them: the file has no times */
	uint64_t converted;    /* of them: made Ethernet */
	uint64_t no_side;      /* left out: of which direction, nobody can say */
	uint64_t malformed;    /* left out: shorter than their own header */
	struct wf_snap_skipped {
		char what[32];
		uint64_t packets;
	} skipped[WF_SNAP_SKIPPED]; /* left out: of another link type */
};

/* Lateness that nobody can tell from none: the least on_time_ns. */
#define WF_ON_TIME_NS (50 * WF_NS_PER_US)

/* Longest turn of a worker's loop that a run may have. */
#define WF_STALL_NS (100 * WF_NS_PER_MS)

/* Why the run can't be trusted, and what to do about it. */
struct wf_reason {
	char text[160];
	char remedy[240];
};

struct wf_snapshot {
	bool live; /* false: offline; then ports' and workers' parts are left out */
	wf_ns_t time_ns, uptime_ns;
	wf_ns_t since_reset_ns; /* counts are of this time; uptime_ns without a reset */
	wf_ns_t interval_ns;    /* the youngest part of it that has rates of its own; live only */
	uint64_t generation, seed;
	uint32_t n_links, n_ports, n_workers;
	struct wf_snap_link *links;
	struct wf_snap_port *ports;
	struct wf_snap_worker *workers;
	uint64_t pool_size, pool_in_use;
	struct wf_snap_input input; /* offline only */
	struct {
		bool any; /* there is or was a capture; of the last one: */
		uint64_t captured, missed;
	} capture; /* live only */
	bool trustworthy;
	uint32_t n_reasons;
	struct wf_reason *reasons;
};

/* A snapshot with room for n_links, n_ports and n_workers, all zero. NULL: out of memory. */
struct wf_snapshot *wf_snapshot_new(uint32_t n_links, uint32_t n_ports, uint32_t n_workers);
/* Room for n classes of one direction. 0 or -ENOMEM. */
int wf_snapshot_classes(struct wf_snap_dir *dir, uint32_t n);
/* Adds to what the class has of them. src NULL: nothing. 0 or -ENOMEM. */
int wf_snapshot_times(struct wf_snap_class *class, const struct wf_class_times *src);
void wf_snapshot_free(struct wf_snapshot *snap);

/* Computes queued's remainder, `unaccounted` of every direction, and the verdict with its reasons:
 * packets lost by the emulator, missed by a port, unaccounted, or released late (p99 beyond
 * on_time_ns). wf_verdict.c. */
void wf_snapshot_judge(struct wf_snapshot *snap);
/* Sums of the absolute values of `unaccounted` over all directions. */
struct wf_count wf_snapshot_unaccounted(const struct wf_snapshot *snap);

#endif
