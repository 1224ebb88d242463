/* SPDX-License-Identifier: BSD-3-Clause
 * Host interfaces, taken and given back, and those that must not be taken. On veth pairs in network
 * namespaces of the test's own; skipped without the privilege to make them.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_hostguard.h"
#include "wf_hostif.h"
#include "wf_veth.h"

static char far_ns[64]; /* name of the namespace with the peer */

static int __attribute__((format(printf, 1, 2))) sh(const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	return system(cmd);
}

/* The process's own namespace, and a named one for the peers. */
static int
make_namespaces(void **state)
{
	snprintf(far_ns, sizeof(far_ns), "wf-dp-%d", (int)getpid());
	return sh("ip netns add %s", far_ns);
}

static int
remove_namespaces(void **state)
{
	return sh("ip netns del %s", far_ns);
}

static int
make_pair(void **state)
{
	return sh("ip link add wfa type veth peer name wfb netns %s", far_ns);
}

static int
remove_pair(void **state)
{
	sh("ip link del wfa 2>/dev/null");
	return 0;
}

/* State of an interface as text, without its statistics. */
static void
features(const char *prefix, const char *ifname, char *out, size_t size)
{
	char cmd[256];
	size_t n;
	FILE *f;

	/* An interface that has ever been up keeps its queueing discipline. */
	snprintf(cmd, sizeof(cmd),
		"%s ethtool -k %s; %s ip -o link show %s | sed 's/ qdisc [a-z]*//'", prefix, ifname,
		prefix, ifname);
	f = popen(cmd, "r");
	assert_non_null(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	pclose(f);
	assert_true(n > 500);
}

static void
take(struct wf_hostif *h, const char *ifname, uint32_t mtu)
{
	struct wf_err *err = wf_err_new();
	int ret = wf_hostif_take(h, ifname, mtu, NULL, err);

	wf_err_print(err, stderr);
	assert_int_equal(ret, 0);
	wf_err_free(err);
}

static void
both_ends_lose_their_offloads_and_get_them_back(void **state)
{
	char ns[96], a0[8192], a1[8192], b0[8192], b1[8192];
	struct wf_hostif *h = wf_hostif_new(NULL);

	snprintf(ns, sizeof(ns), "ip netns exec %s", far_ns);
	/* Not everything is on before: what was off must stay off. */
	assert_int_equal(sh("ethtool -K wfa gro off >/dev/null"), 0);
	features("", "wfa", a0, sizeof(a0));
	features(ns, "wfb", b0, sizeof(b0));
	take(h, "wfa", 0);
	features("", "wfa", a1, sizeof(a1));
	features(ns, "wfb", b1, sizeof(b1));
	assert_non_null(strstr(a0, "tx-checksumming: on"));
	assert_non_null(strstr(a1, "tx-checksumming: off"));
	assert_non_null(strstr(b0, "tcp-segmentation-offload: on"));
	assert_non_null(strstr(b1, "tcp-segmentation-offload: off"));
	assert_non_null(strstr(b1, "generic-segmentation-offload: off"));
	assert_non_null(strstr(b1, "tx-checksumming: off"));
	wf_hostif_free(h);
	features("", "wfa", a1, sizeof(a1));
	features(ns, "wfb", b1, sizeof(b1));
	assert_string_equal(a1, a0);
	assert_string_equal(b1, b0);
}

static void
flags_and_mtu_come_back(void **state)
{
	char before[8192], during[8192], after[8192];
	struct wf_hostif *h = wf_hostif_new(NULL);

	features("", "wfa", before, sizeof(before));
	assert_null(strstr(before, "UP"));
	take(h, "wfa", 9000);
	features("", "wfa", during, sizeof(during));
	assert_non_null(strstr(during, "UP"));
	assert_non_null(strstr(during, "mtu 9000"));
	assert_int_equal(wf_hostif_mtu("wfa"), 9000);
	/* As a driver does it. */
	assert_int_equal(sh("ip link set wfa promisc on allmulticast on"), 0);
	wf_hostif_free(h);
	features("", "wfa", after, sizeof(after));
	assert_string_equal(after, before);
}

static void
a_peer_in_our_own_namespace_is_found(void **state)
{
	char before[8192], during[8192], after[8192];
	struct wf_hostif *h = wf_hostif_new(NULL);

	assert_int_equal(sh("ip link add wfc type veth peer name wfd"), 0);
	features("", "wfd", before, sizeof(before));
	take(h, "wfc", 0);
	features("", "wfd", during, sizeof(during));
	assert_non_null(strstr(during, "tx-checksumming: off"));
	wf_hostif_free(h);
	features("", "wfd", after, sizeof(after));
	assert_string_equal(after, before);
	sh("ip link del wfc");
}

/* Index numbers repeat in every namespace: the number of the namespace must decide. */
static void
a_pair_with_the_same_numbers_elsewhere_is_not_mistaken(void **state)
{
	struct wf_veth_peer peer;
	char path[96];

	assert_int_equal(sh("ip netns add %s-x && ip -n %s-x link add wfz type veth peer name wfy",
				 far_ns, far_ns),
		0);
	assert_int_equal(wf_veth_find_peer("wfa", &peer), 1);
	snprintf(path, sizeof(path), "/run/netns/%s", far_ns);
	assert_string_equal(peer.netns.path, path);
	sh("ip netns del %s-x", far_ns);
}

static void
an_interface_that_vanishes_needs_no_undoing(void **state)
{
	struct wf_hostif *h = wf_hostif_new(NULL);

	take(h, "wfa", 0);
	assert_int_equal(sh("ip link del wfa"), 0);
	wf_hostif_free(h);
}

static void
an_absent_interface_is_an_error(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_hostif *h = wf_hostif_new(NULL);

	assert_true(wf_hostif_take(h, "wf-nowhere", 0, NULL, err) < 0);
	assert_int_equal(wf_err_count(err), 1);
	assert_int_equal(wf_hostif_mtu("wf-nowhere"), 0);
	wf_hostif_free(h);
	wf_err_free(err);
}

static void
a_plain_interface_may_be_taken(void **state)
{
	assert_int_equal(sh("ip addr add 192.0.2.1/24 dev wfa && ip link set wfa up"), 0);
	assert_null(wf_hostguard_why_not("wfa"));
}

static void
the_default_route_is_guarded(void **state)
{
	assert_int_equal(sh("ip netns exec %s ip link set wfb up", far_ns), 0);
	assert_int_equal(sh("ip addr add 192.0.2.1/24 dev wfa && ip link set wfa up && "
			    "ip route add default via 192.0.2.2"),
		0);
	assert_string_equal(wf_hostguard_why_not("wfa"), "carries the default route");
}

static void
the_ipv6_default_route_is_guarded(void **state)
{
	assert_int_equal(sh("ip netns exec %s ip link set wfb up", far_ns), 0);
	assert_int_equal(sh("ip addr add 2001:db8::1/64 dev wfa nodad && ip link set wfa up && "
			    "ip -6 route add default via 2001:db8::2"),
		0);
	assert_string_equal(wf_hostguard_why_not("wfa"), "carries the default route");
}

static void
the_ssh_session_is_guarded(void **state)
{
	assert_int_equal(sh("ip addr add 192.0.2.1/24 dev wfa && ip link set wfa up"), 0);
	setenv("SSH_CONNECTION", "198.51.100.7 50000 192.0.2.1 22", 1);
	assert_string_equal(wf_hostguard_why_not("wfa"), "carries an SSH session");
	setenv("SSH_CONNECTION", "198.51.100.7 50000 192.0.2.9 22", 1);
	assert_null(wf_hostguard_why_not("wfa"));
	unsetenv("SSH_CONNECTION");
}

int
main(void)
{
#define PAIR_TEST(f) cmocka_unit_test_setup_teardown(f, make_pair, remove_pair)
	const struct CMUnitTest tests[] = {
		PAIR_TEST(both_ends_lose_their_offloads_and_get_them_back),
		PAIR_TEST(flags_and_mtu_come_back),
		PAIR_TEST(a_peer_in_our_own_namespace_is_found),
		PAIR_TEST(a_pair_with_the_same_numbers_elsewhere_is_not_mistaken),
		PAIR_TEST(an_interface_that_vanishes_needs_no_undoing),
		PAIR_TEST(an_absent_interface_is_an_error),
		PAIR_TEST(a_plain_interface_may_be_taken),
		PAIR_TEST(the_default_route_is_guarded),
		PAIR_TEST(the_ipv6_default_route_is_guarded),
		PAIR_TEST(the_ssh_session_is_guarded),
	};

	if (unshare(CLONE_NEWNET) < 0) {
		printf("1..0 # SKIP network namespaces: %s\n", strerror(errno));
		return 0;
	}
	return cmocka_run_group_tests(tests, make_namespaces, remove_namespaces);
}
