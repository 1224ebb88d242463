/* SPDX-License-Identifier: BSD-3-Clause
 * Whose packet is it? Fragments belong to the flow of the first of their datagram, and with `inner`
 * a packet in a tunnel is its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "wf_pipe_inside.h"

#define S    WF_NS_PER_S
#define LOST "{ name = \"x\"; match = { port = \"7\"; }; ab = { blackhole = true; }; }"

static void
in(struct bench *b, const struct wf_rx *rx, uint32_t n)
{
	wf_pipe_in(b->pipe, b->plan, 0, rx, n, true);
	bench_drain(b);
}

/* A fragment of datagram `id`, at `offset` in 8 bytes, with source port `port` if it is the first.
 */
static struct wf_rx
fragment(struct bench *b, uint16_t id, uint16_t offset, uint32_t port)
{
	struct bench_packet p = { .ns = b->now_ns, .flow = offset == 0 ? port : 99, .len = 64 };
	struct wf_rx rx;
	uint8_t *f;

	bench_rx(b, &p, &rx);
	f = (uint8_t *)(uintptr_t)rx.data;
	f[18] = (uint8_t)(id >> 8);
	f[19] = (uint8_t)id;
	f[20] = (uint8_t)(0x20 | offset >> 8);
	f[21] = (uint8_t)offset;
	return rx;
}

static void
one(struct bench *b, uint16_t id, uint16_t offset, uint32_t port)
{
	struct wf_rx rx = fragment(b, id, offset, port);

	in(b, &rx, 1);
}

static uint64_t
matched(struct bench *b)
{
	bench_check(b);
	return bench_class(b, 0, "x")->c.rx.packets;
}

static void
fragments_follow_the_first_of_their_datagram(void **state)
{
	struct bench *b = bench_new(bench_text("", "", LOST), NULL);

	one(b, 1, 0, 7);
	one(b, 2, 0, 8);
	one(b, 1, 1, 0);
	one(b, 2, 1, 0);
	one(b, 1, 2, 0);
	assert_int_equal(matched(b), 3);
	assert_int_equal(b->n_out, 2);
	assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), 2);
	bench_free(b);
}

static void
without_the_first_they_are_a_flow_without_ports(void **state)
{
	struct bench *b = bench_new(bench_text("", "", LOST), NULL);

	one(b, 1, 1, 0);
	one(b, 2, 1, 0);
	assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), 1);
	one(b, 1, 0, 7); /* too late for that one */
	one(b, 1, 2, 0);
	assert_int_equal(matched(b), 2);
	bench_free(b);
}

static void
a_datagram_is_forgotten_after_a_while(void **state)
{
	struct bench *b = bench_new(bench_text("", "", LOST), NULL);

	one(b, 1, 0, 7);
	b->now_ns += 30 * S;
	one(b, 1, 1, 0);
	assert_int_equal(matched(b), 2);
	b->now_ns += 2;
	one(b, 1, 2, 0);
	assert_int_equal(matched(b), 2);
	one(b, 1, 0, 8); /* the identification comes round */
	one(b, 1, 1, 0);
	assert_int_equal(matched(b), 2);
	bench_free(b);
}

static void
the_table_is_bounded(void **state)
{
	struct bench *b = bench_new(bench_text("", "", LOST), NULL);

	for (uint32_t id = 0; id < 65536; id++)
		one(b, (uint16_t)id, 0, 7);
	for (uint32_t id = 0; id < 65536; id++)
		one(b, (uint16_t)id, 1, 0);
	assert_in_range(matched(b) - 65536, 2000, 4096);
	bench_free(b);
}

static void
in_one_burst_or_in_many_it_is_the_same(void **state)
{
	struct bench *b = bench_new(bench_text("", "", LOST), NULL);
	struct wf_rx rx[6] = { fragment(b, 1, 1, 0), fragment(b, 1, 0, 7), fragment(b, 1, 1, 0),
		fragment(b, 1, 0, 8), fragment(b, 1, 1, 0), fragment(b, 2, 1, 0) };

	in(b, rx, 6);
	assert_int_equal(matched(b), 2);
	assert_int_equal(b->n_out, 4);
	bench_free(b);
}

static void
the_owner_of_the_first_owns_them_all(void **state)
{
	struct bench *b = bench_new(bench_text("loss = \"1%\";", "", ""), NULL);
	uint32_t seen = 0;

	for (uint16_t id = 0; id < 64; id++) {
		struct bench_packet whole = { .ns = b->now_ns, .flow = id, .len = 64 };
		struct wf_rx rx[3] = { fragment(b, id, 0, id), fragment(b, id, 1, 0) };
		const struct wf_identity *who[WF_BURST];
		uint32_t owner[WF_BURST];

		bench_rx(b, &whole, &rx[2]);
		assert_int_equal(wf_pipe_owners(b->pipe, b->plan, 0, rx, 3, 4, owner, who), 3);
		assert_int_equal(owner[1], owner[0]);
		assert_int_equal(owner[2], owner[0]);
		assert_false(who[0]->known); /* the owner has to remember the first */
		assert_false(who[1]->known);
		assert_true(who[2]->known);
		seen |= 1u << owner[0];
		in(b, rx, 3);
	}
	assert_int_equal(seen, 15);
	assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), 64);
	bench_check(b);
	bench_free(b);
}

/* ---- Tunnels ---- */

/* UDP from port 5 to port 80, in GRE between the same hosts. */
static struct wf_rx
gre(struct bench *b, uint8_t sport)
{
	struct bench_packet p = { .ns = b->now_ns, .len = 64 };
	struct wf_rx rx;
	uint8_t *f;

	bench_rx(b, &p, &rx);
	f = (uint8_t *)(uintptr_t)rx.data;
	f[23] = 47;
	memcpy(f + 34, "\0\0\x08\0\x45\0\0\x1c\0\0\0\0\x40\x11", 14);
	memcpy(f + 34 + 4 + 20, "\0\0\0\x50", 4);
	f[34 + 4 + 21] = sport;
	return rx;
}

static void
tunnels_are_opened_on_request(void **state)
{
	static const char *const with[] = { "", "inner = true;" };

	for (int i = 0; i < 2; i++) {
		char text[1000];
		struct bench *b;

		snprintf(text, sizeof(text),
			"ports = ( { name = \"a\"; device = \"net_null0\"; },"
			" { name = \"b\"; device = \"net_null1\"; } );"
			"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; %s ab = {};"
			" classes = ( " LOST " ); } );",
			with[i]);
		b = bench_new(text, NULL);
		for (uint8_t port = 6; port < 9; port++) {
			struct wf_rx rx = gre(b, port);

			in(b, &rx, 1);
		}
		assert_int_equal(matched(b), i);
		assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), i ? 3 : 1);
		bench_free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragments_follow_the_first_of_their_datagram),
		cmocka_unit_test(without_the_first_they_are_a_flow_without_ports),
		cmocka_unit_test(a_datagram_is_forgotten_after_a_while),
		cmocka_unit_test(the_table_is_bounded),
		cmocka_unit_test(in_one_burst_or_in_many_it_is_the_same),
		cmocka_unit_test(the_owner_of_the_first_owns_them_all),
		cmocka_unit_test(tunnels_are_opened_on_request),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
