/* SPDX-License-Identifier: BSD-3-Clause
 * Our own descriptors found by what they are. Taps are made in a network namespace of the test's
 * own; skipped without the privilege to make one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_fds.h"

static void
test_sockets(void **state)
{
	int before = wf_fds_sockets(AF_UNIX, NULL, 0), pair[2], fd[64];
	bool seen[2] = { false, false };

	assert_true(before >= 0 && before < 60);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(wf_fds_sockets(AF_UNIX, fd, 64), before + 2);
	for (int i = 0; i < before + 2; i++)
		for (int k = 0; k < 2; k++)
			seen[k] |= fd[i] == pair[k];
	assert_true(seen[0] && seen[1]);
	/* No more are written than there is room for. */
	fd[1] = -7;
	assert_int_equal(wf_fds_sockets(AF_UNIX, fd, 1), before + 2);
	assert_int_equal(fd[1], -7);
	assert_int_equal(wf_fds_sockets(AF_APPLETALK, fd, 64), 0);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(wf_fds_sockets(AF_UNIX, NULL, 0), before);
}

static int
make_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &ifr) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int
index_of(void *arg)
{
	return (int)if_nametoindex(arg);
}

static void
test_taps(void **state)
{
	char name[IFNAMSIZ];
	struct wf_netns netns;
	int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), one, two, ns, tap;

	assert_true(own >= 0);
	if (unshare(CLONE_NEWNET) < 0) {
		close(own);
		skip();
	}
	one = make_tap("wf-one");
	two = make_tap("wf-two");
	if (one < 0 || two < 0) {
		close(own);
		skip();
	}
	tap = wf_fds_tap("wf-two");
	assert_int_equal(tap, two);
	assert_int_equal(wf_fds_tap("wf-one"), one);
	assert_int_equal(wf_fds_tap("wf-"), -ENODEV);
	/* Here, */
	assert_int_equal(wf_fds_tap_place(two, name, &netns, &ns), 0);
	assert_string_equal(name, "wf-two");
	assert_int_equal(netns.path[0], '\0');
	close(ns);
	/* and from somewhere else. */
	assert_int_equal(setns(own, CLONE_NEWNET), 0);
	assert_int_equal(if_nametoindex("wf-two"), 0);
	assert_int_equal(wf_fds_tap_place(two, name, &netns, &ns), 0);
	assert_true(wf_netns_run(&netns, index_of, name) > 0);
	close(ns);
	assert_int_equal(wf_fds_tap_place(own, name, &netns, &ns), -ENODEV);
	close(one);
	close(two);
	assert_int_equal(wf_fds_tap("wf-two"), -ENODEV);
	close(own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_taps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
