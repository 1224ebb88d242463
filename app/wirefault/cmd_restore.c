/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault restore`: puts back what a wirefault that was killed has changed on this host, a
 * daemon or a scenario.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wf_cmd.h"
#include "wf_hostif.h"

static const struct wf_option options[] = {
	{ "socket", 's', "PATH",
		"control socket that it had; without it, " WF_CONF_DEFAULT_SOCKET
		" and whatever scenarios have left" },
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

/* From one file that is there. 0 or -EINVAL with a reason. */
static int
restore_file(const char *file, struct wf_err *err)
{
	static const struct wf_hostif_said to_stdout = { say, NULL };
	uint32_t left = 0;
	int n = wf_hostif_restore(file, &to_stdout, &left, err);

	if (n >= 0 && left > 0)
		n = wf_err_add(err, NULL, "They stay in the file",
			"%u interface%s could not be put back", left, left == 1 ? "" : "s");
	return n < 0 ? n : 0;
}

/* What scenarios have left. How many files there are; -EINVAL with reasons. */
static int
restore_scenarios(struct wf_err *err)
{
	glob_t found;
	int rc = 0, n = 0;

	if (glob(WF_CMD_STATE_SCENARIO "*" WF_CMD_STATE_SUFFIX, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++, n++)
		rc |= restore_file(found.gl_pathv[i], err);
	globfree(&found);
	return rc < 0 ? -EINVAL : n;
}

/* What a daemon has left. `elsewhere`: something was found that is none's. */
static int
restore(const char *path, bool elsewhere, struct wf_err *err)
{
	char *file;
	int rc = 0;

	if (runs(path))
		return wf_err_add(err, NULL, "Stop it: then it puts everything back itself",
			"a wirefault runs with the control socket %s", path);
	if (asprintf(&file, "%s%s", path, WF_CMD_STATE_SUFFIX) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (access(file, F_OK) == 0 || errno != ENOENT)
		rc = restore_file(file, err);
	else if (!elsewhere)
		printf("wirefault: nothing to put back: there is no %s\n", file);
	free(file);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values values;
	struct wf_err *err;
	const char *path;
	int found = 0;
	int rc = wf_cmd_options(&wf_cmd_restore, argc, argv, &values);

	if (rc >= 0)
		return rc;
	err = wf_err_new();
	path = wf_cmd_value(&wf_cmd_restore, &values, "socket");
	if (path == NULL)
		found = restore_scenarios(err);
	rc = restore(path != NULL ? path : WF_CONF_DEFAULT_SOCKET, found != 0, err);
	rc = rc < 0 || found < 0 ? wf_cmd_refuse(err) : WF_EXIT_OK;
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
