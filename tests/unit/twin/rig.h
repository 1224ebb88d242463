/* SPDX-License-Identifier: BSD-3-Clause
 * A run of the twin as its tests need it: packets in, a configuration text, packets and statistics
 * out. Both directions of one link.
 */
#ifndef RIG_H
#define RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wf_source_capture.h"
#include "wf_stats.h"
#include "wf_twin.h"

#define EPOCH 1700000000000000000ull
#define MAX   65536

struct rig_side {
	uint32_t n_in, n_out;
	struct wf_cap_packet in[MAX];
	struct wf_cap_packet out[MAX]; /* without data */
	size_t out_bytes;              /* of the file ... */
	uint8_t *out_file;             /* ... and what is in it */
	size_t cut_bytes;              /* to cut from the end of the input */
	const char *out_path;          /* instead of a file of ours */
};

struct rig {
	struct rig_side side[2];
	const char *classes; /* "" or "classes = (...);" */
	const char *top;     /* more keys of the top level */
	uint64_t seed;
	uint32_t burst, max_held;
	/* Results. */
	int rc;
	struct wf_err *err;
	struct wf_snapshot *snap;
};
extern struct rig rig;

/* Group and test setup and teardown: EAL and a folder; an empty rig. */
int rig_start(void **state);
int rig_end(void **state);
int rig_clear(void **state);

/* A packet of UDP flow `flow`, at EPOCH + at_ns. */
void rig_enter(int side, wf_ns_t at_ns, uint32_t len_bytes, uint32_t flow);
/* Runs with these keys of ab and of ba; the result is in rig. */
void rig_try(const char *ab, const char *ba);
/* The same, when nothing may go wrong: everything is accounted for, nothing stays. */
void rig_run(const char *ab, const char *ba);

/* A capture at its own times, which adds to rig.err. */
struct wf_source *rig_capture(const char *path);

static inline const struct wf_dir_stats *
rig_stats(int side)
{
	return &rig.snap->links[0].dir[side].s;
}
static inline wf_ns_t
rig_out(int side, uint32_t i)
{
	return rig.side[side].out[i].time_ns - EPOCH;
}

#endif
