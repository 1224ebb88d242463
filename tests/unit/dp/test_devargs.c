/* SPDX-License-Identifier: BSD-3-Clause
 * Device strings, taken apart and completed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_devargs.h"

static void
completes_to(const char *device, uint32_t queues, uint32_t mtu, const char *expected)
{
	char *out = wf_devargs_complete(device, queues, mtu);

	assert_string_equal(out, expected);
	free(out);
}

static void
the_name_ends_at_the_first_comma(void **state)
{
	char name[WF_DEV_NAME];

	wf_devargs_name("net_tap0,iface=a,mac=fixed", name);
	assert_string_equal(name, "net_tap0");
	wf_devargs_name("net_null1", name);
	assert_string_equal(name, "net_null1");
}

static void
pci_addresses_are_told_from_virtual_devices(void **state)
{
	assert_true(wf_devargs_is_pci("0000:03:00.1"));
	assert_true(wf_devargs_is_pci("03:00.1"));
	assert_true(wf_devargs_is_pci("0000:03:00.1,mprq_en=1"));
	assert_false(wf_devargs_is_pci("net_tap0"));
	assert_false(wf_devargs_is_pci("eth0"));
	assert_false(wf_devargs_is_pci("03:00"));
	assert_false(wf_devargs_is_pci("03:00.1x"));
}

static void
a_driver_is_its_name_and_a_number(void **state)
{
	assert_true(wf_devargs_driver("net_af_packet0,iface=x", "net_af_packet"));
	assert_true(wf_devargs_driver("net_tap", "net_tap"));
	assert_false(wf_devargs_driver("net_tapestry0", "net_tap"));
	assert_false(wf_devargs_driver("net_ta", "net_tap"));
}

static void
arguments_are_found_by_their_whole_key(void **state)
{
	char v[32];

	assert_true(wf_devargs_get("net_x0,a=1,bb=two,c=3", "bb", v, sizeof(v)));
	assert_string_equal(v, "two");
	assert_false(wf_devargs_get("net_x0,a=1,bb=two", "b", v, sizeof(v)));
	assert_false(wf_devargs_get("net_x0", "net_x0", v, sizeof(v)));
}

static void
a_default_never_overrides_the_user(void **state)
{
	completes_to("net_af_xdp0,iface=x", 1, 1500, "net_af_xdp0,iface=x");
	completes_to("net_af_xdp0,iface=x", 2, 1500, "net_af_xdp0,iface=x,queue_count=2");
	completes_to(
		"net_af_xdp0,iface=x,queue_count=4", 2, 1500, "net_af_xdp0,iface=x,queue_count=4");
	completes_to("net_af_packet0,iface=x,qpairs=4,framecnt=64", 2, 1500,
		"net_af_packet0,iface=x,qpairs=4,framecnt=64");
}

static void
af_packet_gets_a_queue_pair_for_each_worker(void **state)
{
	completes_to("net_af_packet0,iface=x,framecnt=64", 2, 1500,
		"net_af_packet0,iface=x,framecnt=64,qpairs=2");
	completes_to("net_af_packet0,iface=x,framecnt=64", 1, 1500,
		"net_af_packet0,iface=x,framecnt=64");
}

static void
af_packet_gets_ring_frames_for_a_large_mtu(void **state)
{
	completes_to("net_af_packet0,iface=x,framecnt=64", 1, 9000,
		"net_af_packet0,iface=x,framecnt=64,blocksz=12288,framesz=12288");
	completes_to("net_af_packet0,iface=x,framecnt=64", 1, 3000,
		"net_af_packet0,iface=x,framecnt=64,blocksz=4096,framesz=4096");
	assert_int_equal(wf_devargs_frame_room("net_af_packet0,framesz=12288"), 12288);
	assert_int_equal(wf_devargs_frame_room("net_af_packet0"), 2048);
}

static void
other_devices_stay_as_they_are(void **state)
{
	completes_to("net_tap0,iface=lab-a", 2, 9000, "net_tap0,iface=lab-a");
	completes_to("0000:03:00.1", 2, 9000, "0000:03:00.1");
	assert_int_equal(wf_devargs_frame_room("net_tap0"), 0);
}

static void
frames_that_can_wait(void **state)
{
	assert_int_equal(wf_devargs_rx_slots("0000:03:00.1", 512), 512);
	assert_int_equal(wf_devargs_rx_slots("net_memif0,role=server", 1024), 1024);
	assert_int_equal(wf_devargs_rx_slots("net_tap0,iface=lab-a", 256), 1000);
	assert_int_equal(wf_devargs_rx_slots("net_af_packet0,iface=x,framecnt=64", 1024), 64);
	assert_int_equal(wf_devargs_rx_slots("net_af_packet0,iface=x", 1024), 2048);
	assert_true(wf_devargs_rx_slots("net_af_xdp0,iface=x", 1024) >= 4096);
	/* These make frames when they are asked. */
	assert_int_equal(wf_devargs_rx_slots("net_null0", 1024), 0);
	assert_int_equal(wf_devargs_rx_slots("net_pcap0,rx_pcap=a.pcap", 1024), 0);
	assert_true(wf_devargs_rx_slots("net_pcap0,iface=eth1", 1024) > 1024);
}

static void
only_drivers_that_touch_the_host_name_an_interface(void **state)
{
	char ifname[32];

	assert_true(wf_devargs_hostif("net_af_xdp0,iface=eth1", ifname, sizeof(ifname)));
	assert_string_equal(ifname, "eth1");
	assert_true(wf_devargs_hostif("net_tap0,iface=new,remote=eth2", ifname, sizeof(ifname)));
	assert_string_equal(ifname, "eth2");
	/* A tap's own interface is made by the driver. */
	assert_false(wf_devargs_hostif("net_tap0,iface=lab-a", ifname, sizeof(ifname)));
	assert_true(wf_devargs_shares_hostif("net_af_packet0,iface=eth1"));
	assert_false(wf_devargs_shares_hostif("net_tap0,remote=eth1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_ends_at_the_first_comma),
		cmocka_unit_test(pci_addresses_are_told_from_virtual_devices),
		cmocka_unit_test(a_driver_is_its_name_and_a_number),
		cmocka_unit_test(arguments_are_found_by_their_whole_key),
		cmocka_unit_test(a_default_never_overrides_the_user),
		cmocka_unit_test(af_packet_gets_a_queue_pair_for_each_worker),
		cmocka_unit_test(af_packet_gets_ring_frames_for_a_large_mtu),
		cmocka_unit_test(other_devices_stay_as_they_are),
		cmocka_unit_test(frames_that_can_wait),
		cmocka_unit_test(only_drivers_that_touch_the_host_name_an_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
