/* SPDX-License-Identifier: BSD-3-Clause
 * By what packets are known again: what routers change does not count, all else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_fit_private.h"

static uint64_t
key_of(const uint8_t *frame, uint32_t n)
{
	uint64_t header;

	return wf_fit_key(frame, n, n, WF_FIT_KEY_BYTES, &header);
}

static void
test_what_routers_change(void **state)
{
	/* MAC addresses, DSCP and ECN, TTL, both checksums. */
	static const uint8_t free[] = { 0, 5, 6, 11, 15, 22, 24, 25, 40, 41 };
	uint8_t frame[256];
	uint32_t n = rig_frame(frame, 1);
	uint64_t key = key_of(frame, n);

	for (uint32_t i = 0; i < n; i++) {
		bool changes = memchr(free, (int)i, sizeof(free)) == NULL && (i < 1 || i > 10) &&
			       i != 12 && i != 13 && i != 14 && i != 23;

		frame[i] ^= 1;
		if (changes)
			assert_int_not_equal(key_of(frame, n), key);
		else if (memchr(free, (int)i, sizeof(free)) != NULL)
			assert_int_equal(key_of(frame, n), key);
		frame[i] ^= 1;
	}
}

static void
test_tags_do_not_count(void **state)
{
	uint8_t frame[256], tagged[260];
	uint32_t n = rig_frame(frame, 1);

	memcpy(tagged, frame, 12);
	memcpy(tagged + 12, (const uint8_t[]){ 0x81, 0, 0, 7 }, 4);
	memcpy(tagged + 16, frame + 12, n - 12);
	assert_int_equal(key_of(tagged, n + 4), key_of(frame, n));
}

static void
test_any_bytes(void **state)
{
	uint8_t frame[256];
	uint64_t header;

	rig_seed(1);
	for (uint32_t k = 0; k < 100000; k++) {
		uint32_t n = (uint32_t)(rig_uniform() * 200);

		rig_frame(frame, k);
		for (int i = 0; i < 4; i++)
			frame[(uint32_t)(rig_uniform() * 60)] = (uint8_t)(rig_uniform() * 256);
		wf_fit_key(frame, n, n, n / 2 + 1, &header);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_routers_change),
		cmocka_unit_test(test_tags_do_not_count),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
