/* SPDX-License-Identifier: BSD-3-Clause
 * Packet ports, the parts that need no socket: slots of the receive ring, times of arrival, device
 * strings.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_packet_args.h"
#include "wf_packet_queue.h"
#include "wf_tpacket.h"

#define SLOT 2048

static uint8_t *slot; /* on the heap, so that a sanitizer sees its end */

static int
setup(void **state)
{
	slot = calloc(1, SLOT);
	return slot ? 0 : -1;
}

static int
teardown(void **state)
{
	free(slot);
	return 0;
}

/* As the kernel fills it: an Ethernet frame of so many bytes, each its own offset. */
static struct tpacket2_hdr *
fill(uint32_t len)
{
	struct tpacket2_hdr *h = (struct tpacket2_hdr *)slot;

	*h = (struct tpacket2_hdr){ .tp_status = TP_STATUS_USER,
		.tp_len = len,
		.tp_snaplen = len,
		.tp_mac = WF_TPACKET_RX_HEAD,
		.tp_net = WF_TPACKET_RX_HEAD + 14,
		.tp_sec = 1700000000,
		.tp_nsec = 123456789 };
	for (uint32_t i = 0; i < len && WF_TPACKET_RX_HEAD + i < SLOT; i++)
		slot[WF_TPACKET_RX_HEAD + i] = (uint8_t)i;
	return h;
}

static void
a_frame_is_as_it_was(void **state)
{
	struct wf_tpacket t;
	uint8_t out[100];

	fill(100);
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_FRAME);
	assert_int_equal(wf_tpacket_bytes(&t), 100);
	assert_int_equal(t.realtime_ns, 1700000000123456789ull);
	wf_tpacket_copy(&t, out);
	assert_memory_equal(out, slot + WF_TPACKET_RX_HEAD, 100);
}

static void
check_tag(uint32_t flags, uint16_t tpid, uint16_t tci, const uint8_t want[4])
{
	struct tpacket2_hdr *h = fill(60);
	struct wf_tpacket t;
	uint8_t out[64];

	h->tp_status |= TP_STATUS_VLAN_VALID | flags;
	h->tp_vlan_tpid = tpid;
	h->tp_vlan_tci = tci;
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_FRAME);
	assert_int_equal(wf_tpacket_bytes(&t), 64);
	wf_tpacket_copy(&t, out);
	assert_memory_equal(out, slot + WF_TPACKET_RX_HEAD, 12);
	assert_memory_equal(out + 12, want, 4);
	assert_memory_equal(out + 16, slot + WF_TPACKET_RX_HEAD + 12, 48);
}

static void
a_tag_beside_the_frame_returns_to_its_place(void **state)
{
	check_tag(TP_STATUS_VLAN_TPID_VALID, 0x8100, 7, (const uint8_t[]){ 0x81, 0, 0, 7 });
	check_tag(TP_STATUS_VLAN_TPID_VALID, 0x88a8, 0xeabc,
		(const uint8_t[]){ 0x88, 0xa8, 0xea, 0xbc });
	/* VID 0 is a tag, too. */
	check_tag(TP_STATUS_VLAN_TPID_VALID, 0x8100, 0, (const uint8_t[]){ 0x81, 0, 0, 0 });
	/* An old kernel does not say which. */
	check_tag(0, 0, 9, (const uint8_t[]){ 0x81, 0, 0, 9 });
}

static void
what_the_host_sent_is_not_received(void **state)
{
	struct sockaddr_ll *from;
	struct wf_tpacket t;

	fill(60);
	from = (struct sockaddr_ll *)(slot + TPACKET_ALIGN(sizeof(struct tpacket2_hdr)));
	from->sll_pkttype = PACKET_OUTGOING;
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_OURS);
}

static void
nonsense_is_none_of_ours(void **state)
{
	struct wf_tpacket t;

	fill(3000)->tp_snaplen = SLOT - WF_TPACKET_RX_HEAD;
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_CUT);
	fill(13); /* no Ethernet frame */
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_BAD);
	fill(SLOT - WF_TPACKET_RX_HEAD);
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_FRAME);
	fill(SLOT - WF_TPACKET_RX_HEAD + 1);
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_BAD);
	fill(60)->tp_mac = 0; /* in the header */
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_BAD);
	fill(60)->tp_mac = UINT16_MAX;
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_BAD);
	fill(UINT32_MAX);
	assert_int_equal(wf_tpacket_parse(slot, SLOT, &t), WF_TPACKET_BAD);
	fill(60);
	assert_int_equal(wf_tpacket_parse(slot, TPACKET2_HDRLEN - 1, &t), WF_TPACKET_BAD);
}

static void
a_frame_came_as_long_ago_as_its_stamp_says(void **state)
{
	/* Now: 5,000 by our clock, 1,000,000 by the kernel's. */
	assert_int_equal(wf_packet_came_ns(999300, 1000000, 5000, 1000), 4300);
	assert_int_equal(wf_packet_came_ns(1000000, 1000000, 5000, 1000), 5000);
}

static void
a_stamp_never_outweighs_what_is_certain(void **state)
{
	/* CLOCK_REALTIME was set back, or forward, since the stamp: by an hour, by all. */
	assert_int_equal(wf_packet_came_ns(1000001, 1000000, 5000, 1000), 5000);
	assert_int_equal(wf_packet_came_ns(3600 * WF_NS_PER_S, 1, 5000, 1000), 5000);
	assert_int_equal(wf_packet_came_ns(1, 3600 * WF_NS_PER_S, 5000, 1000), 1000);
	assert_int_equal(wf_packet_came_ns(0, INT64_MAX, 5000, 1000), 1000);
	/* It came after the ring was seen empty, or after the one before. */
	assert_int_equal(wf_packet_came_ns(996000, 1000000, 5000, 2000), 2000);
	assert_int_equal(wf_packet_came_ns(1000, 1000000, 5000, 5000), 5000);
}

static const struct wf_where where = { .path = "ports.a" };

static struct wf_packet_args
parsed(const char *device, uint32_t frame_bytes)
{
	struct wf_err *err = wf_err_new();
	struct wf_packet_args a;

	assert_int_equal(wf_packet_args_parse(device, frame_bytes, &a, &where, err), 0);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
	return a;
}

static void
refuses(const char *device, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_packet_args a;

	assert_true(wf_packet_args_parse(device, 1522, &a, &where, err) < 0);
	assert_int_equal(wf_err_count(err), 1);
	assert_string_equal(wf_err_item(err, 0)->message, message);
	assert_string_equal(wf_err_item(err, 0)->path, "ports.a");
	wf_err_free(err);
}

static void
arguments_have_defaults(void **state)
{
	struct wf_packet_args a = parsed("packet,iface=eth1", 1522);

	assert_string_equal(a.iface, "eth1");
	assert_int_equal(a.qpairs, 0);
	assert_int_equal(a.slot_bytes, 2048);
	assert_int_equal(a.rx_slots, 4096);
	assert_int_equal(a.tx_slots, 1024);
	assert_false(a.qdisc);
	a = parsed("packet,iface=eth1", 9022);
	assert_int_equal(a.slot_bytes, 16384);
	assert_int_equal(a.rx_slots, 1024);
}

static void
arguments_are_read(void **state)
{
	struct wf_packet_args a = parsed(
		"packet3,iface=eth1,qpairs=4,slot=4096,rx_slots=64,tx_slots=128,qdisc=on", 1522);

	assert_int_equal(a.qpairs, 4);
	assert_int_equal(a.slot_bytes, 4096);
	assert_int_equal(a.rx_slots, 64);
	assert_int_equal(a.tx_slots, 128);
	assert_true(a.qdisc);
}

static void
arguments_are_checked(void **state)
{
	refuses("packet", "a packet port needs the interface to stand on");
	refuses("packet,iface=", "\"\" is no name of a network interface");
	refuses("packet,iface=a-name-too-long-for-it",
		"\"a-name-too-long-for-it\" is no name of a network interface");
	refuses("packet,iface=x,framecnt=3", "a packet port has no argument \"framecnt\"");
	refuses("packet,iface=x,,", "a packet port has no argument \"\"");
	refuses("packet,iface=x,qpairs=0", "qpairs is 1 to 64, not \"0\"");
	refuses("packet,iface=x,qpairs=two", "qpairs is 1 to 64, not \"two\"");
	refuses("packet,iface=x,rx_slots=100",
		"rx_slots is a power of two from 64 to 262144, not \"100\"");
	refuses("packet,iface=x,rx_slots=99999999999999999999",
		"rx_slots is a power of two from 64 to 262144, not \"99999999999999999999\"");
	refuses("packet,iface=x,qdisc=maybe", "qdisc is on or off, not \"maybe\"");
	refuses("packet,iface=x,slot=1024",
		"slot is a power of two from 2048 to 65536, not \"1024\"");
}

int
main(void)
{
#define SLOT_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		SLOT_TEST(a_frame_is_as_it_was),
		SLOT_TEST(a_tag_beside_the_frame_returns_to_its_place),
		SLOT_TEST(what_the_host_sent_is_not_received),
		SLOT_TEST(nonsense_is_none_of_ours),
		cmocka_unit_test(a_frame_came_as_long_ago_as_its_stamp_says),
		cmocka_unit_test(a_stamp_never_outweighs_what_is_certain),
		cmocka_unit_test(arguments_have_defaults),
		cmocka_unit_test(arguments_are_read),
		cmocka_unit_test(arguments_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
