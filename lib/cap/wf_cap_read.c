/* SPDX-License-Identifier: BSD-3-Clause
 * Captures as they are, to Ethernet frames in order of time: what is no Ethernet is converted or
 * skipped, directions are told apart, stamps that go back are mended. One packet is looked ahead,
 * which is what it takes to tell a single stamp out of place from a pause. One thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cap_link.h"
#include "wf_cap_side.h"

/* A packet that was read and not yet given out. */
struct ahead {
	struct wf_cap_packet p;
	bool timed;
	uint8_t *bytes; /* its own copy */
	size_t room;
};

struct wf_cap_reader {
	char *path;
	struct wf_cap_options options;
	struct wf_cap_file file;
	struct wf_cap_notes notes;
	struct wf_cap_sides sides;
	struct ahead slot[2]; /* the one to give out next, and its successor */
	uint32_t now;         /* which of them is next */
	bool has_next, said, any_ethernet;
	wf_ns_t last_ns; /* given out */
};

static const char *
begin(struct wf_cap_file *f)
{
	const char *why = wf_cap_pcapng_begin(f);

	return why != NULL ? wf_cap_pcap_begin(f) : NULL;
}

static bool
fits(const struct wf_cap_reader *r, uint32_t link_type)
{
	return link_type == WF_CAP_ETHERNET ||
	       (r->options.convert && wf_cap_link_converts(link_type));
}

static void
skip(struct wf_cap_reader *r, uint32_t link_type)
{
	struct wf_cap_notes *n = &r->notes;
	uint32_t i = 0;

	while (i < n->n_skipped && n->skipped[i].link_type != link_type)
		i++;
	if (i == n->n_skipped && i == WF_CAP_SKIPPED_MAX)
		i--;
	else if (i == n->n_skipped)
		n->skipped[n->n_skipped++].link_type = link_type;
	n->skipped[i].packets++;
}

static bool
keep_bytes(struct ahead *a, const uint8_t *header, uint32_t header_bytes, const uint8_t *data,
	uint32_t n)
{
	if (a->bytes == NULL || header_bytes + n > a->room) {
		size_t room = header_bytes + n < 2048 ? 2048 : 2 * (size_t)(header_bytes + n);
		uint8_t *grown = realloc(a->bytes, room);

		if (grown == NULL)
			return false;
		a->bytes = grown;
		a->room = room;
	}
	if (header_bytes > 0)
		memcpy(a->bytes, header, header_bytes);
	if (n > 0)
		memcpy(a->bytes + header_bytes, data, n);
	a->p.data = a->bytes;
	a->p.cap_bytes = header_bytes + n;
	return true;
}

/* Is the record a frame for us? Then `a` has it. -1: out of memory. */
static int
take(struct wf_cap_reader *r, const struct wf_cap_record *rec, struct ahead *a)
{
	bool plain = rec->link_type == WF_CAP_ETHERNET; /* else it is converted */
	uint8_t header[WF_CAP_ETHERNET_BYTES];
	uint32_t length = rec->len_bytes < rec->cap_bytes ? rec->cap_bytes : rec->len_bytes;
	int cut = 0;

	if (!fits(r, rec->link_type))
		return skip(r, rec->link_type), 0;
	r->any_ethernet = true;
	if (!plain && (cut = wf_cap_link_convert(&r->options, rec, header)) < 0)
		return r->notes.malformed++, 0;
	a->p.len_bytes = plain ? length : length - (uint32_t)cut + WF_CAP_ETHERNET_BYTES;
	a->p.time_ns = rec->time_ns;
	a->p.iface = rec->iface;
	a->timed = rec->timed;
	if (!keep_bytes(a, header, plain ? 0 : WF_CAP_ETHERNET_BYTES, rec->data + cut,
		    rec->cap_bytes - (uint32_t)cut))
		return -1;
	if (r->options.split != WF_CAP_ALL) {
		int side = wf_cap_side(&r->sides, &r->options, &a->p);

		r->notes.no_side += side < 0;
		r->notes.other_side += side >= 0 && side != r->options.side;
		if (side != r->options.side)
			return 0;
	}
	r->notes.converted += !plain;
	return 1;
}

/* The next frame into the slot. 1, 0: end; -1: damaged. */
static int
fetch(struct wf_cap_reader *r, struct ahead *a)
{
	struct wf_cap_record rec;
	int rc;

	while ((rc = r->file.next(&r->file, &rec)) == 1) {
		int taken = take(r, &rec, a);

		if (taken < 0)
			return wf_cap_damage(&r->file, "out of memory");
		if (taken > 0)
			return 1;
	}
	return rc;
}

/* The time of the packet `a`, whose successor is `next` (NULL: it is the last). A stamp later than
 * its successor's by more than a step is out of place, and gets its predecessor's; the first one,
 * its successor's. But if the successor is as far before the predecessor as well, it is the odd
 * one. */
static void
mend_time(struct wf_cap_reader *r, struct ahead *a, const struct ahead *next)
{
	bool first = r->notes.packets == 0, odd;
	wf_ns_t step_ns = r->options.step_back_ns;

	if (!a->timed) {
		r->notes.untimed++;
		a->p.time_ns = r->last_ns;
		return;
	}
	odd = next != NULL && next->timed && a->p.time_ns > next->p.time_ns &&
	      a->p.time_ns - next->p.time_ns > step_ns &&
	      (first || next->p.time_ns + step_ns >= r->last_ns);
	if (odd) {
		r->notes.out_of_place++;
		a->p.time_ns = first ? next->p.time_ns : r->last_ns;
	} else if (!first && a->p.time_ns < r->last_ns) {
		if (r->last_ns - a->p.time_ns > step_ns)
			r->notes.out_of_place++;
		else
			r->notes.clamped++;
		a->p.time_ns = r->last_ns;
	}
}

static int
refuse_link(struct wf_cap_reader *r, uint32_t link_type, struct wf_err *err)
{
	struct wf_where where = { r->path, 0, NULL };
	char name[32];

	return wf_err_add(err, &where, wf_cap_link_hint(link_type),
		"the link type is %s, not Ethernet", wf_cap_link_name(link_type, name));
}

static int
say_damage(struct wf_cap_reader *r, struct wf_err *err)
{
	struct wf_where where = { r->path, 0, NULL };
	bool nanoseconds = strstr(r->file.damage, "nanoseconds") != NULL;

	return wf_err_add(err, &where,
		nanoseconds ? "--time-unit ns reads them as that" : "What came before was read",
		nanoseconds ? "%s" : "the capture is damaged: %s", r->file.damage);
}

int
wf_cap_read(struct wf_cap_reader *r, struct wf_cap_packet *p, struct wf_err *err)
{
	struct ahead *a = &r->slot[r->now], *next = &r->slot[!r->now];
	int rc;

	if (!r->has_next)
		return r->file.damage != NULL && !r->said ? (r->said = true, say_damage(r, err))
							  : 0;
	rc = r->file.damage == NULL ? fetch(r, next) : 0;
	r->has_next = rc == 1;
	r->now = !r->now;
	mend_time(r, a, rc == 1 ? next : NULL);
	r->last_ns = a->p.time_ns;
	r->notes.packets++;
	*p = a->p;
	return 1;
}

/* A link type of a file that has no Ethernet. The file has been read up to its first frame, or to
 * its end. false: it has some, or nobody knows. */
static bool
all_odd(const struct wf_cap_reader *r, uint32_t *link_type)
{
	const struct wf_cap_file *f = &r->file;

	*link_type = f->n_ifaces > 0 ? f->iface[0].link_type : f->link_type;
	if (r->any_ethernet || (f->n_ifaces == 0 && f->header_bytes == 0))
		return false;
	for (uint32_t i = 0; i < f->n_ifaces; i++)
		if (fits(r, f->iface[i].link_type))
			return false;
	return !fits(r, *link_type);
}

/* Looks at the first frame. 0 or -EINVAL with a reason. */
static int
look(struct wf_cap_reader *r, struct wf_err *err)
{
	struct wf_where where = { r->path, 0, NULL };
	const char *why = begin(&r->file);
	uint32_t link_type;
	int rc;

	if (why != NULL)
		return wf_err_add(err, &where,
			"pcap and pcapng are understood, also as gzip and zstd",
			"not a readable capture: %s",
			wf_stream_error(r->file.stream) != NULL ? wf_stream_error(r->file.stream)
								: why);
	rc = fetch(r, &r->slot[0]);
	r->has_next = rc == 1;
	if (rc == 0 && all_odd(r, &link_type))
		return refuse_link(r, link_type, err);
	return 0;
}

struct wf_cap_reader *
wf_cap_open(const char *path, const struct wf_cap_options *options, struct wf_err *err)
{
	static const struct wf_cap_options defaults = WF_CAP_OPTIONS;
	struct wf_cap_reader *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->path = strdup(path)) == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
	} else {
		r->options = options != NULL ? *options : defaults;
		r->file.nanoseconds = r->options.nanoseconds;
		r->file.stream = wf_stream_open(path, err);
		if (r->file.stream != NULL && look(r, err) == 0)
			return r;
	}
	wf_cap_close(r);
	return NULL;
}

const struct wf_cap_notes *
wf_cap_notes(const struct wf_cap_reader *r)
{
	return &r->notes;
}

void
wf_cap_progress(const struct wf_cap_reader *r, uint64_t *at, uint64_t *size)
{
	wf_stream_progress(r->file.stream, at, size);
}

void
wf_cap_close(struct wf_cap_reader *r)
{
	if (r == NULL)
		return;
	wf_stream_close(r->file.stream);
	free(r->file.iface);
	free(r->slot[0].bytes);
	free(r->slot[1].bytes);
	free(r->path);
	free(r);
}
