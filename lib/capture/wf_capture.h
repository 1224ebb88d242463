/* SPDX-License-Identifier: BSD-3-Clause
 * A capture of what flows: workers copy packets into rings, and a thread of its own takes them to
 * files. A full ring loses the packet for the capture, which counts it; no packet waits.
 *
 * Control thread: new, look, end. Worker: its own tap, from when it has been given it until it has
 * let go.
 */
#ifndef WF_CAPTURE_H
#define WF_CAPTURE_H

#include "wf_capture_file.h"
#include "wf_capture_ring.h"
#include "wf_filter.h"

/* A worker's end. */
struct wf_capture_tap {
	struct wf_capture_ring ring;
	const struct wf_filter *filter; /* NULL: all */
	uint32_t first_dir, end_dir;    /* directions that are wanted */
	uint32_t snaplen;
	_Atomic uint64_t *missed; /* by interface; the worker alone stores, relaxed */
};

/* A packet as a worker sees it. */
struct wf_capture_seen {
	uint32_t dir;
	enum wf_capture_point point;
	uint8_t cause; /* enum wf_drop */
	uint32_t marks;
	const uint8_t *data;     /* first bytes, for the filter */
	uint32_t readable_bytes; /* there; 0: the packet is not there any more */
	uint32_t frame_bytes;    /* that can be copied, in however many pieces */
	uint32_t len_bytes;
	wf_ns_t time_ns, rx_ns, due_ns;
};

/* Where the first cap_bytes of the frame are to be copied, before wf_capture_publish. NULL: it is
 * not wanted, or missed. */
struct wf_capture_record *wf_capture_reserve(
	struct wf_capture_tap *t, const struct wf_capture_seen *s);
static inline void
wf_capture_publish(struct wf_capture_tap *t)
{
	wf_capture_ring_publish(&t->ring);
}

enum wf_capture_state { WF_CAPTURE_RUNS, WF_CAPTURE_ENDED, WF_CAPTURE_FAILED };

struct wf_capture_status {
	enum wf_capture_state state;
	int error; /* of WF_CAPTURE_FAILED: -errno */
	char name[WF_CAPTURE_NAME];
	uint32_t file; /* number of the last one */
	bool rotates;
	uint64_t bytes;
	uint64_t captured, missed; /* packets, at all interfaces */
};

struct wf_capture;

/* Opens the file and starts the thread, or neither (o->put). NULL with reasons. */
struct wf_capture *wf_capture_new(const struct wf_capture_options *o, const struct wf_conf *conf,
	uint32_t n_taps, wf_ns_t base_ns, struct wf_err *err);
struct wf_capture_tap *wf_capture_tap(struct wf_capture *c, uint32_t i);
/* With o->put: tells of so many records at most, from the oldest on. Returns of how many. */
uint32_t wf_capture_take(struct wf_capture *c, uint32_t most);
/* Becomes readable when it cannot go on. */
int wf_capture_fd(const struct wf_capture *c);
void wf_capture_status(const struct wf_capture *c, struct wf_capture_status *out);
/* No worker has a tap any more: what is in the rings goes to the file, which ends. Its counts can
 * still be asked for. */
void wf_capture_end(struct wf_capture *c);
void wf_capture_free(struct wf_capture *c);

#endif
