/* SPDX-License-Identifier: BSD-3-Clause
 * The socket's file: mode, directory, what is in its place, and its end.
 */
#include "harness.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct place {
	char dir[64];
	char path[128];
	struct event_base *base;
	struct wf_err *err;
};

static int
place_make(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->dir, sizeof(p->dir), "/tmp/wf-ctl-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/control.sock", p->dir);
	p->base = event_base_new();
	p->err = wf_err_new();
	*state = p;
	return 0;
}

static int
place_clear(void **state)
{
	struct place *p = *state;

	assert_int_equal(rmdir(p->dir), 0);
	event_base_free(p->base);
	wf_err_free(p->err);
	free(p);
	return 0;
}

static struct wf_ctl *
listen_at(struct place *p, const char *path)
{
	static const struct wf_ctl_ops none;

	return wf_ctl_new(p->base, &(struct wf_ctl_options){ .socket = path }, &none, p->err);
}

static void
assert_refused(struct place *p, const char *path, int errnum)
{
	assert_null(listen_at(p, path));
	assert_int_equal(errno, errnum);
	assert_int_not_equal(wf_err_count(p->err), 0);
}

/* A socket's file with nobody behind it, as a crash leaves it. */
static void
leave_stale(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(addr.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

static void
test_mode_is_0660_whatever_the_umask(void **state)
{
	struct place *p = *state;
	mode_t before = umask(0);
	struct wf_ctl *c = listen_at(p, p->path);
	struct stat st;

	assert_non_null(c);
	assert_int_equal(stat(p->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(umask(before), 0);
	wf_ctl_free(c);
}

static void
test_directory_is_made(void **state)
{
	struct place *p = *state;
	char dir[96], path[160];
	struct stat st;
	struct wf_ctl *c;

	snprintf(dir, sizeof(dir), "%s/run", p->dir);
	snprintf(path, sizeof(path), "%s/control.sock", dir);
	c = listen_at(p, path);
	assert_non_null(c);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	wf_ctl_free(c);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_socket_is_removed_at_the_end(void **state)
{
	struct place *p = *state;

	wf_ctl_free(listen_at(p, p->path));
	assert_int_equal(access(p->path, F_OK), -1);
}

static void
test_stale_socket_is_replaced(void **state)
{
	struct place *p = *state;
	struct wf_ctl *c;

	leave_stale(p->path);
	c = listen_at(p, p->path);
	assert_non_null(c);
	wf_ctl_free(c);
}

static void
test_live_socket_is_refused_and_stays(void **state)
{
	struct place *p = *state;
	struct wf_ctl *first = listen_at(p, p->path);

	assert_non_null(first);
	assert_refused(p, p->path, EADDRINUSE);
	assert_int_equal(access(p->path, F_OK), 0);
	wf_ctl_free(first);
}

static void
test_other_file_is_refused_and_stays(void **state)
{
	struct place *p = *state;

	close(open(p->path, O_CREAT | O_WRONLY, 0600));
	assert_refused(p, p->path, EEXIST);
	assert_int_equal(unlink(p->path), 0);
}

static void
test_successors_socket_is_not_removed(void **state)
{
	struct place *p = *state;
	struct wf_ctl *c = listen_at(p, p->path);

	assert_int_equal(unlink(p->path), 0);
	leave_stale(p->path);
	wf_ctl_free(c);
	assert_int_equal(unlink(p->path), 0);
}

static void
test_impossible_paths_are_refused(void **state)
{
	struct place *p = *state;
	char path[300];

	snprintf(path, sizeof(path), "%s/%0200d", p->dir, 0);
	assert_refused(p, path, ENAMETOOLONG);
	assert_refused(p, "", ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/no/such/control.sock", p->dir);
	assert_refused(p, path, ENOENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_make, place_clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mode_is_0660_whatever_the_umask),
		TEST(test_directory_is_made),
		TEST(test_socket_is_removed_at_the_end),
		TEST(test_stale_socket_is_replaced),
		TEST(test_live_socket_is_refused_and_stays),
		TEST(test_other_file_is_refused_and_stays),
		TEST(test_successors_socket_is_not_removed),
		TEST(test_impossible_paths_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
