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
#include <sys/wait.h>
#include <unistd.h>

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

json_t *
scenario_child_run(
	struct scenario *c, const struct wf_dp_options *opt, struct scenario_tell *tell, bool *cut)
{
	int file = memfd_create("report", MFD_CLOEXEC), status;
	json_t *doc = NULL;
	sigset_t set;
	pid_t pid;

	*cut = false;
	if (file < 0)
		return NULL;
	hold_signals(&set);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		_exit(run(c, opt, tell, file));
	}
	status = pid > 0 ? wait_for(pid, &set) : 1 << 8;
	if (WIFSIGNALED(status))
		fprintf(stderr, "wirefault: %s: the run has died: %s\n", c->s->name,
			strsignal(WTERMSIG(status)));
	*cut = WIFEXITED(status) && WEXITSTATUS(status) == 2;
	if (WIFEXITED(status) && WEXITSTATUS(status) != 1 && lseek(file, 0, SEEK_SET) == 0)
		doc = json_loadfd(file, 0, NULL);
	close(file);
	return doc;
}
