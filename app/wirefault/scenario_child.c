/* SPDX-License-Identifier: BSD-3-Clause
 * Live runs in processes of their own.
 */
#include "scenario_child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wf_cmd.h"
#include "wf_hostif.h"

static void
hold_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGCHLD);
	sigprocmask(SIG_BLOCK, set, NULL);
}

/* In the child: the document into the file. Returns its exit code. */
static int
run(struct scenario *c, const struct wf_dp_options *opt, struct scenario_tell *tell, int file)
{
	bool cut = false;
	json_t *doc = scenario_live_run(c, opt, tell, &cut);
	int rc = doc != NULL && json_dumpfd(doc, file, JSON_REAL_PRECISION(17)) == 0 ? 0 : 1;

	json_decref(doc);
	fflush(stderr);
	return cut && rc == 0 ? 2 : rc;
}

/* Until it is over; INT and TERM are for it, and so is USR1, which triggers. */
static int
wait_for(pid_t pid, const sigset_t *set)
{
	int status, signal;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		signal = sigwaitinfo(set, NULL);
		if (signal == SIGTERM || signal == SIGINT)
			kill(pid, SIGTERM);
		else if (signal == SIGUSR1)
			kill(pid, SIGUSR1);
	}
	return status;
}

static void
say(void *ctx, const char *interface, const char *what)
{
	fprintf(stderr, "wirefault: interface %s: %s\n", interface, what);
}

/* Puts back what one that was killed has left. */
static void
restore(const char *state)
{
	static const struct wf_hostif_said to_stderr = { say, NULL };
	struct wf_err *err = wf_err_new();
	uint32_t left = 0;

	if (err != NULL && wf_hostif_restore(state, &to_stderr, &left, err) < 0)
		wf_err_print(err, stderr);
	wf_err_free(err);
}

/* Where what is changed on the host is written down; *out empty: nowhere, the folder is others'. */
static void
state_path(char *out, size_t size)
{
	*out = 0;
	mkdir(WF_CMD_STATE_FOLDER, 0755);
	if (access(WF_CMD_STATE_FOLDER, W_OK) == 0)
		snprintf(out, size, WF_CMD_STATE_SCENARIO "%d" WF_CMD_STATE_SUFFIX, (int)getpid());
}

json_t *
scenario_child_run(
	struct scenario *c, const struct wf_dp_options *opt, struct scenario_tell *tell, bool *cut)
{
	int file = memfd_create("report", MFD_CLOEXEC), status;
	struct wf_dp_options with_state = *opt;
	char state[64];
	json_t *doc = NULL;
	sigset_t set;
	pid_t pid;

	*cut = false;
	if (file < 0)
		return NULL;
	state_path(state, sizeof(state));
	with_state.state_file = *state != 0 ? state : NULL;
	hold_signals(&set);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		_exit(run(c, &with_state, tell, file));
	}
	status = pid > 0 ? wait_for(pid, &set) : 1 << 8;
	if (WIFSIGNALED(status)) {
		fprintf(stderr, "wirefault: %s: the run has died: %s\n", c->s->name,
			strsignal(WTERMSIG(status)));
		if (*state != 0)
			restore(state);
	}
	*cut = WIFEXITED(status) && WEXITSTATUS(status) == 2;
	if (WIFEXITED(status) && WEXITSTATUS(status) != 1 && lseek(file, 0, SEEK_SET) == 0)
		doc = json_loadfd(file, 0, NULL);
	close(file);
	return doc;
}
