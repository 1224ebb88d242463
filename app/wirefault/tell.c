/* SPDX-License-Identifier: BSD-3-Clause
 * Events as lines on stderr or in a file, as they come. Control thread.
 */
#include "tell.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
print_new(struct wf_event_reader *r)
{
	const struct wf_tell *t = r->ctx;
	const struct wf_event *e;

	while ((e = wf_event_next(t->log, r)) != NULL) {
		if (t->file != NULL)
			wf_event_write(e, t->level, t->file);
		else
			wf_event_print(e, t->level, stderr);
	}
	if (t->file != NULL)
		fflush(t->file);
}

bool
wf_tell_level(const char *name, enum wf_event_level *level)
{
	static const struct {
		const char *name;
		enum wf_event_level level;
	} known[] = { { "warning", WF_EVENT_WARNING }, { "info", WF_EVENT_INFO },
		{ "debug", WF_EVENT_DEBUG } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*level = known[i].level;
			return true;
		}
	return false;
}

/* Behind what is there. NULL with errno. */
static FILE *
open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	FILE *file = fd >= 0 ? fdopen(fd, "a") : NULL;

	if (file == NULL && fd >= 0)
		close(fd);
	return file;
}

int
wf_tell_begin(struct wf_tell *t, enum wf_event_level level, const char *path, struct wf_err *err)
{
	const struct wf_where where = { .file = path };

	*t = (struct wf_tell){
		.log = wf_event_log_new(WF_EVENT_ROOM), .level = level, .path = path
	};
	if (t->log == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (path != NULL && (t->file = open_file(path)) == NULL)
		return wf_err_add(err, &where, "Is its directory there and yours to write in?",
			"the log cannot be written: %s", strerror(errno));
	t->reader = (struct wf_event_reader){ .wake = print_new, .ctx = t };
	wf_event_join(t->log, &t->reader);
	return 0;
}

void
wf_tell_again(struct wf_tell *t)
{
	FILE *file = t->path != NULL ? open_file(t->path) : NULL;

	if (file != NULL) {
		fclose(t->file);
		t->file = file;
	} else if (t->path != NULL) {
		wf_event_say(t->log, WF_EVENT_warning, NULL, "%s cannot be opened again: %s",
			t->path, strerror(errno));
	}
}

void
wf_tell_end(struct wf_tell *t)
{
	wf_event_log_free(t->log);
	t->log = NULL;
	if (t->file != NULL)
		fclose(t->file);
	t->file = NULL;
}
