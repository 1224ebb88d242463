/* SPDX-License-Identifier: BSD-3-Clause
 * Every combination of keys that makes no sense is refused, with a message that says why and a hint
 * that says what to write.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "refused.h"

static void
a_rate_without_rate(void **state)
{
	refused(WF_BLOCK_RATE, "burst=15kB", "\"rate\" is missing");
}

static void
cell_overhead_without_cell(void **state)
{
	refused(WF_BLOCK_RATE, "rate=1Mbit cell_overhead=5", "\"cell_overhead\" without \"cell\"");
}

static void
a_burst_in_packets(void **state)
{
	refused(WF_BLOCK_RATE, "rate=1Mbit burst=10pkt", "not a number of packets");
}

static void
police_without_burst(void **state)
{
	refused(WF_BLOCK_RATE, "rate=1Mbit mode=police", "would drop every packet");
}

static void
police_with_what_needs_a_queue(void **state)
{
	refused(WF_BLOCK_RATE, "rate=1Mbit mode=police burst=15kB queue.drop=head", "no queue");
	refused(WF_BLOCK_RATE, "rate=1Mbit mode=police burst=15kB queue.aqm=codel", "no queue");
}

static void
keys_of_another_aqm(void **state)
{
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit target=5ms", "does not belong to aqm \"none\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit ecn=true", "does not belong to aqm \"none\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=codel quantum=300B",
		"does not belong to aqm \"codel\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=pie interval=5ms", "\"pie\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=dualpi2 ecn=true", "aqm \"dualpi2\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=pie coupling=2", "\"coupling\" does not");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit threshold=1ms", "aqm \"none\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=red min=5kB", "needs \"min\" and \"max\"");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=red min=5kB max=5kB", "not below");
	refused(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=fq-codel flows=1000", "not a power of two");
}

static void
a_queue_for_each_flow_of_a_flow(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=fq-codel");

	assert_int_equal(r->variant, -EINVAL);
	assert_non_null(strstr(rig_error(r), "a queue of its own already"));
	rig_free(r);
}

static void
a_limit_of_nothing(void **state)
{
	refused(WF_BLOCK_RATE, "rate=1Mbit queue.limit=0pkt", "lets no packet through");
	refused(WF_BLOCK_RATE, "rate=1Mbit queue.limit=0B", "lets no packet through");
	refused(WF_BLOCK_RATE, "rate=1Mbit queue.limit=0ms", "lets no packet through");
}

static void
a_limit_of_too_many_packets(void **state)
{
	refused(WF_BLOCK_RATE, "rate=1Mbit queue.limit=16777217pkt", "is not supported");
}

static void
a_queue_without_rate(void **state)
{
	refused(WF_BLOCK_QUEUE, "limit=10pkt", "without a \"rate\" never fills");
}

static void
bernoulli_without_p(void **state)
{
	refused(WF_BLOCK_LOSS, "", "\"p\" is missing");
}

static void
bernoulli_with_keys_of_the_chain(void **state)
{
	refused(WF_BLOCK_LOSS, "plr=1%", "\"plr\" does not belong to model \"bernoulli\"");
	refused(WF_BLOCK_LOSS, "p=1% mean_burst=3", "\"mean_burst\" does not belong");
	refused(WF_BLOCK_LOSS, "p=1% r=0.2", "\"r\" does not belong");
	refused(WF_BLOCK_LOSS, "p=1% h=0.2", "\"h\" does not belong");
	refused(WF_BLOCK_LOSS, "p=1% k=0.2", "\"k\" does not belong");
}

static void
every_foreign_key_is_named(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "plr=1% mean_burst=3 r=0.1 h=0.1 k=0.1");

	assert_int_equal(wf_err_count(r->err), 5);
	rig_free(r);
}

#define CHAIN "model=gilbert-elliott "

static void
a_chain_described_twice(void **state)
{
	refused(WF_BLOCK_LOSS, CHAIN "plr=1% mean_burst=3 p=0.1", "two descriptions");
	refused(WF_BLOCK_LOSS, CHAIN "plr=1% mean_burst=3 r=0.1", "two descriptions");
	refused(WF_BLOCK_LOSS, CHAIN "plr=1% mean_burst=3 h=0.1", "two descriptions");
	refused(WF_BLOCK_LOSS, CHAIN "plr=1% mean_burst=3 k=0.1", "two descriptions");
}

static void
half_a_chain(void **state)
{
	refused(WF_BLOCK_LOSS, CHAIN "", "\"p\" is missing");
	refused(WF_BLOCK_LOSS, CHAIN "p=0.1", "\"r\" is missing");
	refused(WF_BLOCK_LOSS, CHAIN "r=0.1", "\"p\" is missing");
	refused(WF_BLOCK_LOSS, CHAIN "plr=1%", "\"mean_burst\" is missing");
	refused(WF_BLOCK_LOSS, CHAIN "mean_burst=3", "\"plr\" is missing");
}

static void
a_loss_rate_out_of_reach(void **state)
{
	refused(WF_BLOCK_LOSS, CHAIN "plr=80% mean_burst=3", "out of reach");
	refused(WF_BLOCK_LOSS, CHAIN "plr=100% mean_burst=3", "out of reach");
	refused(WF_BLOCK_LOSS, CHAIN "plr=51% mean_burst=1", "out of reach");
}

static void
a_chain_without_transitions(void **state)
{
	refused(WF_BLOCK_LOSS, CHAIN "p=0 r=0", "never leaves its first state");
}

static void
an_ingress_before_nothing(void **state)
{
	refused(WF_BLOCK_LOSS, "p=1% at=ingress", "before rate and queue, but there are none");
	refused(WF_BLOCK_LOSS, "p=1% at=ingress delay.mean=5ms", "there are none here");
}

static void
bounds_of_a_law_without_bounds(void **state)
{
	refused(WF_BLOCK_DELAY, "distribution=normal min=1ms max=3ms", "not \"normal\"");
	refused(WF_BLOCK_DELAY, "distribution=constant max=3ms", "not \"constant\"");
}

static void
a_uniform_law_described_twice(void **state)
{
	refused(WF_BLOCK_DELAY, "mean=2ms min=1ms max=3ms", "two descriptions");
	refused(WF_BLOCK_DELAY, "stddev=2ms min=1ms max=3ms", "two descriptions");
}

static void
min_without_max(void **state)
{
	refused(WF_BLOCK_DELAY, "min=1ms", "\"max\" is missing");
}

static void
min_above_max(void **state)
{
	refused(WF_BLOCK_DELAY, "min=3ms max=1ms", "\"min\" is above \"max\"");
}

static void
a_constant_with_stddev(void **state)
{
	refused(WF_BLOCK_DELAY, "distribution=constant mean=2ms stddev=1ms", "has no \"stddev\"");
}

static void
a_bit_error_rate_and_a_choice_of_packets(void **state)
{
	refused(WF_BLOCK_CORRUPT, "ber=0.001 p=1%", "\"p\" does not go with \"ber\"");
	refused(WF_BLOCK_CORRUPT, "ber=0.001 bits=2", "\"bits\" does not go with");
	refused(WF_BLOCK_CORRUPT, "ber=0.001 correlation=0", "\"correlation\" does not");
	refused(WF_BLOCK_CORRUPT, "ber=0.001 truncate=60", "\"truncate\" does not go");
	refused(WF_BLOCK_CORRUPT, "bits=2", "neither \"p\" nor \"ber\"");
}

static void
a_truncated_packet_repaired(void **state)
{
	refused(WF_BLOCK_CORRUPT, "p=1% truncate=60 checksum=repair", "no checksum to repair");
	refused(WF_BLOCK_CORRUPT, "p=1% truncate=60 layer=payload", "flips no bits");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_without_rate),
		cmocka_unit_test(cell_overhead_without_cell),
		cmocka_unit_test(a_burst_in_packets),
		cmocka_unit_test(police_without_burst),
		cmocka_unit_test(police_with_what_needs_a_queue),
		cmocka_unit_test(keys_of_another_aqm),
		cmocka_unit_test(a_queue_for_each_flow_of_a_flow),
		cmocka_unit_test(a_limit_of_nothing),
		cmocka_unit_test(a_limit_of_too_many_packets),
		cmocka_unit_test(a_queue_without_rate),
		cmocka_unit_test(bernoulli_without_p),
		cmocka_unit_test(bernoulli_with_keys_of_the_chain),
		cmocka_unit_test(every_foreign_key_is_named),
		cmocka_unit_test(a_chain_described_twice),
		cmocka_unit_test(half_a_chain),
		cmocka_unit_test(a_loss_rate_out_of_reach),
		cmocka_unit_test(a_chain_without_transitions),
		cmocka_unit_test(an_ingress_before_nothing),
		cmocka_unit_test(bounds_of_a_law_without_bounds),
		cmocka_unit_test(a_uniform_law_described_twice),
		cmocka_unit_test(min_without_max),
		cmocka_unit_test(min_above_max),
		cmocka_unit_test(a_constant_with_stddev),
		cmocka_unit_test(a_bit_error_rate_and_a_choice_of_packets),
		cmocka_unit_test(a_truncated_packet_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
