/* SPDX-License-Identifier: BSD-3-Clause
 * Filters: tcpdump expressions over frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_filter.h"

static struct wf_filter *
filter(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_filter *f = wf_filter_new(text, NULL, err);

	if (f == NULL) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
	return f;
}

/* TCP from 10.0.0.1 port 40000 to 10.0.0.2 port 5201, with SYN set. */
static uint32_t
tcp(uint8_t f[1600], uint32_t len)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0, 0,
		0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0x14, 0x51, 0, 0, 0, 1,
		0, 0, 0, 0, 0x50, 2 };

	memset(f, 0, 1600);
	memcpy(f, head, sizeof(head));
	f[16] = (uint8_t)((len - 14) >> 8);
	f[17] = (uint8_t)(len - 14);
	return len;
}

static bool
holds(const char *text, const uint8_t *data, uint32_t readable, uint32_t len)
{
	struct wf_filter *f = filter(text);
	bool yes = wf_filter_holds(f, data, readable, len);

	wf_filter_free(f);
	return yes;
}

static void
expressions_speak_of_the_frame(void **state)
{
	uint8_t f[1600];
	uint32_t n = tcp(f, 150);

	assert_true(holds("tcp port 5201 and less 200", f, n, n));
	assert_false(holds("tcp port 5201 and greater 200", f, n, n));
	assert_false(holds("udp", f, n, n));
	assert_true(holds("src host 10.0.0.1 and dst portrange 5200-5300", f, n, n));
	assert_true(holds("tcp[tcpflags] & tcp-syn != 0", f, n, n));
	assert_true(holds("ether src 02:00:00:00:00:01", f, n, n));
	assert_true(holds("", f, n, n));
	assert_false(holds("vlan 7", f, n, n));
	memmove(f + 16, f + 12, 1584);
	memcpy(f + 12, "\x81\0\0\x07", 4);
	assert_true(holds("vlan 7 and tcp port 5201", f, n + 4, n + 4));
}

static void
length_is_that_on_the_wire(void **state)
{
	uint8_t f[1600];

	tcp(f, 1500);
	assert_true(holds("greater 1500", f, 64, 1500));
	assert_true(holds("tcp dst port 5201", f, 64, 1500));
}

static void
bytes_that_are_missing_do_not_match(void **state)
{
	uint8_t f[1600];

	tcp(f, 1500);
	assert_false(holds("ether[100] = 0", f, 64, 1500));
	assert_false(holds("not ether[100] = 1", f, 64, 1500));
	assert_false(holds("ether[100] = 0", f, 64, 64));
	assert_true(holds("ether[100] = 0", f, 101, 101));
	assert_false(holds("tcp", f, 0, 0));
}

static void
bad_expressions_are_refused_with_libpcaps_words(void **state)
{
	const struct wf_where where = { "t.conf", 7, "links.wan.classes.x.filter" };
	struct wf_err *err = wf_err_new();
	char line[400];

	assert_null(wf_filter_new("tcp prot 80", &where, err));
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	assert_string_equal(line,
		"t.conf:7: links.wan.classes.x.filter: \"tcp prot 80\": can't parse filter "
		"expression: syntax error. The manual page pcap-filter(7) has the syntax.");
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_speak_of_the_frame),
		cmocka_unit_test(length_is_that_on_the_wire),
		cmocka_unit_test(bytes_that_are_missing_do_not_match),
		cmocka_unit_test(bad_expressions_are_refused_with_libpcaps_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
