/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl top`: reads the stream of statistics and shows it as it comes. One thread.
 */
#include "top.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client.h"
#include "wf_units.h"

#define LINE_MAX_BYTES (64u << 20)

struct top {
	struct top_style style;
	struct top_scale scale;
	bool json;
	uint64_t left; /* documents still to show; UINT64_MAX: until somebody ends it */
	json_t *before;
	json_t *second; /* the last one, of the history */
	char *line;     /* of the stream, as far as it has come */
	size_t len, room;
	bool is_stats, is_second; /* the event that comes */
	bool broken;
};

static const char leave[] = "\033[?25h\033[?1049l";

/* The terminal as it was, however it ends. */
static void
on_signal(int number)
{
	ssize_t n = write(STDOUT_FILENO, leave, sizeof(leave) - 1);

	_exit(n >= 0 && number == SIGINT ? WFCTL_OK : WFCTL_FAILED);
}

static void
open_screen(struct top *t)
{
	const struct sigaction end = { .sa_handler = on_signal };
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		t->style.rows = size.ws_row;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	fputs("\033[?1049h\033[?25l", stdout);
}

static void
show(struct top *t, const char *text)
{
	json_t *now;

	if (t->json) { /* a document a line */
		puts(text);
		fflush(stdout);
		t->left -= t->left != UINT64_MAX;
		return;
	}
	now = json_loads(text, 0, NULL);
	if (now == NULL) {
		t->broken = true;
		return;
	}
	if (t->before != NULL) {
		const struct top_seen seen = { t->before, now, t->second };

		top_print(&t->style, &t->scale, &seen, stdout);
		t->left -= t->left != UINT64_MAX;
	}
	json_decref(t->before);
	t->before = now;
}

static void
take_line(struct top *t)
{
	bool data = strncmp(t->line, "data: ", 6) == 0;

	if (strncmp(t->line, "event: ", 7) == 0) {
		t->is_stats = strcmp(t->line + 7, "stats") == 0;
		t->is_second = strcmp(t->line + 7, "history") == 0;
	} else if (t->is_stats && data) {
		show(t, t->line + 6);
	} else if (t->is_second && data) {
		json_decref(t->second);
		t->second = json_loads(t->line + 6, 0, NULL);
	}
	t->len = 0;
}

/* libcurl's write callback. Less than came ends the transfer. */
static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct top *t = arg;
	size_t len = size * n;

	for (size_t i = 0; i < len && t->left > 0 && !t->broken && !ferror(stdout); i++) {
		if (t->len + 1 >= t->room) {
			size_t room = t->room * 2 + 4096;
			char *grown = room <= LINE_MAX_BYTES ? realloc(t->line, room) : NULL;

			if (grown == NULL)
				return 0;
			t->line = grown;
			t->room = room;
		}
		t->line[t->len++] = data[i] == '\n' ? '\0' : data[i];
		if (data[i] == '\n')
			take_line(t);
	}
	return t->left > 0 && !t->broken && !ferror(stdout) ? len : 0;
}

/* A whole number from an option. False: what is wrong has been printed. */
static bool
read_number(const char *text, const char *option, uint64_t most, uint64_t *out)
{
	if (text == NULL)
		return true;
	if (wf_units_count(text, out) == 0 && *out >= 1 && *out <= most)
		return true;
	fprintf(stderr, "wfctl: --%s is a whole number from 1 to %llu, not \"%s\".\n", option,
		(unsigned long long)most, text);
	return false;
}

int
wfctl_top(const struct wfctl_options *o, int argc, char **argv)
{
	struct top t = { .left = UINT64_MAX, .json = o->json };
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	struct client_request r = { .method = "GET", .write = on_data, .write_ctx = &t };
	uint64_t hz = 2;
	char path[64];
	int rc;

	if (!read_number(o->hz, "hz", 10, &hz) ||
		!read_number(o->count, "count", UINT32_MAX, &t.left))
		return WFCTL_USAGE;
	setlocale(LC_CTYPE, "");
	t.style.screen =
		!o->json && isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	t.style.colour = t.style.screen && (no_colour == NULL || *no_colour == '\0');
	t.style.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	snprintf(path, sizeof(path), "/v1/stats/stream?hz=%llu", (unsigned long long)hz);
	r.path = path;
	if (t.style.screen)
		open_screen(&t);
	rc = client_stream(o, &r);
	if (t.style.screen) {
		fputs(leave, stdout);
		fflush(stdout);
	}
	if (t.left == 0)
		rc = WFCTL_OK;
	else if (rc == WFCTL_UNREACHABLE && t.before != NULL)
		fprintf(stderr, "wfctl: wirefault has ended.\n");
	free(t.line);
	json_decref(t.before);
	json_decref(t.second);
	return rc;
}
