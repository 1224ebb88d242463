/* SPDX-License-Identifier: BSD-3-Clause
 * Signals that end a measurement. Control thread.
 */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static sigset_t
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void
wf_interrupt_hold(void)
{
	sigset_t set = signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
}

int
wf_interrupt_wait(wf_ns_t ns)
{
	struct timespec t = { (time_t)(ns / WF_NS_PER_S), (long)(ns % WF_NS_PER_S) };
	sigset_t set = signals();

	return sigtimedwait(&set, NULL, &t) > 0 ? -EINTR : 0;
}
