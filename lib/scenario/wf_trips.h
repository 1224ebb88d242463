/* SPDX-License-Identifier: BSD-3-Clause
 * Round trips of TCP connections as their clients have them, read off the packets on the client's
 * side of a link: from its first SYN to the first SYN/ACK that leaves towards it, and from the
 * first byte of what it asks to the first new byte that leaves towards it. What is sent again
 * begins nothing anew, so a trip lasts as long as whoever waits has waited. Connections are known
 * from their SYN on. Memory is bounded. One thread.
 */
#ifndef WF_TRIPS_H
#define WF_TRIPS_H

#include "wf_types.h"

enum wf_trip_kind { WF_TRIP_HANDSHAKE, WF_TRIP_RESPONSE, WF_TRIP_KINDS };
enum wf_trip_end {
	WF_TRIP_ANSWERED,
	WF_TRIP_REFUSED,    /* a SYN, by RST */
	WF_TRIP_UNANSWERED, /* the connection has ended, or is forgotten */
	WF_TRIP_WAITING,    /* at the end of all */
};

struct wf_trip {
	enum wf_trip_kind kind;
	enum wf_trip_end end;
	uint32_t dir; /* through which its client sends */
	wf_ns_t begun_ns, took_ns;
};

/* A packet that came into a direction, or left it. */
struct wf_trips_packet {
	uint32_t dir; /* link * 2 + side */
	bool came;
	wf_ns_t ns;
	const uint8_t *data; /* headers at least; NULL: nothing of it is there */
	uint32_t readable_bytes, len_bytes;
};

#define WF_TRIPS_CONNECTIONS 65536 /* more than these: some are forgotten */

struct wf_trips;

/* `told` of each trip that is over. NULL: out of memory. */
struct wf_trips *wf_trips_new(void (*told)(void *ctx, const struct wf_trip *trip), void *ctx);
void wf_trips_free(struct wf_trips *t);
void wf_trips_see(struct wf_trips *t, const struct wf_trips_packet *p);
/* It is over: tells of those that are still waited for. */
void wf_trips_end(struct wf_trips *t, wf_ns_t end_ns);

#endif
