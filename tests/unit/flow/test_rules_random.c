/* SPDX-License-Identifier: BSD-3-Clause
 * Hundreds of random rules against a matcher that tries them one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "wf_rules.h"

enum { RULES = 300, PACKETS = 100000, BURST = 32 };

static uint64_t seed;

/* 0 .. n - 1. */
static uint32_t
rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((seed >> 33) * n >> 31);
}

static uint16_t
read16(const uint8_t b[2])
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

/* Few values a byte, so that prefixes of all lengths are hit. */
static void
random_address(uint8_t addr[16], uint8_t family)
{
	memset(addr, 0, 16);
	if (family == 4)
		addr[10] = addr[11] = 0xff;
	for (int i = family == 4 ? 12 : 0; i < 16; i++)
		addr[i] = (uint8_t)(rnd(3) * 0x7f);
}

static struct wf_range16
random_range(uint32_t values)
{
	uint32_t lo = rnd(values), width = rnd(4) == 0 ? values - lo : 1 + values / 16;

	if (rnd(3) == 0)
		width = 1;
	width = rnd(width) + 1;
	return (struct wf_range16){ (uint16_t)lo,
		(uint16_t)(lo + width > values ? values - 1 : lo + width - 1) };
}

static struct wf_prefix
random_prefix(uint8_t family)
{
	struct wf_prefix p = { .family = family };

	random_address(p.addr, family);
	p.len = (uint8_t)(family == 4 ? 96 + rnd(33) : rnd(129));
	return p;
}

static struct wf_match
random_match(void)
{
	uint8_t family = rnd(3) == 0 ? 6 : 4;
	struct wf_match m = { .mirror = rnd(2) == 0 };

	while (__builtin_popcount(m.has) < 2)
		m.has |= 1u << rnd(8);
	m.src = random_prefix(family);
	m.dst = random_prefix(family);
	m.sport = random_range(65536);
	m.dport = random_range(65536);
	m.vlan = random_range(4095);
	m.dscp = random_range(64);
	m.ethertype = family == 4 ? 0x0800 : 0x86dd;
	m.proto = rnd(2) ? 6 : 17;
	return m;
}

static struct wf_parsed
random_packet(void)
{
	static const uint8_t families[] = { 4, 4, 4, 6, 6, 0 };
	uint8_t family = families[rnd(6)];
	uint16_t vlan = rnd(2) ? WF_NO_VLAN : (uint16_t)rnd(4095);
	uint16_t type = family == 4 ? 0x0800 : family == 6 ? 0x86dd : 0x0806;
	struct wf_parsed p = { .key = { .family = family,
				       .vlan = { vlan >> 8, vlan },
				       .ethertype = { type >> 8, type },
				       .dir = { rnd(256), rnd(256) } } };

	random_address(p.key.src, family);
	random_address(p.key.dst, family);
	if (family == 0)
		return p;
	p.key.proto = (uint8_t)(rnd(2) ? 6 : rnd(256));
	p.dscp = (uint8_t)rnd(64);
	p.ecn = (uint8_t)rnd(4);
	p.flags = (uint8_t)(WF_PARSE_IP | (rnd(2) ? WF_PARSE_FRAGMENT : 0));
	if (rnd(4) != 0) {
		p.flags |= WF_PARSE_PORTS;
		for (int i = 0; i < 2; i++) {
			p.key.sport[i] = (uint8_t)rnd(256);
			p.key.dport[i] = (uint8_t)rnd(256);
		}
	}
	return p;
}

static bool
in_prefix(const struct wf_prefix *x, const uint8_t addr[16], uint8_t family)
{
	if (x->family != 0 && x->family != family)
		return false;
	for (int bit = 0; bit < x->len; bit++)
		if ((addr[bit / 8] ^ x->addr[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool
in_range(struct wf_range16 r, uint16_t v)
{
	return r.lo <= v && v <= r.hi;
}

/* The meaning of a match, written as plainly as possible. */
static bool
matches(const struct wf_match *m, enum wf_side side, const struct wf_parsed *p)
{
	bool swap = side == WF_BA && m->mirror;
	const uint8_t *src = swap ? p->key.dst : p->key.src, *dst = swap ? p->key.src : p->key.dst;
	uint16_t sport = read16(swap ? p->key.dport : p->key.sport);
	uint16_t dport = read16(swap ? p->key.sport : p->key.dport);
	bool ports = p->flags & WF_PARSE_PORTS, ip = p->key.family != 0;

	return (!(m->has & WF_MATCH_SRC) || in_prefix(&m->src, src, p->key.family)) &&
	       (!(m->has & WF_MATCH_DST) || in_prefix(&m->dst, dst, p->key.family)) &&
	       (!(m->has & WF_MATCH_SPORT) || (ports && in_range(m->sport, sport))) &&
	       (!(m->has & WF_MATCH_DPORT) || (ports && in_range(m->dport, dport))) &&
	       (!(m->has & WF_MATCH_PROTO) || (ip && m->proto == p->key.proto)) &&
	       (!(m->has & WF_MATCH_VLAN) || in_range(m->vlan, read16(p->key.vlan))) &&
	       (!(m->has & WF_MATCH_DSCP) || (ip && in_range(m->dscp, p->dscp))) &&
	       (!(m->has & WF_MATCH_ETHERTYPE) || m->ethertype == read16(p->key.ethertype));
}

static uint16_t
first_match(const struct wf_rule *rules, size_t n, enum wf_side side, const struct wf_parsed *p)
{
	for (size_t i = 0; i < n; i++)
		if (matches(&rules[i].match, side, p))
			return rules[i].class_id;
	return 0;
}

/* Returns how many packets matched some rule. */
static uint32_t
check_packets(const struct wf_rules *r, const struct wf_rule *rules, size_t n, enum wf_side side,
	uint32_t packets)
{
	uint32_t hits = 0;

	for (uint32_t done = 0; done < packets; done += BURST) {
		struct wf_parsed p[BURST];
		const struct wf_parsed *all[BURST];
		uint16_t class_id[BURST];

		for (int i = 0; i < BURST; i++) {
			p[i] = random_packet();
			all[i] = &p[i];
		}
		wf_rules_classify(r, all, class_id, BURST);
		for (int i = 0; i < BURST; i++) {
			assert_int_equal(class_id[i], first_match(rules, n, side, &p[i]));
			hits += class_id[i] != 0;
		}
	}
	return hits;
}

static uint32_t
check_set(size_t n, uint32_t packets, void (*ranges_only)(struct wf_match *))
{
	struct wf_rule *rules = calloc(n, sizeof(*rules));
	struct wf_err *err = wf_err_new();
	uint32_t hits = 0;

	assert_non_null(rules);
	for (size_t i = 0; i < n; i++) {
		rules[i].match = random_match();
		if (ranges_only)
			ranges_only(&rules[i].match);
		rules[i].class_id = (uint16_t)(n - i);
	}
	for (enum wf_side side = WF_AB; side <= WF_BA; side++) {
		struct wf_rules *r = wf_rules_new("random", side, rules, n, err);

		assert_non_null(r);
		hits += check_packets(r, rules, n, side, packets);
		wf_rules_free(r);
	}
	wf_err_free(err);
	free(rules);
	return hits;
}

static void
hundreds_of_rules_against_brute_force(void **state)
{
	seed = 1;
	/* Both outcomes are tried. */
	assert_in_range(check_set(RULES, PACKETS, NULL), PACKETS / 5, PACKETS * 2 - PACKETS / 5);
}

static void
small_sets_against_brute_force(void **state)
{
	uint32_t hits = 0;

	for (size_t n = 1; n <= 40; n++) {
		seed = 100 + n;
		hits += check_set(n, 3200, NULL);
	}
	assert_in_range(hits, 10000, 40 * 2 * 3200 - 10000);
}

static struct wf_range16
wide_range(uint32_t values)
{
	uint32_t lo = rnd(values);

	return (struct wf_range16){ (uint16_t)lo, (uint16_t)(lo + rnd(values - lo)) };
}

static void
only_ranges(struct wf_match *m)
{
	static const uint32_t some[] = { WF_MATCH_SPORT, WF_MATCH_DPORT, WF_MATCH_PROTO,
		WF_MATCH_SPORT, WF_MATCH_DPORT, WF_MATCH_PROTO, WF_MATCH_VLAN, WF_MATCH_DSCP };

	m->has = 0;
	while (__builtin_popcount(m->has) < 2)
		m->has |= some[rnd(8)];
	m->sport = wide_range(65536);
	m->dport = wide_range(65536);
	m->vlan = wide_range(4095);
	m->dscp = wide_range(64);
}

/* What rte_acl refuses to build in one piece is split, and the priorities hold across. */
static void
rules_of_overlapping_ranges_are_split(void **state)
{
	seed = 3;
	assert_in_range(check_set(RULES, PACKETS / 4, only_ranges), PACKETS / 20, PACKETS / 2 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hundreds_of_rules_against_brute_force),
		cmocka_unit_test(small_sets_against_brute_force),
		cmocka_unit_test(rules_of_overlapping_ranges_are_split),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
