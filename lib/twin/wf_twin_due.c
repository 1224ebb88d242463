/* SPDX-License-Identifier: BSD-3-Clause
 * Packets by their due time to the nanosecond. One thread.
 */
#include "wf_twin_due.h"

#include <errno.h>
#include <stdlib.h>

void
wf_twin_due_fini(struct wf_twin_due *d)
{
	free(d->entry);
	*d = (struct wf_twin_due){ 0 };
}

static inline bool
before(const struct wf_twin_due_entry *a, const struct wf_twin_due_entry *b)
{
	return a->h.due_ns != b->h.due_ns ? a->h.due_ns < b->h.due_ns : a->serial < b->serial;
}

int
wf_twin_due_put(struct wf_twin_due *d, const struct wf_held *h)
{
	struct wf_twin_due_entry new = { *h, d->serial++ };
	uint32_t i = d->n;

	if (d->n == d->room) {
		uint32_t room = d->room != 0 ? 2 * d->room : 256;
		struct wf_twin_due_entry *grown = realloc(d->entry, room * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		d->entry = grown;
		d->room = room;
	}
	d->n++;
	for (; i > 0 && before(&new, &d->entry[(i - 1) / 2]); i = (i - 1) / 2)
		d->entry[i] = d->entry[(i - 1) / 2];
	d->entry[i] = new;
	return 0;
}

/* The last entry takes the place of the first, and sinks to where it belongs. */
static void
sink(struct wf_twin_due *d)
{
	struct wf_twin_due_entry last = d->entry[--d->n];
	uint32_t i = 0, child;

	for (; (child = 2 * i + 1) < d->n; i = child) {
		if (child + 1 < d->n && before(&d->entry[child + 1], &d->entry[child]))
			child++;
		if (!before(&d->entry[child], &last))
			break;
		d->entry[i] = d->entry[child];
	}
	d->entry[i] = last;
}

bool
wf_twin_due_take(struct wf_twin_due *d, wf_ns_t now_ns, struct wf_held *out)
{
	if (d->n == 0 || d->entry[0].h.due_ns > now_ns)
		return false;
	*out = d->entry[0].h;
	sink(d);
	return true;
}
