/* SPDX-License-Identifier: BSD-3-Clause
 * Bytes of a file, decompressed on the way. One thread.
 */
#include "wf_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define RAW_BYTES    (256u << 10)
#define WINDOW_BYTES (1u << 20)

struct wf_stream {
	int fd;
	bool raw_end;      /* of the file */
	const char *error; /* no more bytes, for this reason */
	uint64_t at, size; /* of the file */
	/* What is not taken yet: window[first..end). */
	uint8_t *window;
	size_t first, end, room;
	/* Compressed bytes: raw[raw_first..raw_end_at), if there is a decompressor. */
	uint8_t *raw;
	size_t raw_first, raw_n;
	z_stream *gzip;
	bool gzip_begun; /* a member of the file is not at its end */
	ZSTD_DStream *zstd;
	size_t zstd_wants; /* 0: a frame is at its end */
};

/* 0 at the end, and on an error. */
static size_t
read_file(struct wf_stream *s, uint8_t *to, size_t room)
{
	ssize_t n;

	do
		n = s->raw_end ? 0 : read(s->fd, to, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		s->error = strerror(errno);
	if (n <= 0) {
		s->raw_end = true;
		return 0;
	}
	s->at += (uint64_t)n;
	return (size_t)n;
}

static bool
fill_raw(struct wf_stream *s)
{
	if (s->raw_first < s->raw_n)
		return true;
	s->raw_first = 0;
	s->raw_n = read_file(s, s->raw, RAW_BYTES);
	return s->raw_n > 0;
}

static size_t
inflate_some(struct wf_stream *s, uint8_t *to, size_t room)
{
	z_stream *z = s->gzip;
	int rc;

	if (!fill_raw(s)) {
		if (s->gzip_begun && s->error == NULL)
			s->error = "the gzip data end in the middle";
		return 0;
	}
	z->next_in = s->raw + s->raw_first;
	z->avail_in = (uInt)(s->raw_n - s->raw_first);
	z->next_out = to;
	z->avail_out = (uInt)room;
	s->gzip_begun = true;
	rc = inflate(z, Z_NO_FLUSH);
	s->raw_first = s->raw_n - z->avail_in;
	if (rc == Z_STREAM_END) { /* others may follow: gzip files can be put together */
		s->gzip_begun = false;
		inflateReset(z);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		s->error = "the gzip data are damaged";
	}
	return room - z->avail_out;
}

static size_t
unzstd_some(struct wf_stream *s, uint8_t *to, size_t room)
{
	ZSTD_outBuffer out = { .dst = to, .size = room };
	ZSTD_inBuffer in;

	if (!fill_raw(s)) {
		if (s->zstd_wants != 0 && s->error == NULL)
			s->error = "the zstd data end in the middle";
		return 0;
	}
	in = (ZSTD_inBuffer){ .src = s->raw, .size = s->raw_n, .pos = s->raw_first };
	s->zstd_wants = ZSTD_decompressStream(s->zstd, &out, &in);
	s->raw_first = in.pos;
	if (ZSTD_isError(s->zstd_wants))
		s->error = "the zstd data are damaged";
	return out.pos;
}

/* More bytes into the window. false: there are none. */
static bool
fill(struct wf_stream *s)
{
	uint8_t *to = s->window + s->end;
	size_t room = s->room - s->end, n = 0;

	while (n == 0 && s->error == NULL) {
		bool more;

		if (s->gzip == NULL && s->zstd == NULL) {
			n = read_file(s, to, room);
			break;
		}
		more = s->raw_first < s->raw_n || !s->raw_end;
		n = s->gzip != NULL ? inflate_some(s, to, room) : unzstd_some(s, to, room);
		if (!more)
			break;
	}
	s->end += n;
	return n > 0;
}

/* Room for n bytes from `first` on. */
static bool
make_room(struct wf_stream *s, size_t n)
{
	size_t room = s->room;
	uint8_t *grown;

	if (s->first + n <= s->room)
		return true;
	memmove(s->window, s->window + s->first, s->end - s->first);
	s->end -= s->first;
	s->first = 0;
	while (room < n)
		room *= 2;
	if (room == s->room)
		return true;
	grown = realloc(s->window, room);
	if (grown == NULL) {
		s->error = "out of memory";
		return false;
	}
	s->window = grown;
	s->room = room;
	return true;
}

const uint8_t *
wf_stream_peek(struct wf_stream *s, size_t n, size_t *left)
{
	assert(n <= WF_STREAM_MAX);
	while (s->end - s->first < n && make_room(s, n) && fill(s))
		;
	if (left != NULL)
		*left = s->end - s->first;
	return s->end - s->first >= n ? s->window + s->first : NULL;
}

bool
wf_stream_skip(struct wf_stream *s, uint64_t n)
{
	while (n > s->end - s->first) {
		n -= s->end - s->first;
		s->first = s->end = 0;
		if (!fill(s))
			return false;
	}
	s->first += n;
	return true;
}

const char *
wf_stream_error(const struct wf_stream *s)
{
	return s->error;
}

void
wf_stream_progress(const struct wf_stream *s, uint64_t *at, uint64_t *size)
{
	*at = s->at;
	*size = s->size;
}

/* Is it compressed? By its first bytes, which become the decompressor's. */
static int
detect(struct wf_stream *s)
{
	size_t n = 0, got;

	do
		n += got = read_file(s, s->window + n, 4 - n);
	while (n < 4 && got > 0);
	s->end = n;
	if (n >= 3 && memcmp(s->window, "\x1f\x8b\x08", 3) == 0) {
		s->gzip = calloc(1, sizeof(*s->gzip));
		if (s->gzip == NULL || inflateInit2(s->gzip, 16 + MAX_WBITS) != Z_OK)
			return -ENOMEM;
	} else if (n == 4 && memcmp(s->window, "\x28\xb5\x2f\xfd", 4) == 0) {
		s->zstd = ZSTD_createDStream();
		if (s->zstd == NULL)
			return -ENOMEM;
	} else {
		return 0;
	}
	s->raw = malloc(RAW_BYTES);
	if (s->raw == NULL)
		return -ENOMEM;
	memcpy(s->raw, s->window, n);
	s->raw_n = n;
	s->end = 0;
	return 0;
}

struct wf_stream *
wf_stream_open(const char *path, struct wf_err *err)
{
	struct wf_where where = { path, 0, NULL };
	struct wf_stream *s = calloc(1, sizeof(*s));
	struct stat st;

	if (s == NULL || (s->window = malloc(WINDOW_BYTES)) == NULL) {
		free(s);
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	s->room = WINDOW_BYTES;
	s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd >= 0 && fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode))
		s->size = (uint64_t)st.st_size;
	if (s->fd < 0) {
		wf_err_add(err, &where, "Check the name and the permissions",
			"not a readable capture: %s", strerror(errno));
	} else if (detect(s) < 0) {
		wf_err_add(err, NULL, NULL, "out of memory");
	} else if (s->error != NULL) {
		wf_err_add(err, &where, NULL, "not a readable capture: %s", s->error);
	} else {
		return s;
	}
	wf_stream_close(s);
	return NULL;
}

void
wf_stream_close(struct wf_stream *s)
{
	if (s == NULL)
		return;
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	if (s->gzip != NULL)
		inflateEnd(s->gzip);
	free(s->gzip);
	ZSTD_freeDStream(s->zstd);
	free(s->raw);
	free(s->window);
	free(s);
}
