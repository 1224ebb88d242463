/* SPDX-License-Identifier: BSD-3-Clause
 * Reads the two captures and estimates one thing after the other. One thread.
 */
#include "wf_fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_fit_private.h"

#define MOST_PACKETS (1u << 28)

/* Packets that a snap length has cut are known by what is left of them: so are all others then. */
static int
read_trace(const struct wf_fit_options *o, const char *path, uint32_t *limit,
	struct wf_fit_trace *t, struct wf_err *err)
{
	struct wf_cap_reader *r = wf_cap_open(path, &o->cap, err);
	struct wf_cap_packet p;
	int rc;

	if (r == NULL)
		return -EINVAL;
	while ((rc = wf_cap_read(r, &p, err)) == 1) {
		if (t == NULL) {
			if (p.cap_bytes < p.len_bytes && p.cap_bytes < *limit)
				*limit = p.cap_bytes;
			continue;
		}
		if (t->n == t->room) {
			uint32_t room = t->room == 0 ? 4096 : 2 * t->room;
			struct wf_fit_seen *at =
				t->room < MOST_PACKETS ? realloc(t->at, room * sizeof(*at)) : NULL;

			if (at == NULL) {
				rc = wf_err_add(err, NULL, "Cut the captures", "out of memory");
				break;
			}
			t->at = at;
			t->room = room;
		}
		t->at[t->n] =
			(struct wf_fit_seen){ .time_ns = p.time_ns, .len_bytes = p.len_bytes };
		t->at[t->n].key =
			wf_fit_key(p.data, p.cap_bytes, p.len_bytes, *limit, &t->at[t->n].header);
		t->n++;
	}
	wf_cap_close(r);
	return rc < 0 ? -EINVAL : 0;
}

/* The clock of `after`: what is known of it, or what the delays say, which are not below zero. */
static void
take_offset(struct wf_fit *f, const struct wf_fit_options *o)
{
	int64_t least = INT64_MAX;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct wf_fit_packet *p = &f->packet[i];

		if (p->copies > 0 && p->out_ns - (int64_t)p->in_ns < least)
			least = p->out_ns - (int64_t)p->in_ns;
	}
	if (o->offset_given)
		f->offset_ns = o->offset_ns;
	else if (o->floor_given)
		f->offset_ns = least - (int64_t)o->floor_ns;
	if (least - f->offset_ns < 0) {
		f->offset_ns = least;
		f->offset_guessed = true;
	}
	/* From the first packet on: times since 1970 are too long for doubles. */
	for (uint32_t i = f->n; i-- > 0;) {
		if (f->packet[i].copies > 0)
			f->packet[i].out_ns -= f->offset_ns + (int64_t)f->packet[0].in_ns;
		f->packet[i].in_ns -= f->packet[0].in_ns;
	}
}

static void
find_duplicates(struct wf_fit *f)
{
	uint64_t through = 0, copies = 0;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct wf_fit_packet *p = &f->packet[i];

		through += p->copies > 0;
		f->duplicated += p->copies > 1;
		copies += p->copies > 1 ? p->copies - 1u : 0;
	}
	if (f->duplicated == 0)
		return;
	f->duplicate_p = (double)f->duplicated / (double)through;
	f->duplicate_copies = (double)copies / (double)f->duplicated;
}

static int
estimate(struct wf_fit *f, struct wf_err *err)
{
	double *left_ns = malloc((f->n + 1ull) * sizeof(*left_ns));
	int rc = left_ns != NULL ? 0 : -ENOMEM;

	if (rc == 0) {
		find_duplicates(f);
		wf_fit_find_rate(f, left_ns);
		wf_fit_find_loss(f);
		rc = wf_fit_find_delay(f, left_ns);
	}
	free(left_ns);
	return rc == 0 ? 0 : wf_err_add(err, NULL, "Cut the captures", "out of memory");
}

int
wf_fit_run(const struct wf_fit_options *o, struct wf_fit *f, struct wf_err *err)
{
	struct wf_fit_trace before = { 0 }, after = { 0 };
	uint32_t limit = WF_FIT_KEY_BYTES;
	int rc = -EINVAL;

	memset(f, 0, sizeof(*f));
	if (read_trace(o, o->before, &limit, NULL, err) == 0 &&
		read_trace(o, o->after, &limit, NULL, err) == 0 &&
		read_trace(o, o->before, &limit, &before, err) == 0 &&
		read_trace(o, o->after, &limit, &after, err) == 0)
		rc = wf_fit_match(f, &before, &after, err);
	f->n_before = before.n;
	f->n_after = after.n;
	free(before.at);
	free(after.at);
	if (rc == 0 && f->n == 0)
		rc = wf_err_add(err, NULL, "Are they of the same traffic, in the same direction?",
			"none of the %llu packets of %s is in %s", (unsigned long long)f->n_before,
			o->before, o->after);
	if (rc < 0)
		return rc;
	take_offset(f, o);
	return estimate(f, err);
}

void
wf_fit_free(struct wf_fit *f)
{
	free(f->packet);
	f->packet = NULL;
}
