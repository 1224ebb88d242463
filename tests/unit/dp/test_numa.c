/* SPDX-License-Identifier: BSD-3-Clause
 * Sockets, from a sysfs of our own: the machine that tests run on has one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_numa.h"

static char root[] = "/tmp/wf-numa-XXXXXX";

static void
make(const char *path, const char *text)
{
	char command[512];

	snprintf(command, sizeof(command),
		"mkdir -p \"$(dirname %s/%s)\" && printf %%s '%s' >%s/%s", root, path, text, root,
		path);
	assert_int_equal(system(command), 0);
}

/* Cores 0 and 1 on socket 0, 2 on socket 1, 3 unknown. */
static int
start(void **state)
{
	assert_non_null(mkdtemp(root));
	make("devices/system/cpu/cpu0/node0/x", "");
	make("devices/system/cpu/cpu1/node0/x", "");
	make("devices/system/cpu/cpu2/node1/x", "");
	make("devices/system/cpu/cpu3/nodes", "");
	make("devices/system/node/node0/cpulist", "0-1\n");
	make("devices/system/node/node1/cpulist", "2\n");
	make("devices/system/node/node2/cpulist", "\n");
	make("class/net/far/device/numa_node", "1\n");
	make("class/net/near/device/numa_node", "0\n");
	make("class/net/mute/device/numa_node", "-1\n");
	make("class/net/odd/device/numa_node", "what\n");
	make("bus/pci/devices/0000:81:00.0/numa_node", "1\n");
	return 0;
}

static int
end(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void
cores_and_devices_have_sockets(void **state)
{
	assert_int_equal(wf_numa_of_core(root, 1), 0);
	assert_int_equal(wf_numa_of_core(root, 2), 1);
	assert_int_equal(wf_numa_of_core(root, 3), WF_NUMA_UNKNOWN);
	assert_int_equal(wf_numa_of_core(root, 4), WF_NUMA_UNKNOWN);
	assert_int_equal(wf_numa_of_interface(root, "far"), 1);
	assert_int_equal(wf_numa_of_interface(root, "mute"), WF_NUMA_UNKNOWN);
	assert_int_equal(wf_numa_of_interface(root, "odd"), WF_NUMA_UNKNOWN);
	assert_int_equal(wf_numa_of_interface(root, "none"), WF_NUMA_UNKNOWN);
	assert_int_equal(wf_numa_of_pci(root, "0000:81:00.0"), 1);
	assert_int_equal(wf_numa_of_pci(root, "81:00.0"), 1);
}

static void
sockets_are_told_with_what_is_on_them(void **state)
{
	char text[200], brief[12];

	assert_int_equal(wf_numa_text(root, text, sizeof(text)), 3);
	assert_string_equal(text, "0: cores 0-1, near; 1: cores 2, far; 2: no cores");
	assert_int_equal(wf_numa_text(root, brief, sizeof(brief)), 3);
	assert_string_equal(brief, "0: cores 0-");
	assert_int_equal(wf_numa_text("/nowhere", text, sizeof(text)), 1);
	assert_string_equal(text, "one, as far as the kernel says");
}

static void
shared_memory_is_where_most_ports_are(void **state)
{
	assert_int_equal(wf_numa_most((int[]){ 1, 1, 0 }, 3), 1);
	assert_int_equal(wf_numa_most((int[]){ 1, 0 }, 2), 0);
	assert_int_equal(wf_numa_most((int[]){ -1, -1, 2 }, 3), 2);
	assert_int_equal(wf_numa_most((int[]){ -1, 9999 }, 2), WF_NUMA_UNKNOWN);
	assert_int_equal(wf_numa_most(NULL, 0), WF_NUMA_UNKNOWN);
}

static size_t
warned(const char *device, uint32_t n_workers, unsigned first, unsigned second, const char *text)
{
	struct wf_err *err = wf_err_new();
	char device_copy[64], said[1024] = "";
	struct wf_conf_port port = { .name = "p", .device = device_copy };
	struct wf_conf conf = {
		.n_ports = 1, .ports = &port, .n_workers = n_workers, .workers = { first, second }
	};
	FILE *f = fmemopen(said, sizeof(said), "w");
	size_t n;

	snprintf(device_copy, sizeof(device_copy), "%s", device);
	wf_numa_warn(root, &conf, first, err);
	n = wf_err_count(err);
	wf_err_print(err, f);
	fclose(f);
	if (text != NULL)
		assert_non_null(strstr(said, text));
	wf_err_free(err);
	return n;
}

static void
what_crosses_sockets_is_said(void **state)
{
	assert_int_equal(warned("packet,iface=near", 1, 0, 0, NULL), 0);
	assert_int_equal(warned("packet,iface=mute", 1, 0, 0, NULL), 0);
	assert_int_equal(warned("net_null0", 1, 0, 0, NULL), 0);
	assert_int_equal(warned("packet,iface=far", 1, 3, 0, NULL), 0);
	assert_int_equal(warned("packet,iface=far", 1, 0, 0,
				 "ports.p: it is on socket 1, the worker on core 0 on socket 0"),
		1);
	assert_int_equal(warned("0000:81:00.0", 0, 1, 0, "the worker on core 1 on socket 0"), 1);
	/* Once a port, whichever worker it is. */
	assert_int_equal(warned("packet,iface=far", 2, 2, 1, "core 1"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_and_devices_have_sockets),
		cmocka_unit_test(sockets_are_told_with_what_is_on_them),
		cmocka_unit_test(shared_memory_is_where_most_ports_are),
		cmocka_unit_test(what_crosses_sockets_is_said),
	};

	return cmocka_run_group_tests(tests, start, end);
}
