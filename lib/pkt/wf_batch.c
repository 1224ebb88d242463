/* SPDX-License-Identifier: BSD-3-Clause
 * Rows of a batch moved: for the few packets that are duplicated. Worker threads.
 */
#include "wf_batch.h"

#include <string.h>

/* Calls X on every column. */
#define COLUMNS(X)                                                                                 \
	X(pkt)                                                                                     \
	X(rx_ns)                                                                                   \
	X(due_ns)                                                                                  \
	X(rng)                                                                                     \
	X(flow)                                                                                    \
	X(state)                                                                                   \
	X(len_bytes)                                                                               \
	X(drop)                                                                                    \
	X(copies)                                                                                  \
	X(flags)                                                                                   \
	X(class_id)                                                                                \
	X(seq)                                                                                     \
	X(data)                                                                                    \
	X(readable_bytes)                                                                          \
	X(parsed)                                                                                  \
	X(edits)                                                                                   \
	X(forges)

void
wf_batch_open(struct wf_batch *b, uint16_t row, uint16_t k)
{
	size_t behind = (size_t)(b->n - row);

	assert(b->n + k <= WF_BATCH_ROWS);
#define MOVE(column) memmove(&b->column[row + k], &b->column[row], behind * sizeof(b->column[0]));
	COLUMNS(MOVE)
	b->n = (uint16_t)(b->n + k);
}

void
wf_batch_copy_row(struct wf_batch *b, uint16_t to, uint16_t from)
{
#define COPY(column) b->column[to] = b->column[from];
	COLUMNS(COPY)
}
