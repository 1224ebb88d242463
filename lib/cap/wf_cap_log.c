/* SPDX-License-Identifier: BSD-3-Clause
 * pcapng of several interfaces: blocks gather in a buffer and go to the file together. One thread.
 */
#include "wf_cap_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_cap_blocks.h"

#define BUFFER       (1u << 20)
#define OPT_USERAPPL 4
#define OPT_NAME     2
#define OPT_ABOUT    3
#define OPT_FLAGS    2
#define OPT_RECEIVED 4
#define OPT_DROPPED  5
/* An enhanced packet block but for packet and comment. */
#define PACKET_BYTES 64

struct wf_cap_log {
	int fd;
	int error;
	uint64_t file_bytes; /* whole blocks that the file has */
	size_t n;            /* of the buffer */
	uint8_t buffer[BUFFER];
};

static int
write_all(int fd, const uint8_t *data, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, data, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0 ? -errno : -ENOSPC;
		data += k;
		n -= (size_t)k;
	}
	return 0;
}

int
wf_cap_log_flush(struct wf_cap_log *l)
{
	if (l->error != 0 || l->n == 0)
		return l->error;
	l->error = write_all(l->fd, l->buffer, l->n);
	if (l->error == 0) {
		l->file_bytes += l->n;
		l->n = 0;
	} else if (ftruncate(l->fd, (off_t)l->file_bytes) < 0) {
		return l->error; /* the first reason is the one that counts */
	}
	return l->error;
}

static uint8_t *
put_bytes(uint8_t *at, const void *data, size_t n)
{
	memcpy(at, data, n);
	memset(at + n, 0, -n & 3);
	return at + n + (-n & 3);
}

static uint8_t *
put_option(uint8_t *at, uint16_t code, const void *data, size_t n)
{
	at = wf_cap_put16(wf_cap_put16(at, code), (uint16_t)n);
	return put_bytes(at, data, n);
}

static uint8_t *
put_text(uint8_t *at, uint16_t code, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;

	n = n < WF_CAP_LOG_COMMENT_MAX ? n : WF_CAP_LOG_COMMENT_MAX;
	return n > 0 ? put_option(at, code, text, n) : at;
}

/* Where a block of at most so many bytes begins. NULL: there has been an error. */
static uint8_t *
begin(struct wf_cap_log *l, uint32_t type, size_t most)
{
	assert(most + 16 <= BUFFER);
	if (l->n + most + 16 > BUFFER && wf_cap_log_flush(l) < 0)
		return NULL;
	return l->error != 0 ? NULL : wf_cap_put32(l->buffer + l->n, type) + 4;
}

static void
end(struct wf_cap_log *l, uint8_t *at)
{
	uint8_t *first = l->buffer + l->n;
	uint32_t total = (uint32_t)(at - first) + 4;

	wf_cap_put32(first + 4, total);
	wf_cap_put32(at, total);
	l->n += total;
}

static void
section(struct wf_cap_log *l)
{
	uint8_t *at = begin(l, BLOCK_SECTION, 64 + WF_CAP_LOG_COMMENT_MAX);

	at = wf_cap_put32(at, BYTE_ORDER_TAG);
	at = wf_cap_put16(wf_cap_put16(at, 1), 0);
	at = wf_cap_put64(at, UINT64_MAX); /* section length: not given */
	at = put_text(at, OPT_USERAPPL, "wirefault " WF_VERSION);
	end(l, wf_cap_put32(at, OPT_END));
}

static void
interface(struct wf_cap_log *l, uint32_t snaplen, const struct wf_cap_log_iface *iface)
{
	static const uint8_t nanoseconds = 9;
	uint8_t *at = begin(l, BLOCK_IFACE, 64 + 2 * WF_CAP_LOG_COMMENT_MAX);

	if (at == NULL)
		return;
	at = wf_cap_put16(wf_cap_put16(at, LINK_ETHERNET), 0);
	at = wf_cap_put32(at, snaplen);
	at = put_text(at, OPT_NAME, iface->name);
	at = put_text(at, OPT_ABOUT, iface->about);
	at = put_option(at, OPT_TSRESOL, &nanoseconds, 1);
	end(l, wf_cap_put32(at, OPT_END));
}

struct wf_cap_log *
wf_cap_log_new(int fd, uint32_t snaplen, const struct wf_cap_log_iface *iface, uint32_t n_ifaces)
{
	struct wf_cap_log *l = malloc(sizeof(*l));

	if (l == NULL) {
		close(fd);
		return NULL;
	}
	l->fd = fd;
	l->error = 0;
	l->file_bytes = l->n = 0;
	section(l);
	for (uint32_t i = 0; i < n_ifaces; i++)
		interface(l, snaplen, &iface[i]);
	return l;
}

static uint8_t *
put_time(uint8_t *at, wf_ns_t ns)
{
	return wf_cap_put32(wf_cap_put32(at, (uint32_t)(ns >> 32)), (uint32_t)ns);
}

int
wf_cap_log_write(struct wf_cap_log *l, uint32_t iface, enum wf_cap_log_way way,
	const struct wf_cap_packet *p, const char *comment)
{
	uint8_t *at;

	assert(p->cap_bytes <= WF_CAP_LOG_SNAPLEN_MAX);
	at = begin(l, BLOCK_PACKET, PACKET_BYTES + WF_CAP_LOG_COMMENT_MAX + p->cap_bytes);
	if (at == NULL)
		return l->error;
	at = put_time(wf_cap_put32(at, iface), p->time_ns);
	at = wf_cap_put32(wf_cap_put32(at, p->cap_bytes), p->len_bytes);
	at = p->cap_bytes > 0 ? put_bytes(at, p->data, p->cap_bytes) : at;
	at = put_text(at, OPT_COMMENT, comment);
	if (way != WF_CAP_LOG_UNKNOWN)
		at = wf_cap_put32(wf_cap_put16(wf_cap_put16(at, OPT_FLAGS), 4), (uint32_t)way);
	end(l, wf_cap_put32(at, OPT_END));
	return 0;
}

int
wf_cap_log_count(
	struct wf_cap_log *l, uint32_t iface, wf_ns_t time_ns, uint64_t received, uint64_t missed)
{
	uint8_t *at = begin(l, BLOCK_STATISTICS, 64);

	if (at == NULL)
		return l->error;
	at = put_time(wf_cap_put32(at, iface), time_ns);
	at = wf_cap_put64(wf_cap_put16(wf_cap_put16(at, OPT_RECEIVED), 8), received);
	at = wf_cap_put64(wf_cap_put16(wf_cap_put16(at, OPT_DROPPED), 8), missed);
	end(l, wf_cap_put32(at, OPT_END));
	return 0;
}

uint64_t
wf_cap_log_bytes(const struct wf_cap_log *l)
{
	return l->file_bytes + l->n;
}

static uint32_t
get32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void
wf_cap_log_lost(const struct wf_cap_log *l, void (*lost)(void *ctx, uint32_t iface), void *ctx)
{
	for (size_t at = 0; at < l->n; at += get32(l->buffer + at + 4))
		if (get32(l->buffer + at) == BLOCK_PACKET)
			lost(ctx, get32(l->buffer + at + 8));
}

int
wf_cap_log_finish(struct wf_cap_log *l)
{
	int rc = wf_cap_log_flush(l);

	if (close(l->fd) < 0 && rc == 0)
		rc = -errno;
	free(l);
	return rc;
}
