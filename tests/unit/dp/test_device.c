/* SPDX-License-Identifier: BSD-3-Clause
 * The driver that is chosen for an interface's name, and what `check` warns of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_channels.h"

static const struct wf_device_facts veth = {
	.exists = true, .mtu = 1500, .queues = 1, .af_xdp = true, .most_mtu = 1500, .n_workers = 1
};

static void
chooses(struct wf_device_facts f, const char *device, const char *reason)
{
	const char *why;
	char *got = wf_device_choose("eth0", &f, 3, &why);

	assert_string_equal(got, device);
	if (reason == NULL)
		assert_null(why);
	else
		assert_non_null(strstr(why, reason));
	free(got);
}

static void
names_are_told_from_devices(void **state)
{
	static const char *const devices[] = { "net_tap0", "packet,iface=eth0",
		"net_af_packet0,iface=eth0", "0000:03:00.1", "03:00.1", "eth_pcap0", "net_null",
		"" };
	static const char *const names[] = { "eth0", "enp3s0f1np1", "wlan0", "eth0.100", "br-lan",
		"ethernet", "network" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(devices); i++)
		assert_false(wf_device_is_interface(devices[i]));
	for (size_t i = 0; i < WF_ARRAY_SIZE(names); i++)
		assert_true(wf_device_is_interface(names[i]));
	assert_false(wf_device_is_interface(NULL));
}

static void
af_xdp_comes_first_where_it_can(void **state)
{
	struct wf_device_facts f = veth;

	chooses(f, "net_af_xdp3,iface=eth0", NULL);
	f.most_mtu = 3000;
	chooses(f, "net_af_xdp3,iface=eth0", NULL);
	f.most_mtu = 3001;
	chooses(f, "packet3,iface=eth0", "MTU");
	f = veth, f.n_workers = 2;
	chooses(f, "packet3,iface=eth0", "one worker");
	f = veth, f.queues = 4;
	chooses(f, "packet3,iface=eth0", "ethtool -L");
	f = veth, f.af_xdp = false;
	chooses(f, "packet3,iface=eth0", "missing");
	f = veth, f.exists = false;
	chooses(f, "packet3,iface=eth0", NULL);
}

static void
a_nic_that_shares_goes_by_its_address(void **state)
{
	struct wf_device_facts f = veth;

	strcpy(f.pci, "0000:03:00.1");
	strcpy(f.kernel_driver, "mlx5_core");
	f.mlx5 = true;
	f.queues = 8;
	chooses(f, "0000:03:00.1", NULL);
	f.mlx5 = false, f.queues = 1;
	chooses(f, "net_af_xdp3,iface=eth0", "not installed");
	strcpy(f.kernel_driver, "ixgbe");
	f.mlx5 = f.mlx4 = true;
	chooses(f, "net_af_xdp3,iface=eth0", NULL);
}

static void
the_loopback_is_seen_as_it_is(void **state)
{
	struct wf_device_facts f = { .n_workers = 7 };

	wf_device_look("lo", &f);
	assert_true(f.exists);
	assert_true(f.mtu > 0);
	assert_int_equal(f.queues, 1);
	assert_int_equal(f.xdp_queues, 1);
	assert_string_equal(f.pci, "");
	assert_int_equal(f.n_workers, 7);
	wf_device_look("a-name-that-is-too-long-for-any", &f);
	assert_false(f.exists);
	assert_int_equal(f.mtu, 0);
}

/* Channels that receive and send count as combined; a veth has none of those. */
static void
fits(uint32_t rx, uint32_t combined, uint32_t n_workers, const char *message)
{
	const struct wf_where where = { .path = "ports.a" };
	const struct wf_device_facts f = {
		.exists = true, .queues = rx + combined, .xdp_queues = combined ? combined : 1
	};
	struct wf_err *err = wf_err_new();
	int ret = wf_channels_fit("eth0", &f, n_workers, &where, err);

	if (message == NULL) {
		assert_int_equal(ret, 0);
		assert_int_equal(wf_err_count(err), 0);
	} else {
		assert_true(ret < 0);
		assert_int_equal(wf_err_count(err), 1);
		assert_string_equal(wf_err_item(err, 0)->message, message);
		assert_string_equal(wf_err_item(err, 0)->path, "ports.a");
	}
	wf_err_free(err);
}

static void
each_af_xdp_queue_has_a_worker(void **state)
{
	fits(1, 0, 1, NULL);
	fits(0, 1, 1, NULL);
	fits(0, 2, 2, NULL);
	fits(0, 64, 64, NULL);
	fits(0, 8, 1, "eth0 receives on 8 queues, of which 1 worker would poll 1 only");
	fits(0, 8, 3, "eth0 receives on 8 queues, of which 3 workers would poll 3 only");
	fits(0, 2, 3, "eth0 has 2 queues for AF_XDP, too few for 3 workers");
	fits(2, 0, 1, "eth0 receives on 2 queues, of which 1 worker would poll 1 only");
	fits(2, 0, 2, "eth0 has 1 queue for AF_XDP, too few for 2 workers");
	fits(1, 2, 2, "eth0 receives on 3 queues, of which 2 workers would poll 2 only");
	fits(1, 2, 3, "eth0 has 2 queues for AF_XDP, too few for 3 workers");
}

static struct wf_conf *
conf_of(const char *a, const char *b, struct wf_err *err)
{
	char text[512];
	struct wf_node *tree;
	struct wf_conf *conf;

	snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"%s; },\n"
		"{ name = \"b\"; device = \"%s; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );\n",
		a, b);
	tree = wf_conf_read_text(text, "t.conf", false, err);
	conf = wf_conf_bind(tree, err);
	wf_node_free(tree);
	assert_non_null(conf);
	return conf;
}

/* One warning that holds `text`, or none. */
static void
warns(const char *a, const char *b, const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_conf *conf = conf_of(a, b, err);
	bool found = false;

	assert_int_equal(wf_device_resolve(conf, NULL), 0);
	wf_device_warn(conf, err);
	for (size_t i = 0; wf_err_item(err, i) != NULL; i++)
		found |= text != NULL && strstr(wf_err_item(err, i)->message, text) != NULL;
	if (text == NULL)
		assert_int_equal(wf_err_count(err), 0);
	else
		assert_true(found);
	wf_conf_free(conf);
	wf_err_free(err);
}

static void
what_run_would_stumble_over_is_said(void **state)
{
	warns("net_tap0,iface=wfa\"", "net_tap1,iface=wfb\"", NULL);
	warns("wf-nowhere0\"", "net_null0\"", "no network interface wf-nowhere0");
	warns("net_af_xdp0,iface=wf-nowhere0\"", "net_null0\"", "no network interface");
	warns("a-name-of-sixteen\"", "net_null0\"", "longer than the 15");
	warns("net_tap0,iface=a-name-of-sixteen\"", "net_null0\"", "longer than the 15");
	warns("net_tap0,iface=name-of15-chars\"", "net_null0\"", NULL);
	warns("net_af_packet0,iface=lo\"", "net_af_packet1,iface=lo\"", "takes the interface lo");
	warns("lo\"", "net_af_packet1,iface=lo\"", "takes the interface lo");
	warns("net_tap0,iface=wfa\"", "net_tap1,iface=wfa\"", "takes the interface wfa");
	warns("net_tap0\"; mtu = 1500", "net_tap1\"; mtu = 9000", "MTU of 1500");
	warns("net_tap0\"; mtu = 9000", "net_tap1\"; mtu = 9000", NULL);
	warns("ffff:ff:1f.7\"", "net_null0\"", "no PCI device");
}

static void
numbers_do_not_collide(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_conf *conf = conf_of("wf-nowhere0\"", "packet0,iface=lo\"", err);

	assert_int_equal(wf_device_resolve(conf, NULL), 0);
	assert_string_equal(conf->ports[0].device, "packet1,iface=wf-nowhere0");
	wf_conf_free(conf);
	wf_err_free(err);
}

static void
hardware_time_stamps_are_said_of_each_port(void **state)
{
	static const struct {
		const char *device, *arrival, *stamps;
	} of[] = {
		{ "packet0,iface=lo", "stamped", "kernel stamps" },
		{ "net_tap0", "polled", "no hardware" },
		{ "net_af_xdp1,iface=lo", "polled", "no hardware" },
		{ "generator,flows=7", "stamped", "with their times" },
		{ "pcap,from=a.pcap", "stamped", "with their times" },
		{ "0000:ff:1f.7", NULL, "only DPDK's driver" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(of); i++) {
		struct wf_device_arrival a = wf_device_arrival(of[i].device);

		if (of[i].arrival == NULL)
			assert_null(a.arrival);
		else
			assert_string_equal(a.arrival, of[i].arrival);
		assert_non_null(strstr(a.stamps, of[i].stamps));
	}
	/* That the kernel's driver can does not say that DPDK's does. */
	assert_null(wf_device_arrival_of_card(WF_CARDSTAMPS_ALL).arrival);
	assert_string_equal(wf_device_arrival_of_card(WF_CARDSTAMPS_NONE).arrival, "polled");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_told_from_devices),
		cmocka_unit_test(af_xdp_comes_first_where_it_can),
		cmocka_unit_test(a_nic_that_shares_goes_by_its_address),
		cmocka_unit_test(each_af_xdp_queue_has_a_worker),
		cmocka_unit_test(the_loopback_is_seen_as_it_is),
		cmocka_unit_test(what_run_would_stumble_over_is_said),
		cmocka_unit_test(numbers_do_not_collide),
		cmocka_unit_test(hardware_time_stamps_are_said_of_each_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
