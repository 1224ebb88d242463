/* SPDX-License-Identifier: BSD-3-Clause
 * External commands as traffic.
 */
#include "scenario_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define GRACE_NS WF_NS_PER_S /* between TERM and KILL */
#define LOOK_NS  (5 * WF_NS_PER_MS)

static int
spawn(struct scenario_command *c, const char *text)
{
	char *const argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
		(char *)(uintptr_t)text, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, c->out, 1);
	posix_spawn_file_actions_adddup2(&files, c->out, 2);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = posix_spawn(&c->pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

int
scenario_command_start(struct scenario_command *c, const char *text, struct wf_err *err)
{
	int rc;

	*c = (struct scenario_command){ .status = -1 };
	c->out = memfd_create("output", MFD_CLOEXEC);
	rc = c->out < 0 ? -errno : spawn(c, text);
	if (rc == 0)
		return 0;
	c->pid = 0;
	c->over = true;
	return wf_err_add(err, NULL, NULL, "\"%s\" cannot be started: %s", text, strerror(-rc));
}

bool
scenario_command_over(struct scenario_command *c)
{
	int status;

	if (!c->over && c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid) {
		c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		c->over = true;
	}
	return c->over;
}

void
scenario_command_end(struct scenario_command *c)
{
	const struct timespec look = { 0, LOOK_NS };

	if (c->pid <= 0)
		return;
	if (!scenario_command_over(c)) {
		kill(-c->pid, SIGTERM);
		for (wf_ns_t ns = 0; ns < GRACE_NS && !scenario_command_over(c); ns += LOOK_NS)
			nanosleep(&look, NULL);
		c->status = -1;
	}
	kill(-c->pid, SIGKILL); /* whatever it has started, and itself */
	if (!c->over)
		waitpid(c->pid, NULL, 0);
	c->over = true;
	c->pid = 0;
}

char *
scenario_command_output(struct scenario_command *c)
{
	struct stat about;
	size_t size = 0;
	char *text;

	if (c->out > 0 && fstat(c->out, &about) == 0)
		size = (size_t)about.st_size;
	size = size < SCENARIO_COMMAND_OUTPUT ? size : SCENARIO_COMMAND_OUTPUT;
	text = calloc(1, size + 1);
	if (text != NULL && size > 0 &&
		pread(c->out, text, size, about.st_size - (off_t)size) != (ssize_t)size)
		*text = 0;
	if (c->out > 0)
		close(c->out);
	c->out = 0;
	return text;
}
