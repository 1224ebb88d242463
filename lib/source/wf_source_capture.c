/* SPDX-License-Identifier: BSD-3-Clause
 * Captures as sources. The file is read anew for each loop, so memory does not depend on its size;
 * how long a loop takes is known when the first has been read.
 */
#include "wf_source_capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* No loop is shorter: one without an end would never be over with a capture of one packet. */
#define LOOP_MIN_NS 1

struct capture {
	struct wf_source base;
	struct wf_cap_options options;
	struct wf_err *err;
	char *path;
	struct wf_cap_reader *reader; /* NULL: at the end */
	struct wf_cap_notes notes;    /* of the loops before this one */
	struct wf_cap_notes sum;      /* with this one's: what the caller sees */
	uint32_t speed_num, speed_den;
	bool own_times;
	uint64_t loops, loop;
	wf_ns_t start_ns, gap_ns;
	wf_ns_t first_ns, last_ns; /* own times, of the first loop */
	bool any, ready;           /* a packet was read; next is one that was not given out yet */
	struct wf_cap_packet next;
	wf_ns_t next_ns;
};

/* own_ns later than the start of the first loop, at this speed. */
static wf_ns_t
scheduled(const struct capture *c, wf_ns_t own_ns)
{
	unsigned __int128 at = c->loop * (unsigned __int128)(c->last_ns - c->first_ns + c->gap_ns);

	at = (at + own_ns) * c->speed_den / c->speed_num + c->start_ns;
	return at < WF_SOURCE_END ? (wf_ns_t)at : WF_SOURCE_END;
}

static void
add_skipped(struct wf_cap_notes *to, uint32_t link_type, uint64_t packets)
{
	uint32_t i = 0;

	while (i < to->n_skipped && to->skipped[i].link_type != link_type)
		i++;
	if (i == to->n_skipped && i == WF_CAP_SKIPPED_MAX)
		i--;
	else if (i == to->n_skipped)
		to->skipped[to->n_skipped++].link_type = link_type;
	to->skipped[i].packets += packets;
}

static void
add_notes(struct wf_cap_notes *to, const struct wf_cap_notes *n)
{
	to->packets += n->packets;
	to->clamped += n->clamped;
	to->out_of_place += n->out_of_place;
	to->untimed += n->untimed;
	to->converted += n->converted;
	to->other_side += n->other_side;
	to->no_side += n->no_side;
	to->malformed += n->malformed;
	for (uint32_t i = 0; i < n->n_skipped; i++)
		add_skipped(to, n->skipped[i].link_type, n->skipped[i].packets);
}

static void
close_reader(struct capture *c)
{
	if (c->reader == NULL)
		return;
	add_notes(&c->notes, wf_cap_notes(c->reader));
	wf_cap_close(c->reader);
	c->reader = NULL;
}

/* The end of the file: on to its beginning. false: that was the last loop. */
static bool
begin_again(struct capture *c)
{
	struct wf_where where = { c->path, 0, NULL };

	close_reader(c);
	if (!c->any || ++c->loop == c->loops)
		return false;
	if (c->gap_ns == 0 && c->last_ns == c->first_ns)
		c->gap_ns = LOOP_MIN_NS;
	c->reader = wf_cap_open(c->path, &c->options, c->err);
	if (c->reader == NULL)
		c->base.rc = wf_err_add(c->err, &where, "It was there for the loop before",
			"loop %llu can't begin", (unsigned long long)c->loop + 1);
	return c->reader != NULL;
}

/* A file that changes between loops does not make the schedule go back. */
static void
set_time(struct capture *c)
{
	wf_ns_t own_ns = c->next.time_ns > c->first_ns ? c->next.time_ns - c->first_ns : 0;
	wf_ns_t at_ns = scheduled(c, own_ns);

	c->next_ns = at_ns > c->next_ns ? at_ns : c->next_ns;
}

/* The next packet into `next`. false: there is none. */
static bool
prepare(struct capture *c)
{
	while (!c->ready && c->reader != NULL) {
		int rc = wf_cap_read(c->reader, &c->next, c->err);

		if (rc < 0)
			c->base.rc = rc;
		if (rc <= 0) {
			if (rc < 0)
				close_reader(c);
			else if (!begin_again(c))
				break;
			continue;
		}
		if (!c->any) {
			c->any = true;
			c->first_ns = c->last_ns = c->next.time_ns;
			if (c->own_times)
				c->start_ns = c->first_ns;
		}
		if (c->loop == 0)
			c->last_ns = c->next.time_ns;
		set_time(c);
		c->ready = true;
	}
	return c->ready;
}

static wf_ns_t
capture_next_ns(struct wf_source *s)
{
	struct capture *c = (struct capture *)s;

	return prepare(c) ? c->next_ns : WF_SOURCE_END;
}

static uint32_t
capture_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	struct capture *c = (struct capture *)s;

	if (n == 0 || !prepare(c) || c->next_ns > now_ns || c->next_ns == WF_SOURCE_END)
		return 0;
	*p = (struct wf_source_packet){ .time_ns = c->next_ns,
		.cap_bytes = c->next.cap_bytes,
		.len_bytes = c->next.len_bytes,
		.data = c->next.data };
	c->ready = false;
	return 1; /* the reader keeps one packet at a time */
}

static void
capture_free(struct wf_source *s)
{
	struct capture *c = (struct capture *)s;

	close_reader(c);
	free(c->path);
	free(c);
}

static const struct wf_cap_notes *
capture_notes(const struct wf_source *s)
{
	struct capture *c = (struct capture *)(uintptr_t)s;

	c->sum = c->notes;
	if (c->reader != NULL)
		add_notes(&c->sum, wf_cap_notes(c->reader));
	return &c->sum;
}

/* Of this loop: how many there will be, nobody may know. */
static void
capture_progress(const struct wf_source *s, uint64_t *at, uint64_t *size)
{
	const struct capture *c = (const struct capture *)s;

	if (c->reader != NULL)
		wf_cap_progress(c->reader, at, size);
}

static const struct wf_source_ops capture_ops = {
	.next_ns = capture_next_ns,
	.take = capture_take,
	.free = capture_free,
	.notes = capture_notes,
	.progress = capture_progress,
};

struct wf_source *
wf_source_capture(const struct wf_source_capture *q, struct wf_err *err)
{
	static const struct wf_cap_options defaults = WF_CAP_OPTIONS;
	struct capture *c = calloc(1, sizeof(*c));

	if (strcmp(q->path, "-") == 0 && q->loops != 1) {
		wf_err_add(err, NULL, "Write it to a file first",
			"standard input can't be read more than once");
	} else if (c == NULL || (c->path = strdup(q->path)) == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
	} else {
		c->base.ops = &capture_ops;
		c->options = q->options != NULL ? *q->options : defaults;
		c->err = err;
		c->speed_num = q->speed_num != 0 ? q->speed_num : 1;
		c->speed_den = q->speed_den != 0 ? q->speed_den : 1;
		c->own_times = q->own_times;
		c->start_ns = q->start_ns;
		c->loops = q->loops;
		c->gap_ns = q->gap_ns;
		c->reader = wf_cap_open(c->path, &c->options, err);
		if (c->reader != NULL)
			return &c->base;
	}
	if (c != NULL)
		free(c->path);
	free(c);
	return NULL;
}
