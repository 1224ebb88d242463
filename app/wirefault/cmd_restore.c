/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault restore`: puts back what a wirefault that was killed has changed on this host.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wf_cmd.h"
#include "wf_hostif.h"

static const struct wf_option options[] = {
	{ "socket", 's', "PATH",
		"control socket that it had (default " WF_CONF_DEFAULT_SOCKET ")" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

/* Does somebody listen on the socket? */
static bool
runs(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	bool listens;
	int fd;

	if (strlen(path) >= sizeof(at.sun_path))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	memcpy(at.sun_path, path, strlen(path) + 1);
	/* EAGAIN: it is there, and has not answered others yet. */
	listens = connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 || errno == EAGAIN;
	close(fd);
	return listens;
}

static void
say(void *ctx, const char *interface, const char *what)
{
	printf("wirefault: interface %s: %s\n", interface, what);
}

static int
restore(const char *path, struct wf_err *err)
{
	static const struct wf_hostif_said to_stdout = { say, NULL };
	uint32_t left = 0;
	char *file;
	int n;

	if (runs(path))
		return wf_err_add(err, NULL, "Stop it: then it puts everything back itself",
			"a wirefault runs with the control socket %s", path);
	if (asprintf(&file, "%s%s", path, WF_CMD_STATE_SUFFIX) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (access(file, F_OK) != 0 && errno == ENOENT) {
		printf("wirefault: nothing to put back: there is no %s\n", file);
		n = 0;
	} else {
		n = wf_hostif_restore(file, &to_stdout, &left, err);
		if (n >= 0 && left > 0)
			n = wf_err_add(err, NULL, "They stay in the file",
				"%u interface%s could not be put back", left, left == 1 ? "" : "s");
	}
	free(file);
	return n;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values values;
	struct wf_err *err;
	const char *path;
	int rc = wf_cmd_options(&wf_cmd_restore, argc, argv, &values);

	if (rc >= 0)
		return rc;
	err = wf_err_new();
	path = wf_cmd_value(&wf_cmd_restore, &values, "socket");
	rc = restore(path != NULL ? path : WF_CONF_DEFAULT_SOCKET, err) < 0 ? wf_cmd_refuse(err)
									    : WF_EXIT_OK;
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_restore = {
	.name = "restore",
	.arguments = "[--socket PATH]",
	.summary = "Puts back what a wirefault that was killed has changed on this host",
	.run = run,
	.options = options,
};
