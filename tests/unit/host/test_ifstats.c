/* SPDX-License-Identifier: BSD-3-Clause
 * Counters of interfaces: what the kernel answers, answers that are none, and what is made of two
 * of them.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_ifstats.h"

struct answer {
	struct nlmsghdr head;
	struct if_stats_msg stats;
	struct rtattr other;
	uint32_t other_data;
	struct rtattr link;
	struct rtnl_link_stats64 s;
} __attribute__((packed, aligned(8)));

static struct answer
full(void)
{
	return (struct answer){ .head = { .nlmsg_len = sizeof(struct answer),
					.nlmsg_type = RTM_NEWSTATS },
		.other = { .rta_len = RTA_LENGTH(4), .rta_type = IFLA_STATS_LINK_XSTATS },
		.link = { .rta_len = RTA_LENGTH(sizeof(struct rtnl_link_stats64)),
			.rta_type = IFLA_STATS_LINK_64 },
		.s = { .rx_dropped = 3, .tx_dropped = UINT64_MAX } };
}

/* From memory of just that length. */
static int
parse(const struct answer *a, size_t n, struct wf_ifstats *out)
{
	void *copy = malloc(n ? n : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, a, n);
	ret = wf_ifstats_parse(copy, n, out);
	free(copy);
	return ret;
}

static void
test_answer(void **state)
{
	struct answer a = full();
	struct wf_ifstats s = { 0 };

	assert_int_equal(parse(&a, sizeof(a), &s), 0);
	assert_int_equal(s.rx_dropped, 3);
	assert_true(s.tx_dropped == UINT64_MAX);
}

static void
test_no_answer(void **state)
{
	struct answer a = full();
	struct wf_ifstats s = { 0 };

	for (size_t n = 0; n < sizeof(a); n++)
		assert_int_equal(parse(&a, n, &s), -EPROTO);
	a.head.nlmsg_len = NLMSG_LENGTH(0);
	assert_int_equal(parse(&a, sizeof(a), &s), -EPROTO);
	a = full();
	a.head.nlmsg_type = RTM_NEWLINK;
	assert_int_equal(parse(&a, sizeof(a), &s), -EPROTO);
	a = full();
	a.link.rta_len = UINT16_MAX;
	assert_int_equal(parse(&a, sizeof(a), &s), -EPROTO);
	a = full();
	a.other.rta_len = 0;
	assert_int_equal(parse(&a, sizeof(a), &s), -EPROTO);
	a = full();
	a.head.nlmsg_type = NLMSG_ERROR;
	assert_int_equal(parse(&a, sizeof(a), &s), -ENODEV);
	assert_int_equal(s.rx_dropped, 0);
}

/* An older kernel knows fewer counters: those that it has not are 0. */
static void
test_short_counters(void **state)
{
	struct answer a = full();
	struct wf_ifstats s = { 0 };

	a.link.rta_len = RTA_LENGTH(offsetof(struct rtnl_link_stats64, tx_dropped));
	a.head.nlmsg_len = (uint32_t)(offsetof(struct answer, s) +
				      offsetof(struct rtnl_link_stats64, tx_dropped));
	assert_int_equal(parse(&a, a.head.nlmsg_len, &s), 0);
	assert_int_equal(s.rx_dropped, 3);
	assert_int_equal(s.tx_dropped, 0);
}

static void
test_lost(void **state)
{
	struct wf_ifstats before = { .rx_dropped = 10, .backlog_dropped = 100 };
	struct wf_ifstats now = { .rx_dropped = 15, .backlog_dropped = 103 };

	assert_int_equal(wf_ifstats_lost(&before, &now), 3);
	now.backlog_dropped = 1000;
	assert_int_equal(wf_ifstats_lost(&before, &now), 5);
	now.rx_dropped = 2; /* another interface by the same number */
	assert_int_equal(wf_ifstats_lost(&before, &now), 0);
	assert_int_equal(wf_ifstats_grown(7, 7), 0);
}

static void
test_kernel(void **state)
{
	struct wf_ifstats s;

	assert_int_equal(wf_ifstats_ask(if_nametoindex("lo"), &s), 0);
	assert_int_equal(wf_ifstats_ask(0x7ffffff0, &s), -ENODEV);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_short_counters),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
