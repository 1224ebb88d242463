/* SPDX-License-Identifier: BSD-3-Clause
 * What `wirefault check` is told in words: each stage's sentence says what its keys mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static void
says(enum wf_block_id id, const char *keys, const char *wanted)
{
	struct rig *r = rig_new_flow_scope(id, keys);
	const char *note = r->forecast.note[id];

	assert_int_equal(r->variant > 0, 1);
	assert_non_null(note);
	assert_string_equal(note, wanted);
	rig_free(r);
}

static void
resets(void **state)
{
	says(WF_BLOCK_RESET, "",
		"100 % of TCP segments with data reset their connection; both ends are told");
	says(WF_BLOCK_RESET, "p=1% on=syn to=sender",
		"1 % of TCP segments with SYN reset their connection; the sender is told");
	says(WF_BLOCK_RESET, "on=any to=receiver after_packets=5 after_bytes=9kB after=2s",
		"100 % of TCP segments reset their connection, after 5 segments, after 9kB of "
		"data, after 2s; the receiver is told");
}

static void
icmp(void **state)
{
	says(WF_BLOCK_UNREACHABLE, "p=2%",
		"2 % of UDP packets end here, and their senders are told \"port unreachable\" by "
		"ICMP");
	says(WF_BLOCK_UNREACHABLE, "proto=any code=admin",
		"100 % of IP packets end here, and their senders are told \"administratively "
		"prohibited\" by ICMP");
	says(WF_BLOCK_MTU, "mtu=1000",
		"IPv4 packets of more than 1000 bytes and IPv6 packets of more than 1280 end here, "
		"and their senders are told by ICMP; IPv4 packets without DF pass whole");
	says(WF_BLOCK_MTU, "mtu=1400 mode=blackhole without_df=drop",
		"IPv4 packets of more than 1400 bytes and IPv6 packets of more than 1400 end here, "
		"and nobody is told; IPv4 packets without DF end untold");
}

static void
dns(void **state)
{
	says(WF_BLOCK_DNS, "", "100 % of DNS queries are answered with nxdomain");
	says(WF_BLOCK_DNS, "answer=timeout p=50% name=example.com qtype=AAAA",
		"50 % of DNS queries for example.com of type AAAA time out");
}

static void
rewritten_headers(void **state)
{
	says(WF_BLOCK_REWRITE, "p=10% ttl_decrement=3 dscp=46 ecn=clear vlan=pop",
		"10 % of packets get: TTL less 3 (ICMP tells where it ends), DSCP 46, ECN clear, "
		"VLAN tag pop");
	says(WF_BLOCK_REWRITE, "ttl=64", "100 % of packets get: TTL 64");
}

static void
targets(void **state)
{
	says(WF_BLOCK_TARGET, "segment=3", "data segment 3 of every connection is lost");
	says(WF_BLOCK_TARGET, "segment=3 retransmissions=2",
		"data segment 3 of every connection is lost, and 2 retransmissions of it");
	says(WF_BLOCK_TARGET, "on=ack p=10% max_bytes=100 times=4",
		"10 % of pure acknowledgements of 0 to 100 bytes are lost, at most 4 of every "
		"connection");
}

static void
outages(void **state)
{
	says(WF_BLOCK_OUTAGE, "period=10s down=2s carrier=true",
		"nothing passes for 2s of every 10s (20 %), and the host that sends sees no "
		"carrier");
	says(WF_BLOCK_OUTAGE, "at=1s+1s,5s+1s", "nothing passes at 2 given times");
}

static void
what_is_left_out_says_nothing(void **state)
{
	static const struct {
		enum wf_block_id id;
		const char *keys;
	} idle[] = { { WF_BLOCK_RESET, "p=0%" }, { WF_BLOCK_DNS, "p=0%" },
		{ WF_BLOCK_TARGET, "p=0%" }, { WF_BLOCK_UNREACHABLE, "p=0%" },
		{ WF_BLOCK_REWRITE, "p=0% ttl=3" },
		{ WF_BLOCK_LOSS, "p=0% at=ingress rate.rate=1Mbit" } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(idle); i++) {
		struct rig *r = rig_new(idle[i].id, idle[i].keys);

		assert_int_equal(r->variant, 0);
		assert_null(r->forecast.note[idle[i].id]);
		rig_free(r);
	}
}

/* "1" is what some write for 1 %. */
static void
what_hits_every_packet(void **state)
{
	says(WF_BLOCK_LOSS, "p=1",
		"every packet is lost: p is 1, which is 100 %; one per cent is \"1%\" or 0.01");
	says(WF_BLOCK_DUPLICATE, "p=100%",
		"every packet is duplicated: p is 1, which is 100 %; one per cent is \"1%\" or "
		"0.01");
	says(WF_BLOCK_CORRUPT, "p=1",
		"every packet is corrupted: p is 1, which is 100 %; one per cent is \"1%\" or "
		"0.01");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resets),
		cmocka_unit_test(icmp),
		cmocka_unit_test(dns),
		cmocka_unit_test(rewritten_headers),
		cmocka_unit_test(targets),
		cmocka_unit_test(outages),
		cmocka_unit_test(what_hits_every_packet),
		cmocka_unit_test(what_is_left_out_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
