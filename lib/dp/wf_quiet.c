/* SPDX-License-Identifier: BSD-3-Clause
 * Driver messages held back, and real-time signals kept out of net_tap's sight. Control thread.
 */
#include "wf_quiet.h"

#include <rte_log.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Kept until the next start: a driver's thread may still be writing to it. */
static FILE *held;
static char *text;
static size_t text_bytes;
static bool holding;
static bool hidden[_NSIG];

/* A signal with a handler looks taken; so does one that is ignored. */
static void
hide_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, now;

	for (int s = SIGRTMIN; s <= SIGRTMAX; s++) {
		hidden[s] = sigaction(s, NULL, &now) == 0 && now.sa_handler == SIG_DFL &&
			    sigaction(s, &ignore, NULL) == 0;
	}
}

static void
show_signals(void)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };

	for (int s = SIGRTMIN; s <= SIGRTMAX; s++)
		if (hidden[s])
			sigaction(s, &normal, NULL);
}

void
wf_quiet_begin(bool hold_messages)
{
	hide_signals();
	if (hold_messages && !held)
		held = open_memstream(&text, &text_bytes);
	holding = hold_messages && held;
	if (!holding)
		return;
	rewind(held); /* what was held before is over */
	rte_openlog_stream(held);
}

void
wf_quiet_end(bool show)
{
	show_signals();
	if (!holding)
		return;
	rte_openlog_stream(NULL);
	fflush(held);
	if (show)
		fwrite(text, 1, text_bytes, stderr);
	holding = false;
}
