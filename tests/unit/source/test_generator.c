/* SPDX-License-Identifier: BSD-3-Clause
 * Generated frames against headers, checksums, flows and times computed one by one, the slow way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_generator_args.h"
#include "wf_parse.h"
#include "wf_source_generator.h"

#define START 1000000007ull

static struct wf_generator_spec
spec_of(const char *device)
{
	struct wf_where where = { .path = "ports.a" };
	struct wf_err *err = wf_err_new();
	struct wf_generator_spec spec;

	if (wf_generator_parse(device, 0, &spec, &where, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
	return spec;
}

static struct wf_source *
source_of(const char *device)
{
	struct wf_generator_spec spec = spec_of(device);
	struct wf_source *s = wf_source_generator(&spec, START);

	assert_non_null(s);
	return s;
}

/* RFC 1071, two bytes at a time in network order. */
static uint32_t
sum_of(uint32_t sum, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		sum += (uint32_t)p[i] << (i % 2 == 0 ? 8 : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Everything that a receiver checks. */
static void
check_frame(const uint8_t *f, uint32_t len, uint8_t version, bool checksum)
{
	uint32_t l4 = version == 4 ? 34 : 54, udp_bytes = len - l4, sum;
	uint8_t pseudo[4] = { 0, 17, (uint8_t)(udp_bytes >> 8), (uint8_t)udp_bytes };
	struct wf_parsed parsed;

	wf_parse(f, len, &parsed);
	assert_int_equal(parsed.flags, WF_PARSE_IP | WF_PARSE_PORTS);
	assert_int_equal(parsed.key.family, version);
	assert_int_equal(parsed.key.proto, 17);
	assert_int_equal(parsed.l4_offset, l4);
	assert_int_equal(f[l4 + 4] << 8 | f[l4 + 5], udp_bytes);
	if (version == 4) {
		assert_int_equal(f[16] << 8 | f[17], len - 14);
		assert_int_equal(sum_of(0, f + 14, 20), 0xffff);
	} else {
		assert_int_equal(f[18] << 8 | f[19], udp_bytes);
	}
	if (!checksum) {
		assert_int_equal(f[40] << 8 | f[41], 0);
		return;
	}
	assert_int_not_equal(f[l4 + 6] << 8 | f[l4 + 7], 0);
	sum = sum_of(0, pseudo, 4);
	sum = sum_of(sum, version == 4 ? f + 26 : f + 22, version == 4 ? 8 : 32);
	assert_int_equal(sum_of(sum, f + l4, udp_bytes), 0xffff);
}

/* Its number, from addresses and ports, where sources differ first. */
static uint32_t
flow_of(const struct wf_generator_spec *q, const uint8_t *f)
{
	uint32_t at = q->version == 4 ? 26 : 34, to = q->version == 4 ? 30 : 50;
	uint32_t l4 = q->version == 4 ? 34 : 54, low = q->version == 4 ? 0 : 12;
	const struct wf_generator_range *r[] = { &q->src, &q->sport, &q->dst, &q->dport };
	uint64_t n = 1, flow = 0, value[4], first[4];

	value[0] = (uint32_t)f[at] << 24 | f[at + 1] << 16 | f[at + 2] << 8 | f[at + 3];
	value[1] = (uint32_t)f[l4] << 8 | f[l4 + 1];
	value[2] = (uint32_t)f[to] << 24 | f[to + 1] << 16 | f[to + 2] << 8 | f[to + 3];
	value[3] = (uint32_t)f[l4 + 2] << 8 | f[l4 + 3];
	for (int i = 0; i < 4; i++) {
		const uint8_t *b = r[i]->first + (i % 2 == 0 ? low : 0);

		first[i] = i % 2 == 0 ? (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]
				      : (uint32_t)b[0] << 8 | b[1];
		assert_in_range(value[i], first[i], first[i] + r[i]->n - 1);
		flow += (value[i] - first[i]) * n;
		n *= r[i]->n;
	}
	return (uint32_t)flow;
}

static void
test_frames(void **state)
{
	static const char *const devices[] = { "generator", "generator,size=60",
		"generator,size=imix", "generator,flows=5000,size=61+62+63+64+65+66,order=random",
		"generator,flows=1000,size=1500+9000+101,src=10.0.0.0/30,dst=10.9.0.0/24,dport=1-9",
		"generator,ip=6,size=62", "generator,ip=6,size=imix,flows=333,order=shuffle",
		"generator,ip=6,flows=40000,src=fd00::/112,sport=1-2,size=62+63+64+65+1000",
		"generator,checksum=false,size=60+64+1514,flows=7",
		"generator,probe=all,size=60+61+62+63+64+65+1514",
		"generator,probe=flow,flows=500,size=imix",
		"generator,probe=flow,flows=7,ip=6,size=78+79+80+81+1000" };

	for (size_t d = 0; d < WF_ARRAY_SIZE(devices); d++) {
		struct wf_generator_spec spec = spec_of(devices[d]);
		struct wf_generator *g = wf_generator_new(&spec, 0, 1, START);
		struct wf_source *s = source_of(devices[d]);
		struct wf_source_packet p[7];
		uint8_t frame[9300];

		for (uint32_t i = 0; i < 3000; i++) {
			uint32_t n = wf_source_take(s, START, p, 1 + i % 7);

			assert_int_equal(n, 1 + i % 7);
			for (uint32_t k = 0; k < n; k++) {
				uint32_t bytes = wf_generator_bytes(g);

				check_frame(p[k].data, p[k].len_bytes, spec.version, spec.checksum);
				/* The other way to get it: into memory with something in it. */
				memset(frame, 0xa5, sizeof(frame));
				wf_generator_write(g, frame);
				check_frame(frame, bytes, spec.version, spec.checksum);
				assert_int_equal(frame[bytes < 64 ? 64 : bytes], 0xa5);
				assert_int_equal(bytes, p[k].len_bytes);
				assert_memory_equal(
					frame, p[k].data, spec.checksum || bytes < 64 ? bytes : 64);
			}
		}
		wf_source_free(s);
		wf_generator_free(g);
	}
}

static void
test_flows_in_turn(void **state)
{
	static const char *const devices[] = { "generator,flows=100",
		"generator,flows=70000", /* more than there are sources */
		"generator,ip=6,flows=24,src=fd00::/126,sport=5-6,dst=fd01::/127,dport=1-3",
		"generator,flows=24,src=10.0.0.0/31,sport=80-81,dst=10.0.1.0/31,dport=1-3" };

	for (size_t d = 0; d < WF_ARRAY_SIZE(devices); d++) {
		struct wf_generator_spec spec = spec_of(devices[d]);
		struct wf_source *s = source_of(devices[d]);
		struct wf_source_packet p;

		for (uint32_t i = 0; i < 2 * spec.flows + 5; i++) {
			assert_int_equal(wf_source_take(s, START, &p, 1), 1);
			assert_int_equal(flow_of(&spec, p.data), i % spec.flows);
		}
		wf_source_free(s);
	}
}

static void
test_shuffled(void **state)
{
	struct wf_generator_spec spec = spec_of("generator,flows=1000,order=shuffle");
	struct wf_source *s = source_of("generator,flows=1000,order=shuffle");
	struct wf_source *other = source_of("generator,flows=1000,order=shuffle,seed=2");
	uint32_t order[1000], seen[1000] = { 0 }, same_place = 0, same_other = 0;
	struct wf_source_packet p;

	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t flow;

		wf_source_take(s, START, &p, 1);
		flow = flow_of(&spec, p.data);
		assert_true(flow < 1000);
		if (i < 1000) {
			seen[flow]++;
			order[i] = flow;
			same_place += flow == i;
			wf_source_take(other, START, &p, 1);
			same_other += flow == flow_of(&spec, p.data);
		}
		assert_int_equal(flow, order[i % 1000]);
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(seen[i], 1);
	/* One is what chance leaves in place. */
	assert_in_range(same_place, 0, 8);
	assert_in_range(same_other, 0, 8);
	wf_source_free(s);
	wf_source_free(other);
}

static void
test_random(void **state)
{
	struct wf_generator_spec spec = spec_of("generator,flows=100,order=random");
	struct wf_source *s = source_of("generator,flows=100,order=random");
	uint32_t seen[100] = { 0 }, again = 0, before = 0;
	struct wf_source_packet p;
	double chi2 = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t flow;

		wf_source_take(s, START, &p, 1);
		flow = flow_of(&spec, p.data);
		assert_true(flow < 100);
		seen[flow]++;
		again += i > 0 && flow == before;
		before = flow;
	}
	for (uint32_t i = 0; i < 100; i++)
		chi2 += (seen[i] - 1000.0) * (seen[i] - 1000.0) / 1000;
	/* 99 degrees of freedom: beyond these by a chance of 1e-6; the seed is fixed. */
	assert_true(chi2 > 41 && chi2 < 180);
	assert_in_range(again, 850, 1150);
	wf_source_free(s);
}

/* Packet k enters at start + what came before it / rate, rounded down: no error adds up. */
static void
test_times(void **state)
{
	static const char *const devices[] = { "generator,pps=3", "generator,pps=14880952,flows=7",
		"generator,pps=999999937", "generator,rate=10Gbit,size=64+590+1514+60",
		"generator,rate=7bit", "generator,rate=999999999bit,size=imix,flows=3" };

	for (size_t d = 0; d < WF_ARRAY_SIZE(devices); d++) {
		struct wf_generator_spec spec = spec_of(devices[d]);
		struct wf_source *s = source_of(devices[d]);
		unsigned __int128 bits = 0;
		struct wf_source_packet p;

		for (uint64_t k = 0; k < 200000; k++) {
			unsigned __int128 ns =
				spec.bps > 0 ? bits * WF_NS_PER_S / spec.bps
					     : (unsigned __int128)k * WF_NS_PER_S / spec.pps;
			wf_ns_t due_ns = START + (wf_ns_t)ns;

			assert_int_equal(wf_source_next_ns(s), due_ns);
			assert_int_equal(wf_source_take(s, due_ns - 1, &p, 1), 0);
			assert_int_equal(wf_source_take(s, due_ns, &p, 1), 1);
			assert_int_equal(p.time_ns, due_ns);
			bits += 8 * p.len_bytes;
		}
		wf_source_free(s);
	}
}

static void
test_end(void **state)
{
	struct wf_source *s = source_of("generator,packets=1000,pps=1000");
	struct wf_source_packet p[64];
	uint32_t n = 0, got;

	while ((got = wf_source_take(s, WF_SOURCE_END - 1, p, 64)) > 0)
		n += got;
	assert_int_equal(n, 1000);
	assert_int_equal(p[(1000 - 1) % 64].time_ns, START + 999 * WF_NS_PER_MS);
	assert_int_equal(wf_source_next_ns(s), WF_SOURCE_END);
	wf_source_free(s);
}

/* Queues of one port: together they are what one alone would be. */
static void
test_parts(void **state)
{
	struct wf_generator_spec spec =
		spec_of("generator,flows=100,pps=999983,packets=1001,order=shuffle");
	struct wf_generator *part[3];
	uint32_t seen[100] = { 0 }, n = 0;

	for (uint32_t i = 0; i < 3; i++)
		part[i] = wf_generator_new(&spec, i, 3, START);
	for (uint64_t k = 0; k < 1001; k++) {
		struct wf_generator *g = part[k % 3];
		uint8_t frame[128];

		assert_true(g->left > 0);
		assert_int_equal(g->due_ns, START + k * WF_NS_PER_S / 999983);
		wf_generator_write(g, frame);
		seen[flow_of(&spec, frame)]++;
		n++;
	}
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(part[i]->left, 0);
		wf_generator_free(part[i]);
	}
	for (uint32_t i = 0; i < 100; i++)
		assert_in_range(seen[i], 9, 11);
	/* Fewer flows than queues: those that have none of their own have another's. */
	spec = spec_of("generator,flows=2");
	part[0] = wf_generator_new(&spec, 2, 3, START);
	wf_generator_free(part[0]);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *device, *says;
	} cases[] = {
		{ "generator,flow=3", "Did you mean \"flows\"?" },
		{ "generator,xyz=3", "It takes flows, order, size" },
		{ "generator,flows=0", "flows" },
		{ "generator,flows=1000001", "1000000" },
		{ "generator,order=turns", "shuffle" },
		{ "generator,size=59", "60 to 9216" },
		{ "generator,size=64+", "60 to 9216" },
		{ "generator,size=64+9217", "9217" },
		{ "generator,ip=6,size=61", "62 to 9216" },
		{ "generator,ip=6,checksum=false", "needs its checksum" },
		{ "generator,pps=5,rate=1Gbit", "Choose one" },
		{ "generator,src=10.0.0.0/33", "no IPv4 prefix" },
		{ "generator,src=fd00::1", "no IPv4 prefix" },
		{ "generator,ip=6,dst=10.0.0.1", "no IPv6 prefix" },
		{ "generator,ip=6,src=fd00::/95", "96 bits" },
		{ "generator,sport=5-4", "no range" },
		{ "generator,dport=65536", "no range" },
		{ "generator,flows=9,src=10.0.0.1,sport=1-8", "for 8 flows only, not for 9" },
		{ "generator,flows", "flows" },
		{ "generator,arrival=poisson", "need a rate" },
		{ "generator,pps=1,on=1ms", "on and off" },
		{ "generator,pps=1,ramp_pps=2", "within ramp_time" },
		{ "generator,pps=1,ramp_rate=2bit,ramp_time=1s", "within ramp_time" },
		{ "generator,pps=1,ramp_pps=2,ramp_time=1s,on=1ms,off=1ms", "Choose one" },
		{ "generator,pps=1,layer=1", "what rate counts" },
		{ "generator,ip=6,probe=all,size=77", "78 bytes at least, not 77" },
		{ "generator,probe=flow,flows=65537", "65536 streams of probes at most" },
		{ "generator,probe=all,stream=65536", "65535" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct wf_where where = { .path = "ports.a" };
		struct wf_err *err = wf_err_new();
		struct wf_generator_spec spec;
		char line[512];

		assert_int_equal(wf_generator_parse(cases[i].device, 0, &spec, &where, err), -22);
		assert_int_equal(wf_err_count(err), 1);
		wf_err_format(wf_err_item(err, 0), line, sizeof(line));
		if (strstr(line, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].device, line);
		wf_err_free(err);
	}
}

static void
test_longer_than_the_port(void **state)
{
	struct wf_where where = { .path = "ports.a" };
	struct wf_err *err = wf_err_new();
	struct wf_generator_spec spec;

	assert_int_equal(wf_generator_parse("generator,size=1514", 1514, &spec, &where, err), 0);
	assert_int_equal(wf_generator_most_bytes(&spec), 1514);
	assert_int_equal(
		wf_generator_parse("generator,size=64+1515", 1514, &spec, &where, err), -22);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_flows_in_turn),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_longer_than_the_port),
	};

	return cmocka_run_group_tests_name("generator", tests, NULL, NULL);
}
