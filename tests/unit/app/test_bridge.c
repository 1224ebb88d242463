/* SPDX-License-Identifier: BSD-3-Clause
 * A profile with other ports and values: what tree comes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bridge.h"

static struct wf_err *err;

static int
setup(void **state)
{
	err = wf_err_new();
	return err == NULL;
}

static int
teardown(void **state)
{
	wf_err_free(err);
	return 0;
}

static void
says(const struct wf_bridge *b, const char *text)
{
	char line[2048] = "";

	assert_null(wf_bridge_read(b, err));
	assert_non_null(wf_err_item(err, 0));
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	assert_non_null(strstr(line, text));
}

static const char *
device(const struct wf_node *tree, size_t i)
{
	return wf_node_get(wf_node_at(wf_node_get(tree, "ports"), i), "device")->string;
}

static void
ports_become(const char *ports, const char *a, const char *b)
{
	struct wf_bridge from = { .profile = "lte", .ports = ports };
	struct wf_node *tree = wf_bridge_read(&from, err);
	struct wf_conf *conf;

	assert_non_null(tree);
	assert_string_equal(device(tree, 0), a);
	assert_string_equal(device(tree, 1), b);
	conf = wf_conf_bind(tree, err);
	assert_non_null(conf);
	wf_conf_free(conf);
	wf_node_free(tree);
}

static void
ports_are_replaced(void **state)
{
	ports_become("eth1,eth2", "eth1", "eth2");
	ports_become("net_tap0,iface=a,mac=fixed,net_tap1,iface=b", "net_tap0,iface=a,mac=fixed",
		"net_tap1,iface=b");
	ports_become("0000:03:00.0,0000:03:00.1", "0000:03:00.0", "0000:03:00.1");
	ports_become("eth1,net_af_packet0,iface=eth2", "eth1", "net_af_packet0,iface=eth2");
}

static const char *
of_delay(struct wf_node *tree, enum wf_side side, const char *key, char buf[64])
{
	const struct wf_node *dir =
		wf_conf_dir_node(wf_conf_owner_node(tree, "lte", NULL), side, false);

	return wf_node_text(wf_node_get(wf_node_get(dir, "delay"), key), buf, 64);
}

static void
values_are_set_for_both_directions_or_one(void **state)
{
	static const char *const set[] = { "delay.mean=31ms", "ba.delay.mean=32ms",
		"ab.delay.stddev=1ms" };
	struct wf_bridge from = { .profile = "lte", .set = set, .n_set = 3 };
	struct wf_node *tree = wf_bridge_read(&from, err);
	char buf[64];

	assert_non_null(tree);
	assert_string_equal(of_delay(tree, WF_AB, "mean", buf), "31ms");
	assert_string_equal(of_delay(tree, WF_AB, "stddev", buf), "1ms");
	assert_string_equal(of_delay(tree, WF_BA, "mean", buf), "32ms");
	assert_string_equal(of_delay(tree, WF_BA, "stddev", buf), "3ms");
	wf_node_free(tree);
}

static void
mistakes_are_named(void **state)
{
	static const char *const word[] = { "delay" };

	says(&(struct wf_bridge){ .profile = "lt" }, "Did you mean \"lte\"?");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "zzzzzzzz" }, "There are 3g, 5g");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "../lte" }, "-c FILE");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "lte", .ports = "eth1" }, "not two ports");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "lte", .ports = "a,b,c" }, "not two ports");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "lte", .ports = "," }, "not two ports");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "lte", .ports = "" }, "not two ports");
	teardown(state), setup(state);
	says(&(struct wf_bridge){ .profile = "lte", .set = word, .n_set = 1 }, "delay");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ports_are_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(
			values_are_set_for_both_directions_or_one, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_are_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
