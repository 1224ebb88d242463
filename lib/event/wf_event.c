/* SPDX-License-Identifier: BSD-3-Clause
 * The ring and its readers. Control thread.
 */
#include "wf_event.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wf_wrap.h"

const struct wf_event_info wf_event_info[WF_EVENT_COUNT] = {
#define WF_EVENT_INFO(name, line, help) { #name, line, help },
	WF_EVENT_LIST(WF_EVENT_INFO)
#undef WF_EVENT_INFO
};

struct wf_event_log {
	uint32_t room;
	uint64_t last; /* number of the newest; it is in ring[(last - 1) % room] */
	struct wf_event_reader *readers;
	struct wf_event ring[];
};

struct wf_event_log *
wf_event_log_new(uint32_t room)
{
	struct wf_event_log *log = calloc(1, sizeof(*log) + room * sizeof(log->ring[0]));

	if (log != NULL)
		log->room = room;
	return log;
}

static void
forget(struct wf_event *e)
{
	free((char *)e->who);
	free((char *)e->about);
	free((char *)e->what);
	free((char *)e->text);
	*e = (struct wf_event){ 0 };
}

void
wf_event_log_free(struct wf_event_log *log)
{
	if (log == NULL)
		return;
	for (uint32_t i = 0; i < log->room; i++)
		forget(&log->ring[i]);
	free(log);
}

static wf_ns_t
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (wf_ns_t)ts.tv_sec * WF_NS_PER_S + (wf_ns_t)ts.tv_nsec;
}

/* A member that finds no memory is missing; the event is there. */
static const char *
copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

void
wf_event_add(struct wf_event_log *log, const struct wf_event *e)
{
	struct wf_event_reader *r, *next;
	struct wf_event *to;

	if (log == NULL)
		return;
	to = &log->ring[log->last % log->room];
	forget(to);
	*to = *e;
	to->seq = ++log->last;
	to->wall_ns = now(CLOCK_REALTIME);
	to->mono_ns = now(CLOCK_MONOTONIC);
	if (to->at_ns == 0)
		to->at_ns = to->mono_ns;
	to->who = copy(e->who);
	to->about = copy(e->about);
	to->what = copy(e->what);
	to->text = copy(e->text);
	for (r = log->readers; r != NULL; r = next) {
		next = r->next; /* it may leave */
		r->wake(r);
	}
}

void
wf_event_say(
	struct wf_event_log *log, enum wf_event_kind kind, const char *about, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (log != NULL && vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	wf_event_add(log, &(struct wf_event){ .kind = kind, .about = about, .text = text });
	free(text);
}

static void
warn(struct wf_event_log *log, const struct wf_err_item *item)
{
	int n = wf_err_format(item, NULL, 0);
	char *text = n < 0 ? NULL : malloc((size_t)n + 1);

	if (text != NULL)
		wf_err_format(item, text, (size_t)n + 1);
	wf_event_add(log, &(struct wf_event){ .kind = WF_EVENT_warning,
				  .about = item->path,
				  .text = text,
				  .whole = true });
	free(text);
}

void
wf_event_warn(struct wf_event_log *log, const struct wf_err *err)
{
	size_t kept = 0;

	if (log == NULL)
		return;
	for (; wf_err_item(err, kept) != NULL; kept++)
		warn(log, wf_err_item(err, kept));
	if (wf_err_count(err) > kept)
		wf_event_say(log, WF_EVENT_warning, NULL, "and %zu more errors",
			wf_err_count(err) - kept);
}

uint64_t
wf_event_last(const struct wf_event_log *log)
{
	return log->last;
}

const struct wf_event *
wf_event_next(const struct wf_event_log *log, struct wf_event_reader *r)
{
	uint64_t oldest = log->last > log->room ? log->last - log->room + 1 : 1;

	if (r->seen >= log->last)
		return NULL;
	if (r->seen + 1 < oldest) {
		r->missed += oldest - (r->seen + 1);
		r->seen = oldest - 1;
	}
	return &log->ring[r->seen++ % log->room];
}

void
wf_event_join(struct wf_event_log *log, struct wf_event_reader *r)
{
	r->next = log->readers;
	log->readers = r;
}

void
wf_event_leave(struct wf_event_log *log, struct wf_event_reader *r)
{
	struct wf_event_reader **at = &log->readers;

	while (*at != NULL && *at != r)
		at = &(*at)->next;
	if (*at != NULL)
		*at = r->next;
}

static bool
is_told(const struct wf_event *e, enum wf_event_level level)
{
	enum wf_event_line line = wf_event_info[e->kind].line;

	if (level == WF_EVENT_DEBUG)
		return true;
	/* Who changes what is always told. */
	return line != WF_EVENT_NEVER &&
	       (line != WF_EVENT_USUAL || level == WF_EVENT_INFO || e->who != NULL);
}

static const char *
text_of(const struct wf_event *e)
{
	return e->text != NULL ? e->text : "out of memory";
}

void
wf_event_print(const struct wf_event *e, enum wf_event_level level, FILE *out)
{
	if (!is_told(e, level))
		return;
	if (e->whole)
		wf_wrap_message(text_of(e), 0, out);
	else
		fprintf(out, "wirefault: %s\n", text_of(e));
}

void
wf_event_write(const struct wf_event *e, enum wf_event_level level, FILE *out)
{
	time_t seconds = (time_t)(e->wall_ns / WF_NS_PER_S);
	char when[32] = "";
	struct tm tm;

	if (!is_told(e, level))
		return;
	if (gmtime_r(&seconds, &tm) != NULL)
		strftime(when, sizeof(when), "%FT%T", &tm);
	fprintf(out, "%s.%03uZ %s ", when, (unsigned)(e->wall_ns % WF_NS_PER_S / WF_NS_PER_MS),
		wf_event_info[e->kind].name);
	/* A line an event, whatever is in it. */
	for (const char *c = text_of(e); *c != '\0'; c++)
		fputc(*c == '\n' ? ' ' : *c, out);
	fputc('\n', out);
}
