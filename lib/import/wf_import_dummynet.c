/* SPDX-License-Identifier: BSD-3-Clause
 * The settings of a dummynet pipe (ipfw(8), "pipe N config ..."), with one scheduler and one queue
 * on it, as a configuration of one direction.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_dummynet.h"
#include "wf_import_script.h"

static const char *const heads[] = { "ipfw", "/sbin/ipfw", "dnctl", "/sbin/dnctl", "sudo", "doas",
	"pipe", "sched", "sysctl", "kldload", NULL };

struct reader {
	struct wf_import_script script;
	struct wf_dummynet d;
	int n[3]; /* pipes, queues, schedulers */
};

static const char *const object_names[] = { "pipe", "queue", "sched", NULL };

/* "ipfw add 100 pipe 1 ip from any to any": all packets, or a class of them. */
static int
read_rule(struct wf_import_words *w, FILE *notes)
{
	static const char *const harmless[] = { "in", "out", "xmit", "recv", "via", NULL };
	static const char *const any[] = { "ip", "all", "ip4", "ipv4", NULL };
	double number;

	if (wf_import_peek(w) != NULL && wf_import_integer(wf_import_peek(w), &number))
		w->at++;
	if (w->at + 2 > w->n ||
		(strcmp(w->word[w->at], "pipe") != 0 && strcmp(w->word[w->at], "queue") != 0))
		return wf_import_error(w, "Leave it out",
			"a rule that sends nothing to a pipe says nothing of impairments");
	w->at += 2;
	for (int i = 0; any[i] != NULL; i++)
		if (wf_import_skip(w, any[i]))
			break;
	if (!wf_import_skip(w, "from") || !wf_import_skip(w, "any") || !wf_import_skip(w, "to") ||
		!wf_import_skip(w, "any"))
		return wf_import_error(w, "Leave it out, and write a class with match",
			"a rule sends only some packets to the pipe");
	for (const char *word; (word = wf_import_peek(w)) != NULL; w->at++) {
		int i = 0;

		while (harmless[i] != NULL && strcmp(word, harmless[i]) != 0)
			i++;
		if (harmless[i] == NULL)
			return wf_import_error(w, "Leave it out, and write a class with match",
				"a rule sends only some packets to the pipe");
		if (i >= 2 && w->at + 1 < w->n)
			w->at++;
	}
	wf_import_note(notes, 0, "The rule says which direction this is: ab here.");
	return 0;
}

static int
read_config(struct reader *r, struct wf_import_words *w, enum wf_dummynet_object object)
{
	if (++r->n[object] > 1)
		return wf_import_error(w,
			"Import each alone, and write classes with match, share.weight and "
			"share.priority",
			"a second %s: one direction has one", object_names[object]);
	return wf_dummynet_read(w, object, &r->d);
}

/* What stands in front of the settings, and other commands of such scripts. */
static int
read_command(struct reader *r, struct wf_import_words *w)
{
	const char *word;
	int i = 0;

	while (wf_import_skip(w, "sudo") || wf_import_skip(w, "doas"))
		while ((word = wf_import_peek(w)) != NULL && *word == '-')
			w->at++;
	if (wf_import_skip(w, "kldload"))
		return 0;
	if (wf_import_skip(w, "sysctl")) {
		wf_import_note(r->d.notes, 0, "sysctl left out: it sets a kernel, not a link.");
		return 0;
	}
	for (int k = 0; k < 4; k++)
		if (wf_import_skip(w, heads[k]))
			break;
	while ((word = wf_import_peek(w)) != NULL && *word == '-')
		w->at++;
	if (word == NULL)
		return 0;
	if (wf_import_skip(w, "flush"))
		return 0;
	if (wf_import_skip(w, "add"))
		return read_rule(w, r->d.notes);
	while (object_names[i] != NULL && strcmp(word, object_names[i]) != 0)
		i++;
	if (i < 3) {
		const char *verb = w->at + 2 < w->n ? w->word[w->at + 2] : NULL;
		const char *second = w->at + 1 < w->n ? w->word[w->at + 1] : "";

		if (verb != NULL && strcmp(verb, "config") == 0) {
			w->at += 3;
			return read_config(r, w, (enum wf_dummynet_object)i);
		}
		if (strcmp(second, "flush") == 0 || strcmp(second, "delete") == 0 ||
			strcmp(second, "show") == 0 || strcmp(second, "list") == 0)
			return 0;
	}
	return read_config(r, w, WF_DUMMYNET_OF_PIPE);
}

static int
read_all(struct reader *r, const char *text, const char *samples_name, struct wf_err *err)
{
	bool settings;

	if (wf_import_script_read(&r->script, text, heads, err) < 0)
		return -EINVAL;
	for (int i = 0; i < r->script.n; i++)
		if (read_command(r, &r->script.command[i].words) < 0)
			return -EINVAL;
	settings = r->d.given != 0 || r->d.aqm != WF_DUMMYNET_DROPTAIL || r->d.profiled;
	if (r->n[WF_DUMMYNET_OF_PIPE] == 0 &&
		r->n[WF_DUMMYNET_OF_QUEUE] + r->n[WF_DUMMYNET_OF_SCHED] > 0)
		return wf_err_add(err, NULL, "Add the line of its pipe",
			"there is no pipe: queues and schedulers have no rate of their own");
	if (!settings)
		return wf_err_add(err, NULL,
			"Write import dummynet 'bw 10Mbit/s delay 50 plr 0.01'",
			"there are no settings");
	return wf_dummynet_check(&r->d, samples_name, err);
}

int
wf_import_dummynet(
	const char *words, const char *samples_name, FILE *out, FILE *samples, struct wf_err *err)
{
	struct reader *r = calloc(1, sizeof(*r));
	char *notes = NULL;
	size_t size;
	int rc;

	if (r == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	r->d.notes = open_memstream(&notes, &size);
	rc = r->d.notes == NULL ? wf_err_add(err, NULL, NULL, "out of memory")
				: read_all(r, words, samples_name, err);
	if (r->d.notes != NULL && fclose(r->d.notes) != 0 && rc == 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc == 0) {
		wf_import_script_origin("dummynet", &r->script, heads, out);
		wf_import_note(
			out, 0, "A pipe acts on what rules send to it: this is one direction.");
		fputs(notes, out);
		wf_import_dummynet_write(&r->d, samples_name, out);
		if (r->d.profiled && samples != NULL)
			wf_import_dummynet_write_samples(&r->d, samples);
	}
	free(notes);
	wf_import_script_fini(&r->script);
	free(r);
	return rc < 0 ? -EINVAL : 0;
}
