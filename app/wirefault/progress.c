/* SPDX-License-Identifier: BSD-3-Clause
 * How far a long run has come.
 */
#include "progress.h"

#include <time.h>
#include <unistd.h>

#include "wf_text.h"

#define EVERY_NS (250 * WF_NS_PER_MS)

static wf_ns_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (wf_ns_t)t.tv_sec * WF_NS_PER_S + (wf_ns_t)t.tv_nsec;
}

void
wf_progress_begin(struct wf_progress *p, FILE *out, bool quiet)
{
	*p = (struct wf_progress){ .out = !quiet && isatty(fileno(out)) ? out : NULL };
	if (p->out != NULL)
		p->start_ns = now();
}

void
wf_progress_text(char out[80], double elapsed_s, uint64_t packets, uint64_t done, uint64_t all)
{
	char count[WF_TEXT_MAX], left[WF_TEXT_MAX];
	double rate = elapsed_s > 0 ? (double)packets / elapsed_s : 0;
	double part = all > 0 ? (double)done / (double)all : 0;
	int n = all > 0 ? snprintf(out, 80, "%.0f %%, ", 100 * part) : 0;

	n += snprintf(out + n, 80 - (size_t)n, "%s packets, %.*f %s/s",
		wf_text_count(packets, count), rate < 1e3 ? 0 : 1,
		rate < 1e3   ? rate
		: rate < 1e6 ? rate / 1e3
			     : rate / 1e6,
		rate < 1e3   ? "packets"
		: rate < 1e6 ? "k"
			     : "M");
	if (part > 0)
		snprintf(out + n, 80 - (size_t)n, ", %s left",
			wf_text_age((wf_ns_t)(elapsed_s * (1 - part) / part * 1e9), left));
}

void
wf_progress_show(struct wf_progress *p, uint64_t packets, uint64_t done, uint64_t all)
{
	char text[80];
	wf_ns_t now_ns;

	if (p->out == NULL)
		return;
	now_ns = now();
	if (now_ns - p->last_ns < EVERY_NS)
		return;
	p->last_ns = now_ns;
	p->shown = true;
	wf_progress_text(text, (double)(now_ns - p->start_ns) / 1e9, packets, done, all);
	fprintf(p->out, "\r\033[K%s", text);
	fflush(p->out);
}

void
wf_progress_end(struct wf_progress *p)
{
	if (p->shown)
		fprintf(p->out, "\r\033[K");
	p->shown = false;
}
