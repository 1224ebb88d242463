/* SPDX-License-Identifier: BSD-3-Clause
 * The glance at a frame, against the parse that it replaces: frames of all kinds, changed at
 * random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"
#include "wf_alike.h"

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

static void
fill(struct frame *f, uint32_t to)
{
	while (f->len < to)
		f->bytes[f->len++] = (uint8_t)draw(256);
}

static void
make_ipv4(struct frame *f, uint8_t proto)
{
	put_ether(f, 0x0800);
	put_ipv4(f, (struct ipv4_opt){ .proto = proto });
	put_ports(f, 1000, 80, 20);
	f->bytes[16] = 0;
	f->bytes[17] = (uint8_t)(draw(4) ? 40 + draw(60) : draw(64)); /* some too short for ports */
}

static void
make(struct frame *f, uint32_t kind)
{
	memset(f, 0, sizeof(*f));
	switch (kind) {
	case 0:
		make_ipv4(f, 6);
		break;
	case 1:
		make_ipv4(f, 17);
		break;
	case 2: /* a fragment, now and then */
		make_ipv4(f, 17);
		f->bytes[20] = (uint8_t)(draw(2) * 0x20);
		f->bytes[21] = (uint8_t)draw(2);
		break;
	case 3: /* options */
		make_ipv4(f, 6);
		f->bytes[14] = 0x46;
		break;
	case 4:
		make_ipv4(f, 1);
		break;
	case 5:
	case 6: /* with an extension header */
		put_ether(f, 0x86dd);
		put_ipv6(f, kind == 5 ? 17 : 0, 0, 20);
		put_ports(f, 1000, 80, 20);
		f->bytes[18] = 0;
		f->bytes[19] = (uint8_t)(draw(4) ? 20 : draw(30));
		break;
	case 7:
		put_ether(f, 0x0806);
		break;
	case 8:
		put_ether(f, (uint16_t)draw(65536));
		break;
	case 9: /* labels, with IP behind them or without */
		put_ether(f, 0x8847);
		put16(f, 0);
		put16(f, 0x0100);
		f->bytes[f->len++] = (uint8_t)(draw(3) == 0 ? 0x45 : draw(256));
		break;
	default:
		put_ether(f, 0x8100);
		put16(f, 7);
		put16(f, 0x0800);
		put_ipv4(f, (struct ipv4_opt){ .proto = 17 });
		put_ports(f, 1000, 80, 8);
	}
	fill(f, draw(3) ? 90 : 14 + draw(80));
}

static void
whatever_looks_alike_parses_alike(void **unused)
{
	uint32_t alike[WF_ALIKE_IPV6 + 1] = { 0 }, differ = 0;

	for (uint32_t round = 0; round < 400000; round++) {
		struct frame a, b;
		struct wf_parsed pa, pb;
		enum wf_alike kind;

		make(&a, draw(11));
		b = a;
		for (uint32_t k = draw(4); k > 0; k--)
			b.bytes[draw(64)] = (uint8_t)draw(256);
		if (draw(4) == 0)
			b.len = draw(a.len + 1);
		memset(&pa, 0xa5, sizeof(pa));
		memset(&pb, 0x5a, sizeof(pb));
		wf_parse(a.bytes, a.len, &pa);
		wf_parse(b.bytes, b.len, &pb);
		kind = wf_alike_kind(&pa, a.len);
		if (!wf_alike(kind, a.bytes, b.bytes, b.len)) {
			differ++;
			continue;
		}
		alike[kind]++;
		assert_memory_equal(&pa, &pb, sizeof(pa));
	}
	for (int kind = WF_ALIKE_MAC; kind <= WF_ALIKE_IPV6; kind++)
		assert_true(alike[kind] > 5000);
	assert_int_equal(alike[WF_ALIKE_NONE], 0);
	assert_true(differ > 100000);
}

/* What changes from packet to packet of a connection does not hide that they are alike. */
static void
lengths_and_counters_may_differ(void **unused)
{
	static const uint8_t free_ipv4[] = { 17, 18, 19, 22, 24, 25, 38, 60 };
	static const uint8_t free_ipv6[] = { 16, 17, 19, 21, 58, 63 };
	struct frame a = { .len = 0 }, b;
	struct wf_parsed p;

	put_ether(&a, 0x0800);
	put_ipv4(&a, (struct ipv4_opt){ .proto = 6 });
	put_ports(&a, 1000, 80, 20);
	a.bytes[16] = 0;
	a.bytes[17] = 200;
	fill(&a, 90);
	p = parse_frame(&a);
	for (size_t i = 0; i < sizeof(free_ipv4); i++) {
		b = a;
		b.bytes[free_ipv4[i]] ^= 0x11;
		assert_true(wf_alike(wf_alike_kind(&p, a.len), a.bytes, b.bytes, 60));
	}
	memset(&a, 0, sizeof(a));
	put_ether(&a, 0x86dd);
	put_ipv6(&a, 17, 0, 20);
	put_ports(&a, 1000, 80, 20);
	fill(&a, 90);
	p = parse_frame(&a);
	for (size_t i = 0; i < sizeof(free_ipv6); i++) {
		b = a;
		b.bytes[free_ipv6[i]] ^= 0x21;
		assert_true(wf_alike(wf_alike_kind(&p, a.len), a.bytes, b.bytes, 64));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_looks_alike_parses_alike),
		cmocka_unit_test(lengths_and_counters_may_differ),
	};

	return cmocka_run_group_tests_name("alike", tests, NULL, NULL);
}
