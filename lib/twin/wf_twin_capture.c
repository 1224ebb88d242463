/* SPDX-License-Identifier: BSD-3-Clause
 * From the twin's packets to records of captures and of logs. One thread.
 */
#include "wf_twin_capture.h"

#include <errno.h>
#include <stdlib.h>

#include "wf_twin_packet.h"

static void
put(struct wf_twin_capture *c, struct wf_capture_record *r, const struct wf_twin_packet *p)
{
	int rc;

	if (p != NULL) {
		r->cap_bytes =
			p->cap_bytes < WF_CAPTURE_SNAPLEN ? p->cap_bytes : WF_CAPTURE_SNAPLEN;
		r->marks = p->marks;
	}
	rc = wf_capture_file_put(c->file, r, p != NULL ? p->data : NULL);
	if (c->rc == 0)
		c->rc = rc;
}

void
wf_twin_capture_in(struct wf_twin_capture *c, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	for (uint32_t i = 0; i < n && c->log != NULL; i++) {
		struct wf_twin_packet *p = rx[i].pkt;

		p->ordinal = c->n[dir]++;
		p->hash = wf_fates_hash(p->data, p->cap_bytes);
	}
	for (uint32_t i = 0; i < n && c->file != NULL; i++)
		put(c,
			&(struct wf_capture_record){ .dir = (uint16_t)dir,
				.point = WF_CAPTURE_IN,
				.len_bytes = rx[i].len_bytes,
				.time_ns = rx[i].rx_ns },
			rx[i].pkt);
}

/* What the log needs of a packet that did not leave as it came. */
static struct wf_fates_patch *
patch_of(const struct wf_twin_packet *p)
{
	const struct wf_twin_packet *from = p->original;

	if (from == NULL && (p->marks & WF_CAPTURE_MADE) == 0)
		return NULL;
	return wf_fates_patch_new(from != NULL ? from->data : NULL,
		from != NULL ? from->cap_bytes : 0, p->data, p->cap_bytes);
}

static void
log_fate(struct wf_twin_capture *c, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	const struct wf_twin_packet *p = h->pkt;
	struct wf_fate f = { .hash = p != NULL ? p->hash : 0,
		.ordinal = p != NULL ? p->ordinal : WF_FATE_NOBODY,
		.in_ns = h->rx_ns,
		.due_ns = h->due_ns,
		.out_ns = ns,
		.len_bytes = h->len_bytes,
		.dir = (uint16_t)h->dir,
		.cause = (uint8_t)cause,
		.marks = p != NULL ? p->marks : WF_CAPTURE_COPY };
	bool leaves = p != NULL && cause == WF_DROP_NONE;
	int rc;

	f.patch = leaves ? patch_of(p) : NULL;
	rc = leaves && f.patch == NULL && (p->original != NULL || p->marks & WF_CAPTURE_MADE)
		     ? -ENOMEM
		     : wf_fates_write(c->log, &f);
	free(f.patch);
	if (c->rc == 0)
		c->rc = rc;
}

void
wf_twin_capture_told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	struct wf_twin_capture *c = ctx;

	if (c->log != NULL)
		log_fate(c, h, cause, ns);
	if (c->file == NULL)
		return;
	put(c,
		&(struct wf_capture_record){ .dir = (uint16_t)h->dir,
			.point = cause == WF_DROP_NONE ? WF_CAPTURE_OUT : WF_CAPTURE_LOST,
			.cause = (uint8_t)cause,
			.len_bytes = h->len_bytes,
			.time_ns = ns,
			.rx_ns = h->rx_ns,
			.due_ns = h->due_ns },
		h->pkt);
}
