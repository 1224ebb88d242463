/* SPDX-License-Identifier: BSD-3-Clause
 * Goes through a log in its order, which is that in which packets left, and reads inputs as far as
 * each record needs; a packet is kept until its last record. One thread.
 */
#include "wf_twin_again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_capture_ring.h"
#include "wf_source_merge.h"
#include "wf_twin_packet.h"

/* A packet of a direction. */
struct slot {
	struct wf_twin_packet *packet; /* NULL: not read yet, or all its records are done */
	wf_ns_t in_ns;
	uint32_t records; /* that are still to come */
};

struct lane {
	struct slot *slot;
	uint64_t n, read;
};

struct again {
	const struct wf_twin_params *q;
	struct wf_err *err;
	struct wf_twin_again *out;
	struct wf_source *sources;
	struct wf_fate *fate;
	uint64_t n;
	struct lane *lane; /* [plan->n_dirs] */
};

static int
no_memory(const struct again *a)
{
	wf_err_add(a->err, NULL, NULL, "out of memory");
	return -ENOMEM;
}

static int
read_log(struct again *a, struct wf_fates_reader *log)
{
	uint64_t room = 0;
	int rc;

	for (;; a->n++) {
		if (a->n == room) {
			struct wf_fate *more;

			room = room == 0 ? 4096 : 2 * room;
			more = realloc(a->fate, room * sizeof(*more));
			if (more == NULL)
				return no_memory(a);
			a->fate = more;
		}
		rc = wf_fates_read(log, &a->fate[a->n], a->err);
		if (rc <= 0)
			return rc;
	}
}

/* How many records each packet has. Every packet has one at least, so none has a number beyond
 * theirs. */
static int
make_lanes(struct again *a)
{
	a->lane = calloc(a->q->plan->n_dirs, sizeof(*a->lane));
	if (a->lane == NULL)
		return no_memory(a);
	for (uint64_t i = 0; i < a->n; i++) {
		const struct wf_fate *f = &a->fate[i];

		if (f->ordinal == WF_FATE_NOBODY)
			continue;
		if (f->dir >= a->q->plan->n_dirs || f->ordinal >= a->n)
			return wf_err_add(a->err, NULL, "Is it of this configuration?",
				"record %llu of the log is of no packet that can be",
				(unsigned long long)i + 1);
		if (f->ordinal >= a->lane[f->dir].n)
			a->lane[f->dir].n = f->ordinal + 1;
	}
	for (uint32_t d = 0; d < a->q->plan->n_dirs; d++) {
		a->lane[d].slot = calloc(a->lane[d].n + 1, sizeof(*a->lane[d].slot));
		if (a->lane[d].slot == NULL)
			return no_memory(a);
	}
	for (uint64_t i = 0; i < a->n; i++)
		if (a->fate[i].ordinal != WF_FATE_NOBODY)
			a->lane[a->fate[i].dir].slot[a->fate[i].ordinal].records++;
	return 0;
}

/* The next packet of any input. 1; 0: there is none; -EINVAL. */
static int
read_packet(struct again *a)
{
	struct wf_source_packet p;
	struct lane *l;
	struct slot *s;

	if (wf_source_take(a->sources, WF_SOURCE_END - 1, &p, 1) == 0)
		return a->sources->rc < 0 ? -EINVAL : 0;
	l = &a->lane[a->q->in[p.input].dir];
	a->out->packets++;
	if (l->read >= l->n || l->slot[l->read].records == 0)
		return wf_err_add(a->err, NULL, "Give it the captures that it was written of",
			"packet %llu of an input is not in the log",
			(unsigned long long)l->read + 1);
	s = &l->slot[l->read++];
	s->in_ns = p.time_ns;
	s->packet = wf_twin_packet_new(&(struct wf_cap_packet){
		.cap_bytes = p.cap_bytes, .len_bytes = p.len_bytes, .data = p.data });
	return s->packet != NULL ? 1 : no_memory(a);
}

static int
leave(struct again *a, const struct wf_fate *f, const struct wf_twin_packet *packet)
{
	const uint8_t *from = packet != NULL ? packet->data : NULL;
	uint8_t *patched = f->patch != NULL ? malloc(f->patch->cap_bytes + 1) : NULL;
	struct wf_cap_writer *out = a->q->out != NULL ? a->q->out[f->dir] : NULL;
	struct wf_cap_packet p = { .time_ns = f->out_ns,
		.cap_bytes = packet != NULL ? packet->cap_bytes : 0,
		.len_bytes = f->len_bytes,
		.data = from };
	int rc;

	if (f->patch != NULL) {
		if (patched == NULL)
			return no_memory(a);
		wf_fates_patch_apply(f->patch, from, p.cap_bytes, patched);
		p.cap_bytes = f->patch->cap_bytes;
		p.data = patched;
	}
	rc = out != NULL ? wf_cap_write(out, &p) : 0;
	free(patched);
	a->out->sent++;
	a->out->copies += f->marks & WF_CAPTURE_COPY ? 1 : 0;
	a->out->changed += f->patch != NULL && packet != NULL ? 1 : 0;
	a->out->made += packet == NULL ? 1 : 0;
	return rc == 0 ? 0
		       : wf_err_add(a->err, NULL, "Is the disk full?",
				 "the output cannot be written: %s", strerror(-rc));
}

static int
apply(struct again *a, const struct wf_fate *f)
{
	struct lane *l = &a->lane[f->dir];
	struct slot *s;
	int rc;

	if (f->ordinal == WF_FATE_NOBODY && f->cause == WF_DROP_NONE && f->patch != NULL)
		return leave(a, f, NULL);
	if (f->ordinal == WF_FATE_NOBODY) {
		a->out->dropped[f->cause]++;
		return 0;
	}
	while (l->read <= f->ordinal)
		if ((rc = read_packet(a)) <= 0)
			return rc < 0 ? rc
				      : wf_err_add(a->err, NULL,
						"Give it the captures that it was written of",
						"the log has packets that the inputs have not");
	s = &l->slot[f->ordinal];
	if (s->in_ns != f->in_ns || wf_fates_hash(s->packet->data, s->packet->cap_bytes) != f->hash)
		return wf_err_add(a->err, NULL, "Give it the captures that it was written of",
			"packet %llu of an input is another one than in the log",
			(unsigned long long)f->ordinal + 1);
	rc = 0;
	if (f->cause == WF_DROP_NONE)
		rc = leave(a, f, s->packet);
	else
		a->out->dropped[f->cause]++;
	if (--s->records == 0) {
		wf_twin_packet_put(s->packet);
		s->packet = NULL;
	}
	return rc;
}

static int
merge(struct again *a)
{
	struct wf_source **sources = calloc(a->q->n_in, sizeof(*sources));

	for (uint32_t i = 0; sources != NULL && i < a->q->n_in; i++)
		sources[i] = a->q->in[i].source;
	if (sources != NULL)
		a->sources = wf_source_merge(sources, a->q->n_in);
	free(sources);
	return a->sources != NULL ? 0 : no_memory(a);
}

int
wf_twin_again(const struct wf_twin_params *q, struct wf_fates_reader *log,
	struct wf_twin_again *out, struct wf_err *err)
{
	struct again a = { .q = q, .err = err, .out = out };
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_log(&a, log);
	if (rc == 0)
		rc = make_lanes(&a);
	if (rc == 0)
		rc = merge(&a);
	for (uint64_t i = 0; i < a.n && rc == 0; i++)
		rc = apply(&a, &a.fate[i]);
	if (rc == 0 && (rc = read_packet(&a)) == 1) /* it says why not */
		rc = wf_err_add(err, NULL, NULL, "the inputs go on behind the log");
	for (uint32_t d = 0; a.lane != NULL && d < q->plan->n_dirs; d++) {
		for (uint64_t i = 0; a.lane[d].slot != NULL && i < a.lane[d].n; i++)
			if (a.lane[d].slot[i].packet != NULL)
				wf_twin_packet_put(a.lane[d].slot[i].packet);
		free(a.lane[d].slot);
	}
	for (uint64_t i = 0; i < a.n; i++)
		free(a.fate[i].patch);
	wf_source_free(a.sources);
	free(a.lane);
	free(a.fate);
	return rc;
}
