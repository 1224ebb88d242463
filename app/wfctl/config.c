/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl config [save FILE | diff | undo [ID|all]]`: the running configuration, printed or kept;
 * the rest is in diff.c. One thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

static int
complain(const char *path)
{
	fprintf(stderr, "wfctl: %s: cannot be written: %s.\n", path, strerror(errno));
	return WFCTL_FAILED;
}

/* Writes all of it and closes `fd`, in every case. Is it on the disk? */
static bool
write_all(int fd, const char *text)
{
	struct stat st;
	size_t left = strlen(text);
	bool good = true;
	int why;

	while (good && left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		good = n >= 0;
		if (good) {
			text += n;
			left -= (size_t)n;
		}
	}
	if (good && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		good = fsync(fd) == 0;
	why = errno;
	if (close(fd) < 0 && good)
		return false;
	errno = why;
	return good;
}

/* A file is replaced as a whole or not at all, with the mode that it had; what is no file (a
 * terminal, /dev/stdout) or behind a link is written to. */
static int
save(const char *path, const char *text)
{
	struct stat st;
	bool there = lstat(path, &st) == 0;
	char *temporary;
	int fd;

	if (there && !S_ISREG(st.st_mode)) {
		fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		return fd < 0 || !write_all(fd, text) ? complain(path) : WFCTL_OK;
	}
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return WFCTL_FAILED;
	fd = mkstemp(temporary);
	if (fd < 0) {
		free(temporary);
		return complain(path);
	}
	if (fchmod(fd, there ? st.st_mode & 07777 : 0644) < 0 || !write_all(fd, text) ||
		rename(temporary, path) < 0) {
		complain(path);
		unlink(temporary);
		free(temporary);
		return WFCTL_FAILED;
	}
	free(temporary);
	return WFCTL_OK;
}

static int
report(const struct wfctl_options *o, const char *path)
{
	json_t *j;
	int rc;

	if (!o->json) {
		printf("%s: saved. wirefault run -c %s runs it.\n", path, path);
		return WFCTL_OK;
	}
	j = json_pack("{s:s}", "saved", path);
	rc = j != NULL ? client_print_json(j) : WFCTL_FAILED;
	json_decref(j);
	return rc;
}

int
wfctl_config(const struct wfctl_options *o, int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : NULL;
	const struct client_request r = {
		.method = "GET",
		.path = "/v1/config",
		.accept = o->json && path == NULL ? "application/json" : "text/plain",
	};
	char *text = NULL;
	int rc;

	if (argc == 1 && strcmp(argv[0], "diff") == 0)
		return wfctl_config_diff(o);
	if (argc > 0 && strcmp(argv[0], "undo") == 0)
		return wfctl_config_undo(o, argc == 2 ? argv[1] : NULL);
	if (argc != 0 && (argc != 2 || strcmp(argv[0], "save") != 0)) {
		fprintf(stderr, "usage: wfctl config [save FILE | diff | undo [ID|all]]\n");
		return WFCTL_USAGE;
	}
	rc = client_text(o, &r, &text);
	if (rc == WFCTL_OK && path != NULL) {
		rc = save(path, text);
		if (rc == WFCTL_OK)
			rc = report(o, path);
	} else if (rc == WFCTL_OK) {
		fputs(text, stdout);
	}
	free(text);
	return rc;
}
