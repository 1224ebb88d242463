/* SPDX-License-Identifier: BSD-3-Clause
 * The parse of plain frames against the general one: frames of all kinds, cut and changed at
 * random, millions of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"
#include "wf_parse_plain.h"

#define DIR 0x1a2b

static uint64_t state = 88172645463325252ull;

/* xorshift64 */
static uint32_t
draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

/* Up to two tags, then the type. */
static void
put_link(struct frame *f, uint16_t type)
{
	static const uint16_t tags[] = { 0x8100, 0x88a8, 0x9100 };

	put_macs(f);
	for (uint32_t n = draw(6) > 2 ? 0 : 1 + draw(2); n > 0; n--) {
		put16(f, tags[draw(3)]);
		put16(f, draw(65536));
	}
	put16(f, type);
}

static void
make(struct frame *f)
{
	static const uint8_t protos[] = { 6, 17, 6, 17, 6, 17, 6, 17, 1, 33, 58, 132, 44, 0 };
	uint8_t proto = protos[draw(sizeof(protos))];
	bool v4 = draw(2);

	f->len = 0;
	put_link(f, draw(20) == 0 ? (uint16_t)draw(65536) : v4 ? 0x0800 : 0x86dd);
	if (v4) {
		put_ipv4(f, (struct ipv4_opt){ .proto = proto,
				    .tos = (uint8_t)draw(256),
				    .option_bytes = draw(8) ? 0 : 4 * (uint8_t)draw(11),
				    .fragment = draw(8) ? 0x4000 : (uint16_t)draw(65536),
				    .payload_bytes = (uint16_t)draw(40) });
	} else {
		put_ipv6(f, proto, (uint8_t)draw(256), (uint16_t)draw(40));
	}
	for (uint32_t n = 4 + draw(30); n > 0; n--)
		put8(f, draw(256));
}

static void
change(struct frame *f)
{
	for (uint32_t k = draw(4); k > 0; k--)
		f->bytes[draw(f->len < 62 ? f->len : 62)] = (uint8_t)draw(256);
	if (draw(3) == 0) /* the lengths that IP states, all small ones */
		f->bytes[17] = f->bytes[19] = (uint8_t)draw(50);
	if (draw(4) == 0)
		f->len = draw(f->len + 1);
}

/* By what the general parse says: a frame that the fast one is for. */
static bool
is_plain(const struct wf_parsed *p)
{
	const uint8_t never = WF_PARSE_FRAGMENT | WF_PARSE_TRUNCATED | WF_PARSE_MPLS;
	uint32_t header = p->key.family == 4 ? 20 : 40;

	return (p->flags & WF_PARSE_PORTS) && !(p->flags & never) &&
	       (p->key.proto == 6 || p->key.proto == 17) && p->l3_offset <= 18 &&
	       p->l4_offset == p->l3_offset + header;
}

/* From a heap block of exactly the frame's length, so that ASan sees a read past the end. */
static bool
parse_both(const struct frame *f, struct wf_parsed *general, struct wf_parsed *plain)
{
	uint8_t *copy = malloc(f->len + 1);
	uint64_t hash = 0;
	bool taken;

	assert_non_null(copy);
	memcpy(copy + 1, f->bytes, f->len);
	memset(plain, 0x5a, sizeof(*plain));
	wf_parse(copy + 1, f->len, general);
	taken = wf_parse_plain(copy + 1, f->len, DIR, plain, &hash);
	free(copy);
	if (taken) {
		general->key.dir[0] = DIR >> 8;
		general->key.dir[1] = DIR & 0xff;
		assert_int_equal(hash, wf_flow_hash(&general->key));
	}
	return taken;
}

static void
both_find_the_same(void **unused)
{
	uint32_t taken = 0, left = 0, tagged = 0, six = 0, rounds = 3000000;
	struct wf_parsed general, plain, none;

	memset(&none, 0x5a, sizeof(none));
	for (uint32_t i = 0; i < rounds; i++) {
		struct frame f;

		make(&f);
		if (draw(3) == 0)
			change(&f);
		if (parse_both(&f, &general, &plain)) {
			assert_memory_equal(&general, &plain, sizeof(plain));
			tagged += plain.l3_offset == 18;
			six += plain.key.family == 6;
			taken++;
		} else {
			assert_memory_equal(&plain, &none, sizeof(none));
			assert_false(is_plain(&general));
			left++;
		}
	}
	assert_true(taken > rounds / 4 && left > rounds / 8);
	assert_true(tagged > rounds / 50 && six > rounds / 10);
}

static void
noise_is_harmless(void **unused)
{
	struct wf_parsed general, plain;

	for (uint32_t i = 0; i < 1000000; i++) {
		struct frame f = { .len = draw(80) };

		for (uint32_t k = 0; k < f.len; k++)
			f.bytes[k] = (uint8_t)draw(256);
		if (parse_both(&f, &general, &plain))
			assert_memory_equal(&general, &plain, sizeof(plain));
		else
			assert_false(is_plain(&general));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_find_the_same),
		cmocka_unit_test(noise_is_harmless),
	};

	return cmocka_run_group_tests_name("parse_plain", tests, NULL, NULL);
}
