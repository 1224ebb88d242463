/* SPDX-License-Identifier: BSD-3-Clause
 * A file as a stream of bytes, decompressed on the way when it is gzip or zstd. Memory is bounded
 * by the longest piece asked for. One thread.
 */
#ifndef WF_STREAM_H
#define WF_STREAM_H

#include "wf_err.h"

/* Pieces are at most so long. */
#define WF_STREAM_MAX (17u << 20)

struct wf_stream;

/* "-" is standard input. NULL with a reason in err. */
struct wf_stream *wf_stream_open(const char *path, struct wf_err *err);
void wf_stream_close(struct wf_stream *s);
/* The next bytes, n <= WF_STREAM_MAX of them, without taking them: valid until the next call. NULL
 * if there are fewer; *left (may be NULL) is how many there are. */
const uint8_t *wf_stream_peek(struct wf_stream *s, size_t n, size_t *left);
/* Takes n bytes. false: there were fewer. */
bool wf_stream_skip(struct wf_stream *s, uint64_t n);
/* Why there are no more bytes, if it is not the end of the file; NULL otherwise. */
const char *wf_stream_error(const struct wf_stream *s);
/* Bytes of the file itself: read so far, and in all (0: unknown, a pipe). */
void wf_stream_progress(const struct wf_stream *s, uint64_t *at, uint64_t *size);

#endif
