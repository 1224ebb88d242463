/* SPDX-License-Identifier: BSD-3-Clause
 * Events of runs of scenarios.
 */
#include "scenario_tell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "wf_json.h"
#include "wf_units.h"

#define LAST_BYTES 80 /* are kept for the last record */

struct scenario_journal {
	uint64_t most_bytes, bytes, records, dropped;
	int error; /* of the first write that failed */
};

int
scenario_tell_open(
	struct scenario_tell *t, const char *path, uint64_t most_bytes, struct wf_err *err)
{
	struct scenario_journal *j =
		mmap(NULL, sizeof(*j), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct wf_where where = { .file = path };

	if (j == MAP_FAILED)
		return wf_err_add(err, NULL, NULL, "out of memory");
	j->most_bytes = most_bytes > LAST_BYTES ? most_bytes - LAST_BYTES : 0;
	t->path = path;
	t->journal = j;
	t->file = fopen(path, "we");
	if (t->file == NULL) {
		munmap(j, sizeof(*j));
		t->journal = NULL;
		return wf_err_add(err, &where, "Check the folder and its permissions",
			"cannot be written: %s", strerror(errno));
	}
	return 0;
}

int
scenario_tell_close(struct scenario_tell *t, struct wf_err *err)
{
	struct scenario_journal *j = t->journal;
	int rc;

	if (t->file == NULL)
		return 0;
	fprintf(t->file, "{\"event\":\"journal\",\"records\":%llu,\"dropped_records\":%llu}\n",
		(unsigned long long)j->records, (unsigned long long)j->dropped);
	errno = 0;
	rc = fclose(t->file) != 0 ? errno : j->error;
	munmap(j, sizeof(*j));
	t->file = NULL;
	t->journal = NULL;
	return rc == 0 ? 0
		       : wf_err_add(err, &(struct wf_where){ .file = t->path }, NULL,
				 "cannot be written: %s", strerror(rc));
}

static void
into_journal(struct scenario_tell *t, const char *line)
{
	struct scenario_journal *j = t->journal;
	size_t n = strlen(line) + 1;

	/* What comes behind a gap is left out, too: up to there it is whole. */
	if (j->dropped > 0 || j->bytes + n > j->most_bytes) {
		j->dropped++;
		return;
	}
	if ((fprintf(t->file, "%s\n", line) < 0 || fflush(t->file) != 0) && j->error == 0)
		j->error = errno;
	j->bytes += n;
	j->records++;
}

/* Takes `event`. */
static void
put(struct scenario_tell *t, json_t *event)
{
	char *line = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(15));

	if (line != NULL && t->json != NULL) {
		fprintf(t->json, "%s\n", line);
		fflush(t->json);
	}
	if (line != NULL && t->file != NULL)
		into_journal(t, line);
	free(line);
	json_decref(event);
}

static bool
is_told(const struct scenario_tell *t)
{
	return t->json != NULL || t->file != NULL;
}

static json_t *
event_of(const struct scenario_tell *t, const char *what, wf_ns_t at_ns)
{
	return json_pack("{s:s,s:s,s:I}", "event", what, "scenario", t->c->s->name, "at_ns",
		(json_int_t)at_ns);
}

static void
say(const struct scenario_tell *t, wf_ns_t at_ns, const char *what, const char *name)
{
	char text[WF_UNITS_TEXT];

	if (t->lines == NULL)
		return;
	at_ns -= at_ns % WF_NS_PER_MS;
	fprintf(t->lines, "%s: %8s  %s %s\n", t->c->s->name, wf_units_format_duration(at_ns, text),
		what, name);
	fflush(t->lines);
}

void
scenario_tell_begin(struct scenario_tell *t, const struct scenario *c, const char *mode)
{
	struct timespec now;
	json_t *event;

	t->c = c;
	t->next = 0;
	if (!is_told(t))
		return;
	event = event_of(t, "begin", 0);
	json_object_set_new(event, "mode", json_string(mode));
	json_object_set_new(
		event, "seed", json_sprintf("%llu", (unsigned long long)c->loaded.seed));
	if (strcmp(mode, "live") == 0) {
		clock_gettime(CLOCK_REALTIME, &now);
		json_object_set_new(event, "wall_ns",
			json_integer(
				(json_int_t)now.tv_sec * (json_int_t)WF_NS_PER_S + now.tv_nsec));
	}
	put(t, event);
}

/* A phase that nobody knew the end of has ended, with what this step begins. */
static void
tell_ended(struct scenario_tell *t, const struct wf_script_step *before, wf_ns_t at_ns)
{
	const struct wf_phase *p = &t->c->s->phase[before->phase];
	char how[32];
	json_t *event;

	snprintf(how, sizeof(how), "ended by %s", wf_until_ends[p->ended_by]);
	say(t, at_ns, p->name, how);
	if (!is_told(t))
		return;
	event = event_of(t, "ended", at_ns);
	json_object_set_new(event, "phase", json_string(p->name));
	json_object_set_new(event, "round", json_integer(p->round));
	json_object_set_new(event, "ended_by", json_string(wf_until_ends[p->ended_by]));
	put(t, event);
}

static void
tell_step(struct scenario_tell *t, const struct wf_script_step *step)
{
	const struct wf_scenario *s = t->c->s;
	const struct wf_phase *p = step->phase != UINT32_MAX ? &s->phase[step->phase] : NULL;
	json_t *event, *faults = json_array();
	char text[WF_CHANGE_TEXT];

	event = event_of(t, step->begins && p != NULL ? "phase" : "change", step->change->at_ns);
	if (p != NULL) {
		json_object_set_new(event, "phase", json_string(p->name));
		json_object_set_new(event, "round", json_integer(p->round));
	}
	for (uint32_t k = 0; k < s->n_faults; k++)
		if (step->faults >> k & 1)
			json_array_append_new(faults, json_string(s->fault[k].name));
	json_object_set_new(event, "faults", faults);
	json_object_set_new(event, "change", wf_json_text(wf_change_format(step->change, text)));
	put(t, event);
}

void
scenario_tell_until(struct scenario_tell *t, wf_ns_t until_ns)
{
	const struct wf_script *script = &t->c->script;

	while (t->next < script->n && script->step[t->next].change->at_ns < until_ns) {
		const struct wf_script_step *step = &script->step[t->next],
					    *before = t->next++ > 0 ? step - 1 : NULL;
		wf_ns_t at_ns = step->change->at_ns;

		if (before != NULL && before->phase != UINT32_MAX && before->phase != step->phase &&
			t->c->s->phase[before->phase].has_until)
			tell_ended(t, before, at_ns);

		if (step->begins && step->phase != UINT32_MAX)
			say(t, step->change->at_ns, "phase", t->c->s->phase[step->phase].name);
		if (is_told(t))
			tell_step(t, step);
	}
}

void
scenario_tell_command(struct scenario_tell *t, wf_ns_t at_ns, const char *text)
{
	json_t *event;

	say(t, at_ns, "starts", text);
	if (!is_told(t))
		return;
	event = event_of(t, "command", at_ns);
	json_object_set_new(event, "command", wf_json_text(text));
	put(t, event);
}

void
scenario_tell_command_over(struct scenario_tell *t, wf_ns_t at_ns, const char *text, int status)
{
	json_t *event;

	if (!is_told(t))
		return;
	event = event_of(t, "command_over", at_ns);
	json_object_set_new(event, "command", wf_json_text(text));
	json_object_set_new(event, "status", json_integer(status));
	put(t, event);
}

void
scenario_tell_result(struct scenario_tell *t, const json_t *doc)
{
	static const char *const keys[] = { "outcome", "pass", "trustworthy", NULL };
	wf_ns_t end_ns = (wf_ns_t)json_integer_value(json_object_get(doc, "duration_ns"));
	json_t *e, *event;
	size_t i;

	if (!is_told(t))
		return;
	json_array_foreach(json_object_get(doc, "expectations"), i, e)
	{
		event = event_of(t, "expectation", end_ns);
		json_object_update(event, e);
		put(t, event);
	}
	event = event_of(t, "end", end_ns);
	for (i = 0; keys[i] != NULL; i++)
		json_object_set(event, keys[i], json_object_get(doc, keys[i]));
	put(t, event);
}
