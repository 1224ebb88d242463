/* SPDX-License-Identifier: BSD-3-Clause
 * A watch over interfaces, in a namespace of the test's own; skipped without the privilege to make
 * one. And the kernel's messages, cut anywhere.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_watch.h"
#include "wf_watch_message.h"

static uint32_t calls;
static uint32_t last_index;

static void
changed(void *ctx, uint32_t index, const struct wf_watch_state *before,
	const struct wf_watch_state *now)
{
	calls++;
	last_index = index;
}

static void
shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

/* Waits for the kernel until the condition holds, for 10 s at most. */
#define AWAIT(w, condition)                                                                        \
	do {                                                                                       \
		struct pollfd p = { .fd = wf_watch_fd(w), .events = POLLIN };                      \
                                                                                                   \
		for (int i = 0; i < 100 && !(condition); i++)                                      \
			if (poll(&p, 1, 100) > 0)                                                  \
				assert_int_equal(wf_watch_read(w), 0);                             \
		assert_true(condition);                                                            \
	} while (0)

static struct wf_watch *
watch(const char *a, const char *b)
{
	struct wf_watch_want want[] = { { a, false }, { b, false } };
	struct wf_err *err = wf_err_new();
	struct wf_watch *w = wf_watch_new(want, 2, changed, NULL, err);

	assert_non_null(w);
	wf_err_free(err);
	calls = 0;
	return w;
}

static void
a_link_goes_down_and_up(void **state)
{
	struct wf_watch *w = watch("pa", "");
	const struct wf_watch_state *s = wf_watch_at(w, 0);

	assert_int_not_equal(s->ifindex, 0);
	assert_true(s->up && s->carrier);
	assert_int_equal(s->mtu, 1500);
	shell("ip link set pa down");
	AWAIT(w, !s->up);
	assert_false(s->carrier);
	assert_true(calls > 0 && last_index == 0);
	shell("ip link set pa up");
	AWAIT(w, s->up && s->carrier);
	shell("ip link set pb down"); /* the far end */
	AWAIT(w, s->up && !s->carrier);
	shell("ip link set pb up");
	AWAIT(w, s->carrier);
	shell("ip link set pa mtu 1400");
	AWAIT(w, s->mtu == 1400);
	shell("ip link set pa mtu 1500");
	AWAIT(w, s->mtu == 1500);
	wf_watch_free(w);
}

static void
another_name_is_the_same_interface(void **state)
{
	struct wf_watch *w = watch("pa", "");
	const struct wf_watch_state *s = wf_watch_at(w, 0);
	unsigned ifindex = s->ifindex;

	shell("ip link set pa name other");
	AWAIT(w, strcmp(s->name, "other") == 0);
	assert_int_equal(s->ifindex, ifindex);
	shell("ip link set other name pa");
	AWAIT(w, strcmp(s->name, "pa") == 0);
	wf_watch_free(w);
}

static void
one_that_is_deleted_and_made_again_is_back(void **state)
{
	struct wf_watch *w = watch("pa", "pb");
	const struct wf_watch_state *a = wf_watch_at(w, 0), *b = wf_watch_at(w, 1);
	unsigned before = a->ifindex;

	shell("ip link del pa");
	AWAIT(w, a->ifindex == 0 && b->ifindex == 0);
	assert_false(a->up || a->carrier || a->moved);
	shell("ip link add other type veth peer name another");
	shell("ip link del other");
	shell("ip link add pa type veth peer name pb");
	shell("ip link set pa up && ip link set pb up");
	AWAIT(w, a->carrier && b->carrier);
	assert_int_not_equal(a->ifindex, before);
	wf_watch_free(w);
}

/* A namespace that a child holds, which moves interfaces out of it again. */
struct elsewhere {
	pid_t pid;
	int order, done;
};

static void
elsewhere_order(struct elsewhere *e, const char *command)
{
	size_t n = strlen(command) + 1;
	char c = 0;

	assert_int_equal(write(e->order, command, n), n);
	assert_true(read(e->done, &c, 1) == 1 && c);
}

static struct elsewhere
elsewhere_make(void)
{
	struct elsewhere e;
	int order[2], done[2];
	char command[128];
	char c;

	assert_true(pipe(order) == 0 && pipe(done) == 0);
	e = (struct elsewhere){ fork(), order[1], done[0] };
	if (e.pid == 0) {
		close(order[1]);
		c = unshare(CLONE_NEWNET) == 0;
		while (write(done[1], &c, 1) == 1 && read(order[0], command, sizeof(command)) > 0)
			c = system(command) == 0;
		_exit(0);
	}
	close(order[0]);
	close(done[1]);
	assert_true(read(e.done, &c, 1) == 1 && c);
	return e;
}

static void
elsewhere_end(struct elsewhere *e)
{
	close(e->order);
	close(e->done);
	waitpid(e->pid, NULL, 0);
}

static void
move(const char *name, pid_t to)
{
	char command[128];

	snprintf(command, sizeof(command), "ip link set %s netns %d", name, (int)to);
	shell(command);
}

static void
one_that_is_moved_is_gone_and_may_come_back(void **state)
{
	struct wf_watch *w = watch("pa", "");
	const struct wf_watch_state *a = wf_watch_at(w, 0);
	struct elsewhere e = elsewhere_make();
	char command[128];

	move("pa", e.pid);
	AWAIT(w, a->ifindex == 0);
	assert_true(a->moved);
	snprintf(command, sizeof(command), "ip link set pa netns %d", (int)getpid());
	elsewhere_order(&e, command);
	AWAIT(w, a->ifindex != 0);
	shell("ip link set pa up");
	AWAIT(w, a->carrier);
	elsewhere_end(&e);
	wf_watch_free(w);
}

/* As a tap's: what it is told by goes with it. */
static void
one_to_follow_is_heard_of_wherever_it_is(void **state)
{
	struct wf_watch_want want = { "pf", true };
	struct wf_err *err = wf_err_new();
	struct elsewhere e = elsewhere_make(), far = elsewhere_make();
	const struct wf_watch_state *a;
	struct wf_watch *w;
	char command[128];

	shell("ip link add pf type veth peer name pg && ip link set pf up && ip link set pg up");
	w = wf_watch_new(&want, 1, changed, NULL, err);
	assert_non_null(w);
	a = wf_watch_at(w, 0);
	assert_true(a->carrier && a->netnsid < 0);
	move("pf", e.pid);
	AWAIT(w, a->ifindex != 0 && a->netnsid >= 0 && !a->up);
	elsewhere_order(&e, "ip link set pf up");
	AWAIT(w, a->carrier);
	elsewhere_order(&e, "ip link set pf mtu 1300");
	AWAIT(w, a->mtu == 1300);
	assert_int_equal(wf_watch_ask(w), 0); /* asked, it is as it was told */
	assert_true(a->carrier && a->mtu == 1300 && a->netnsid >= 0);
	elsewhere_order(&e, "ip link set pf down");
	AWAIT(w, !a->up && a->ifindex != 0);
	/* Home again, out of a namespace whose numbers are its own. */
	snprintf(command, sizeof(command), "ip link set pf netns %d", (int)getpid());
	elsewhere_order(&e, command);
	AWAIT(w, a->ifindex != 0 && a->netnsid < 0);
	shell("ip link set pf up");
	AWAIT(w, a->carrier);
	/* The namespace ends, and the interface with it: the watch keeps neither alive. */
	move("pf", far.pid);
	AWAIT(w, a->netnsid >= 0);
	elsewhere_end(&far);
	AWAIT(w, a->ifindex == 0);
	elsewhere_end(&e);
	wf_watch_free(w);
	wf_err_free(err);
}

/* More news than the socket has room for: what counts is what is true in the end. */
static void
lost_messages_are_asked_for(void **state)
{
	struct wf_watch *w = watch("pa", "pb");
	const struct wf_watch_state *a = wf_watch_at(w, 0);

	shell("for i in $(seq 300); do printf 'link set pa down\\nlink set pa up\\nlink set pa mtu "
	      "%d\\n' $((1200 + i % 2)); done >watch.batch && ip -batch watch.batch && rm "
	      "watch.batch");
	shell("ip link del pa");
	AWAIT(w, a->ifindex == 0);
	shell("ip link add pa type veth peer name pb && ip link set pa up && ip link set pb up");
	AWAIT(w, a->carrier);
	wf_watch_free(w);
}

/* A message as the kernel sends it, cut at each length, and with each length of its parts. */
static void
messages_cut_anywhere_are_read_safely(void **state)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr name;
		char text[8];
	} whole = { .head = { .nlmsg_len = sizeof(whole), .nlmsg_type = RTM_NEWLINK },
		.link = { .ifi_index = 7, .ifi_flags = IFF_UP },
		.name = { .rta_len = 12, .rta_type = IFLA_IFNAME },
		.text = "eth0" };
	struct wf_link_message m;
	enum wf_link_kind kind;
	uint32_t n = sizeof(whole);

	assert_non_null(wf_link_message_read((uint8_t *)&whole, &n, &kind, &m));
	assert_int_equal(kind, WF_LINK_STATE);
	assert_int_equal(n, 0);
	assert_int_equal(m.ifindex, 7);
	assert_string_equal(m.name, "eth0");
	assert_true(m.up && !m.carrier && !m.deleted);
	for (uint32_t cut = 0; cut < sizeof(whole); cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);

		memcpy(copy, &whole, cut);
		n = cut;
		assert_null(wf_link_message_read(copy, &n, &kind, &m));
		assert_int_equal(kind, WF_LINK_NONE);
		free(copy);
	}
	for (uint32_t len = 0; len < 64; len++) {
		whole.name.rta_len = (uint16_t)len;
		n = sizeof(whole);
		assert_non_null(wf_link_message_read((uint8_t *)&whole, &n, &kind, &m));
		assert_int_equal(m.ifindex, 7);
	}
}

int
main(void)
{
	const struct CMUnitTest pure[] = {
		cmocka_unit_test(messages_cut_anywhere_are_read_safely),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_goes_down_and_up),
		cmocka_unit_test(another_name_is_the_same_interface),
		cmocka_unit_test(one_that_is_deleted_and_made_again_is_back),
		cmocka_unit_test(one_that_is_moved_is_gone_and_may_come_back),
		cmocka_unit_test(one_to_follow_is_heard_of_wherever_it_is),
		cmocka_unit_test(lost_messages_are_asked_for),
		cmocka_unit_test(messages_cut_anywhere_are_read_safely),
	};

	if (unshare(CLONE_NEWNET) < 0) {
		printf("# without the right to make a namespace: only what is pure\n");
		return cmocka_run_group_tests(pure, NULL, NULL);
	}
	shell("ip link add pa type veth peer name pb && ip link set pa up && ip link set pb up");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
