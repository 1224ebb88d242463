/* SPDX-License-Identifier: BSD-3-Clause
 * Round trips of TCP connections: what begins one and what ends it.
 */
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_tcp.h"
#include "wf_trips.h"

#define MS   WF_NS_PER_MS
#define MOST 16

struct rig {
	struct wf_trips *trips;
	uint32_t n;
	struct wf_trip told[MOST];
};

static void
told(void *ctx, const struct wf_trip *trip)
{
	struct rig *r = ctx;

	assert_true(r->n < MOST);
	r->told[r->n++] = *trip;
}

static void
make(struct rig *r)
{
	*r = (struct rig){ .trips = wf_trips_new(told, r) };
	assert_non_null(r->trips);
}

/* A segment between port 4000 of 10.0.0.1, the client behind a, and port 80 of 10.0.0.2, through
 * link 300; the whole packet is longer than what can be read of it. */
static void
segment(struct rig *r, bool from_client, uint64_t at_ms, uint8_t flags, uint32_t seq, uint32_t data)
{
	uint8_t frame[54] = {
		[12] = 8, [14] = 0x45, [23] = 6, [26] = 10, [30] = 10, [46] = 5 << 4
	};
	uint16_t total = htobe16((uint16_t)(40 + data));
	uint32_t be_seq = htobe32(seq);

	memcpy(frame + 16, &total, sizeof(total));
	frame[29] = from_client ? 1 : 2;
	frame[33] = from_client ? 2 : 1;
	frame[34 + (from_client ? 0 : 2)] = 4000 >> 8;
	frame[35 + (from_client ? 0 : 2)] = 4000 & 255;
	frame[35 + (from_client ? 2 : 0)] = 80;
	memcpy(frame + 38, &be_seq, sizeof(be_seq));
	frame[47] = flags;
	wf_trips_see(r->trips, &(struct wf_trips_packet){ .dir = from_client ? 600 : 601,
				       .came = from_client,
				       .ns = at_ms * MS,
				       .data = frame,
				       .readable_bytes = sizeof(frame),
				       .len_bytes = sizeof(frame) + data });
}

static void
client(struct rig *r, uint64_t at_ms, uint8_t flags, uint32_t seq, uint32_t data)
{
	segment(r, true, at_ms, flags, seq, data);
}

static void
server(struct rig *r, uint64_t at_ms, uint8_t flags, uint32_t seq, uint32_t data)
{
	segment(r, false, at_ms, flags, seq, data);
}

/* The last one told, and no more than so many. */
static void
is(const struct rig *r, uint32_t n, enum wf_trip_kind kind, enum wf_trip_end end, uint64_t begun_ms,
	uint64_t took_ms)
{
	const struct wf_trip *t = &r->told[n - 1];

	assert_int_equal(r->n, n);
	assert_int_equal(t->kind, kind);
	assert_int_equal(t->end, end);
	assert_int_equal(t->dir, 600);
	assert_int_equal(t->begun_ns, begun_ms * MS);
	assert_int_equal(t->took_ns, took_ms * MS);
}

static void
opened(struct rig *r, uint64_t at_ms, uint32_t seq)
{
	client(r, at_ms, WF_TCP_SYN, seq, 0);
	server(r, at_ms, WF_TCP_SYN | WF_TCP_ACK, 0xffffffff, 0);
	client(r, at_ms, WF_TCP_ACK, seq + 1, 0);
}

static void
a_handshake_lasts_from_its_first_syn(void **state)
{
	struct rig r;

	make(&r);
	client(&r, 10, WF_TCP_SYN, 7, 0);
	client(&r, 1010, WF_TCP_SYN, 7, 0);
	assert_int_equal(r.n, 0);
	server(&r, 1050, WF_TCP_SYN | WF_TCP_ACK, 99, 0);
	is(&r, 1, WF_TRIP_HANDSHAKE, WF_TRIP_ANSWERED, 10, 1040);
	server(&r, 1060, WF_TCP_SYN | WF_TCP_ACK, 99, 0);
	client(&r, 1070, WF_TCP_SYN, 7, 0);
	assert_int_equal(r.n, 1);
	/* The same ports again. */
	client(&r, 5000, WF_TCP_SYN, 8, 0);
	server(&r, 5001, WF_TCP_RST | WF_TCP_ACK, 0, 0);
	is(&r, 2, WF_TRIP_HANDSHAKE, WF_TRIP_REFUSED, 5000, 1);
	client(&r, 6000, WF_TCP_SYN, 9, 0);
	client(&r, 7000, WF_TCP_SYN, 10, 0);
	is(&r, 3, WF_TRIP_HANDSHAKE, WF_TRIP_UNANSWERED, 6000, 1000);
	wf_trips_end(r.trips, 9000 * MS);
	is(&r, 4, WF_TRIP_HANDSHAKE, WF_TRIP_WAITING, 7000, 2000);
	wf_trips_end(r.trips, 9999 * MS);
	assert_int_equal(r.n, 4);
	wf_trips_free(r.trips);
}

static void
a_response_is_new_bytes_behind_new_bytes(void **state)
{
	struct rig r;

	make(&r);
	opened(&r, 0, 0xfffffff0);         /* numbers wrap */
	server(&r, 10, WF_TCP_ACK, 0, 50); /* says something unasked */
	assert_int_equal(r.n, 1);
	client(&r, 20, WF_TCP_ACK, 0xfffffff1, 100);
	client(&r, 21, WF_TCP_ACK, 0xfffffff1, 100); /* again */
	client(&r, 22, WF_TCP_ACK, 85, 10);          /* the rest of it */
	server(&r, 30, WF_TCP_ACK, 50, 0);           /* acknowledges */
	server(&r, 31, WF_TCP_ACK, 0, 50);           /* again */
	assert_int_equal(r.n, 1);
	server(&r, 60, WF_TCP_ACK, 50, 1000);
	is(&r, 2, WF_TRIP_RESPONSE, WF_TRIP_ANSWERED, 20, 40);
	server(&r, 61, WF_TCP_ACK, 1050, 1000);
	client(&r, 70, WF_TCP_ACK, 85, 10); /* again */
	server(&r, 71, WF_TCP_ACK, 2050, 1000);
	client(&r, 72, WF_TCP_ACK, 94, 1); /* the last byte, to see whether there is somebody */
	server(&r, 73, WF_TCP_ACK, 3050, 1000);
	assert_int_equal(r.n, 2);
	client(&r, 80, WF_TCP_ACK, 95, 10);
	server(&r, 85, WF_TCP_ACK | WF_TCP_FIN, 4050, 7);
	is(&r, 3, WF_TRIP_RESPONSE, WF_TRIP_ANSWERED, 80, 5);
	wf_trips_end(r.trips, 100 * MS);
	assert_int_equal(r.n, 3);
	wf_trips_free(r.trips);
}

static void
what_is_never_answered_is_told(void **state)
{
	struct rig r;

	make(&r);
	opened(&r, 0, 0);
	client(&r, 1, WF_TCP_ACK, 1, 10);
	server(&r, 2, WF_TCP_FIN | WF_TCP_ACK, 0, 0);
	is(&r, 2, WF_TRIP_RESPONSE, WF_TRIP_UNANSWERED, 1, 1);
	client(&r, 3, WF_TCP_ACK, 11, 10);
	server(&r, 9, WF_TCP_RST, 1, 0);
	is(&r, 3, WF_TRIP_RESPONSE, WF_TRIP_UNANSWERED, 3, 6);
	client(&r, 10, WF_TCP_ACK, 21, 10); /* of nothing that is open */
	opened(&r, 20, 5000);
	client(&r, 21, WF_TCP_ACK, 5001, 10);
	client(&r, 22, WF_TCP_RST, 5011, 0);
	is(&r, 5, WF_TRIP_RESPONSE, WF_TRIP_UNANSWERED, 21, 1);
	opened(&r, 30, 6000);
	client(&r, 31, WF_TCP_ACK, 6001, 10);
	wf_trips_end(r.trips, 40 * MS);
	is(&r, 7, WF_TRIP_RESPONSE, WF_TRIP_WAITING, 31, 9);
	wf_trips_free(r.trips);
}

/* What neither came from a client nor left towards it says nothing; nor does a packet of which
 * there is too little. */
static void
only_the_clients_side_counts(void **state)
{
	struct wf_trips_packet p = { .dir = 600, .came = true };
	struct rig r;

	make(&r);
	segment(&r, true, 1, WF_TCP_SYN | WF_TCP_ACK, 5, 0);
	server(&r, 2, WF_TCP_SYN | WF_TCP_ACK, 99, 0);
	wf_trips_see(r.trips, &p);
	for (uint32_t n = 0; n < 54; n++) {
		uint8_t frame[54] = {
			[12] = 8, [14] = 0x45, [17] = 40, [23] = 6, [46] = 5 << 4, [47] = WF_TCP_SYN
		};

		p.data = frame;
		p.len_bytes = p.readable_bytes = n;
		wf_trips_see(r.trips, &p);
	}
	wf_trips_end(r.trips, 10 * MS);
	assert_int_equal(r.n, 0);
	wf_trips_free(r.trips);
}

static uint64_t n_told[WF_TRIP_WAITING + 1];

static void
count(void *ctx, const struct wf_trip *trip)
{
	n_told[trip->end]++;
}

/* More connections than there is room for: each is told of once, and the newest are kept. */
static void
memory_is_bounded(void **state)
{
	struct wf_trips *t = wf_trips_new(count, NULL);
	uint32_t n = 3 * WF_TRIPS_CONNECTIONS;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t frame[54] = { [12] = 8,
			[14] = 0x45,
			[17] = 40,
			[23] = 6,
			[26] = (uint8_t)(i >> 16),
			[27] = (uint8_t)(i >> 8),
			[28] = (uint8_t)i,
			[46] = 5 << 4,
			[47] = WF_TCP_SYN };

		wf_trips_see(t, &(struct wf_trips_packet){ 0, true, i, frame, 54, 54 });
	}
	assert_in_range(
		n_told[WF_TRIP_UNANSWERED], n - WF_TRIPS_CONNECTIONS, n - WF_TRIPS_CONNECTIONS / 2);
	wf_trips_end(t, n);
	assert_int_equal(n_told[WF_TRIP_UNANSWERED] + n_told[WF_TRIP_WAITING], n);
	wf_trips_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_lasts_from_its_first_syn),
		cmocka_unit_test(a_response_is_new_bytes_behind_new_bytes),
		cmocka_unit_test(what_is_never_answered_is_told),
		cmocka_unit_test(only_the_clients_side_counts),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
