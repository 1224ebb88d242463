/* SPDX-License-Identifier: BSD-3-Clause
 * A listening Unix socket that only its user and group can open. Control thread only.
 */
#include "wf_listen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Clients that do not block (libcurl) fail at once when it is full, as while the server pauses. */
#define BACKLOG 1024

static int
refuse(struct wf_err *err, const char *path, int errnum, const char *hint, const char *what)
{
	const struct wf_where where = { .path = "control.socket" };

	wf_err_add(err, &where, hint, "%s: %s", path, what);
	return -errnum;
}

/* The directory of the socket; one level is made, as /run/wirefault after a boot. */
static int
make_directory(const char *path, struct wf_err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int rc = 0;

	if (slash == NULL || slash == path)
		return 0;
	dir = strndup(path, (size_t)(slash - path));
	if (dir == NULL)
		return -ENOMEM;
	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		rc = errno;
		rc = refuse(
			err, dir, rc, "Make the directory, or choose another socket", strerror(rc));
	}
	free(dir);
	return rc;
}

/* 0: nobody listens at `path`, and no file is in the way (any more). */
static int
clear_stale(const char *path, const struct sockaddr_un *addr, struct wf_err *err)
{
	struct stat st;
	int fd, rc;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return refuse(err, path, EEXIST, "Move it away, or choose another socket",
			"exists and is not a socket");
	/* Non-blocking: a live daemon with a full backlog must not stop us. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(err, path, errno, NULL, strerror(errno));
	rc = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? errno : 0;
	close(fd);
	if (rc != ECONNREFUSED)
		return refuse(err, path, EADDRINUSE,
			"Stop the other wirefault, or give this one its own control.socket",
			"another process listens there");
	if (unlink(path) < 0)
		return refuse(err, path, errno, "Remove it by hand", strerror(errno));
	return 0;
}

/* The mode must be right from the first moment, so it comes from the umask. */
static int
bind_private(int fd, const struct sockaddr_un *addr)
{
	mode_t mask = umask(0117);
	int rc = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? -errno : 0;

	umask(mask);
	return rc;
}

int
wf_listen_unix(const char *path, struct stat *st, struct wf_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, rc;

	if (path[0] == '\0' || strlen(path) >= sizeof(addr.sun_path))
		return refuse(err, path, ENAMETOOLONG, "Unix sockets allow 1 to 107 bytes",
			"not a path that a socket can have");
	memcpy(addr.sun_path, path, strlen(path) + 1);
	rc = make_directory(path, err);
	if (rc == 0)
		rc = clear_stale(path, &addr, err);
	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(err, path, errno, NULL, strerror(errno));
	rc = bind_private(fd, &addr);
	if (rc == 0 && (listen(fd, BACKLOG) < 0 || lstat(path, st) < 0)) {
		rc = -errno;
		unlink(path);
	}
	if (rc < 0) {
		close(fd);
		return refuse(err, path, -rc, "Is the directory there and yours to write in",
			strerror(-rc));
	}
	return fd;
}

void
wf_listen_remove(const char *path, const struct stat *st)
{
	struct stat now;

	if (lstat(path, &now) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino)
		unlink(path);
}
