/* SPDX-License-Identifier: BSD-3-Clause
 * The decision log: what became of each packet, in records of one size, in the order in which
 * packets left or ended. Bytes are the same on every machine. One thread.
 *
 *   header, 64 bytes: "WFFATES\n"; u32 version 2; u32 bytes of a record; u64 seed; u64 digest of
 * the configuration; u64 digest of the list of causes; u32 directions; zeros record, 48 bytes: u64
 * hash of the bytes that came; u64 which packet of its direction it was, from 0, or all ones; u64
 * came; u64 due; u64 left or ended (ns since 1970); u32 length at the end; u16 direction; u8 cause
 * (0: it left); u8 marks; with mark 128 it left with other bytes than it came with, or was made
 * here, and these follow (wf_fates_patch.h)
 *
 * All numbers are little-endian.
 */
#ifndef WF_FATES_H
#define WF_FATES_H

#include "wf_err.h"
#include "wf_fates_patch.h"

#define WF_FATE_PATCHED 128
/* Made here, or a copy for which there was no buffer: of no packet that came. */
#define WF_FATE_NOBODY UINT64_MAX

struct wf_fate {
	uint64_t hash, ordinal;
	wf_ns_t in_ns, due_ns, out_ns;
	uint32_t len_bytes;
	uint16_t dir;
	uint8_t cause; /* enum wf_drop */
	uint8_t marks; /* WF_CAPTURE_COPY ..., WF_FATE_PATCHED where there is a patch */
	struct wf_fates_patch *patch; /* heap, the caller's; NULL: it left as it came */
};

struct wf_fates_head {
	uint64_t seed, config;
	uint32_t n_dirs;
};

uint64_t wf_fates_hash(const void *data, uint64_t n);

struct wf_fates_writer;
struct wf_fates_reader;

/* NULL with a reason. */
struct wf_fates_writer *wf_fates_create(
	const char *path, const struct wf_fates_head *head, struct wf_err *err);
/* 0 or -errno, once and for all. */
int wf_fates_write(struct wf_fates_writer *w, const struct wf_fate *fate);
/* Flushes, closes and frees. 0 or -errno. */
int wf_fates_finish(struct wf_fates_writer *w);

/* NULL with a reason: not such a log, or of another version. */
struct wf_fates_reader *wf_fates_open(
	const char *path, struct wf_fates_head *head, struct wf_err *err);
/* 1: *fate is filled, every member within its bounds, and its patch is the caller's to free; 0: the
 * end; -EINVAL: damaged from here on. */
int wf_fates_read(struct wf_fates_reader *r, struct wf_fate *fate, struct wf_err *err);
void wf_fates_close(struct wf_fates_reader *r);

#endif
