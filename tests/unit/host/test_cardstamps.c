/* SPDX-License-Identifier: BSD-3-Clause
 * What drivers' answers about time stamps mean, and who is not asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>

#include "wf_cardstamps.h"

#define FILTER(name) (1u << HWTSTAMP_FILTER_##name)

static void
stamps_count_where_each_frame_has_one(void **state)
{
	static const struct {
		uint32_t stamping, filters;
		enum wf_cardstamps means;
	} of[] = {
		{ 0, 0, WF_CARDSTAMPS_NONE },
		{ SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE, FILTER(ALL),
			WF_CARDSTAMPS_NONE },
		{ SOF_TIMESTAMPING_TX_HARDWARE, FILTER(NONE), WF_CARDSTAMPS_NONE },
		{ SOF_TIMESTAMPING_RX_HARDWARE, FILTER(NONE), WF_CARDSTAMPS_NONE },
		{ SOF_TIMESTAMPING_RX_HARDWARE, FILTER(NONE) | FILTER(PTP_V2_EVENT),
			WF_CARDSTAMPS_SOME },
		{ SOF_TIMESTAMPING_RX_HARDWARE, FILTER(NONE) | FILTER(ALL), WF_CARDSTAMPS_ALL },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(of); i++) {
		const struct ethtool_ts_info info = { .so_timestamping = of[i].stamping,
			.rx_filters = of[i].filters };

		assert_int_equal(wf_cardstamps_of(&info), of[i].means);
	}
}

static void
the_loopback_has_no_card(void **state)
{
	assert_int_equal(wf_cardstamps_look("lo"), WF_CARDSTAMPS_NONE);
}

static void
what_is_not_there_is_unknown(void **state)
{
	assert_int_equal(wf_cardstamps_look("wf-nowhere"), WF_CARDSTAMPS_UNKNOWN);
	assert_int_equal(wf_cardstamps_look("a-name-that-is-too-long"), WF_CARDSTAMPS_UNKNOWN);
	assert_int_equal(wf_cardstamps_look_pci("ff:1f.7"), WF_CARDSTAMPS_UNKNOWN);
	assert_int_equal(wf_cardstamps_look_pci("0000:ff:1f.7"), WF_CARDSTAMPS_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_count_where_each_frame_has_one),
		cmocka_unit_test(the_loopback_has_no_card),
		cmocka_unit_test(what_is_not_there_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
