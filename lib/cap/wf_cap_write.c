/* SPDX-License-Identifier: BSD-3-Clause
 * Writing captures: nanosecond pcap, and the blocks of pcapng that we need (section header,
 * interface description, enhanced packet). libpcap 1.10 writes no pcapng. Little-endian whatever
 * the machine, so that the bytes are the same everywhere; gzip without a time of its own. One
 * thread.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "wf_cap.h"
#include "wf_cap_blocks.h"

#define PCAP_MAGIC_NS 0xa1b23c4du
#define FILE_BUFFER   (1u << 20)

struct wf_cap_writer {
	FILE *file; /* or */
	gzFile gzip;
	char *buffer;
	bool pcapng;
	int error;
};

struct bytes {
	uint8_t data[64];
	size_t n;
};

static void
put16(struct bytes *b, uint16_t v)
{
	wf_cap_put16(b->data + b->n, v);
	b->n += 2;
}

static void
put32(struct bytes *b, uint32_t v)
{
	put16(b, (uint16_t)v);
	put16(b, (uint16_t)(v >> 16));
}

static int
emit(struct wf_cap_writer *w, const void *data, size_t n)
{
	bool ok;

	errno = 0;
	if (w->error != 0 || n == 0)
		return w->error;
	ok = w->gzip != NULL ? gzwrite(w->gzip, data, (unsigned)n) == (int)n
			     : fwrite(data, 1, n, w->file) == n;
	if (!ok)
		w->error = -(errno != 0 ? errno : EIO);
	return w->error;
}

static void
pcap_header(struct wf_cap_writer *w, uint32_t snaplen)
{
	struct bytes b = { .n = 0 };

	put32(&b, PCAP_MAGIC_NS);
	put16(&b, 2);
	put16(&b, 4);
	put32(&b, 0);
	put32(&b, 0);
	put32(&b, snaplen);
	put32(&b, LINK_ETHERNET);
	emit(w, b.data, b.n);
}

static void
pcapng_header(struct wf_cap_writer *w, uint32_t snaplen)
{
	struct bytes b = { .n = 0 };

	put32(&b, BLOCK_SECTION);
	put32(&b, 28);
	put32(&b, BYTE_ORDER_TAG);
	put16(&b, 1);
	put16(&b, 0);
	put32(&b, UINT32_MAX); /* section length: not given */
	put32(&b, UINT32_MAX);
	put32(&b, 28);
	emit(w, b.data, b.n);
	b.n = 0;
	put32(&b, BLOCK_IFACE);
	put32(&b, 32);
	put16(&b, LINK_ETHERNET);
	put16(&b, 0);
	put32(&b, snaplen);
	put16(&b, OPT_TSRESOL);
	put16(&b, 1);
	put32(&b, 9); /* nanoseconds, and padding */
	put32(&b, 0); /* end of options */
	put32(&b, 32);
	emit(w, b.data, b.n);
}

static bool
ends_in(const char *path, size_t n, const char *suffix)
{
	size_t k = strlen(suffix);

	return n > k && strncmp(path + n - k, suffix, k) == 0;
}

/* 0 or -errno. */
static int
open_file(struct wf_cap_writer *w, const char *path, bool gzip)
{
	errno = 0;
	if (gzip) {
		w->gzip = gzopen(path, "wbe");
		return w->gzip != NULL ? gzbuffer(w->gzip, FILE_BUFFER),
		       0               : -(errno != 0 ? errno : ENOMEM);
	}
	w->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (w->file == NULL)
		return -errno;
	setvbuf(w->file, w->buffer, _IOFBF, FILE_BUFFER);
	return 0;
}

struct wf_cap_writer *
wf_cap_create(const char *path, uint32_t snaplen, struct wf_err *err)
{
	struct wf_where where = { path, 0, NULL };
	struct wf_cap_writer *w;
	size_t n = strlen(path);
	bool gzip = ends_in(path, n, ".gz");
	int rc;

	if (ends_in(path, n, ".zst")) {
		wf_err_add(err, &where, "Write to x.pcap.gz, or to - and through zstd",
			"zstd is read, not written");
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL || (w->buffer = malloc(FILE_BUFFER)) == NULL) {
		free(w);
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	rc = open_file(w, path, gzip);
	if (rc < 0) {
		wf_err_add(err, &where, "Check the folder and its permissions",
			"cannot be written: %s", strerror(-rc));
		free(w->buffer);
		free(w);
		return NULL;
	}
	w->pcapng = ends_in(path, gzip ? n - 3 : n, ".pcapng");
	if (w->pcapng)
		pcapng_header(w, snaplen);
	else
		pcap_header(w, snaplen);
	return w;
}

static int
write_pcap(struct wf_cap_writer *w, const struct wf_cap_packet *p)
{
	struct bytes b = { .n = 0 };

	/* pcap's seconds have 32 bits: none begins anew in 1970. */
	if (p->time_ns / WF_NS_PER_S > UINT32_MAX && w->error == 0)
		w->error = -EOVERFLOW;
	if (w->error != 0)
		return w->error;
	put32(&b, (uint32_t)(p->time_ns / WF_NS_PER_S));
	put32(&b, (uint32_t)(p->time_ns % WF_NS_PER_S));
	put32(&b, p->cap_bytes);
	put32(&b, p->len_bytes);
	emit(w, b.data, b.n);
	return emit(w, p->data, p->cap_bytes);
}

static int
write_pcapng(struct wf_cap_writer *w, const struct wf_cap_packet *p)
{
	uint32_t padding = -p->cap_bytes & 3, total = 32 + p->cap_bytes + padding;
	struct bytes b = { .n = 0 };

	put32(&b, BLOCK_PACKET);
	put32(&b, total);
	put32(&b, 0); /* the interface */
	put32(&b, (uint32_t)(p->time_ns >> 32));
	put32(&b, (uint32_t)p->time_ns);
	put32(&b, p->cap_bytes);
	put32(&b, p->len_bytes);
	emit(w, b.data, b.n);
	emit(w, p->data, p->cap_bytes);
	b.n = 0;
	for (uint32_t i = 0; i < padding; i++)
		b.data[b.n++] = 0;
	put32(&b, total);
	return emit(w, b.data, b.n);
}

int
wf_cap_write(struct wf_cap_writer *w, const struct wf_cap_packet *p)
{
	return w->pcapng ? write_pcapng(w, p) : write_pcap(w, p);
}

int
wf_cap_finish(struct wf_cap_writer *w)
{
	int error = w->error;

	if (w->gzip != NULL) {
		int rc = gzclose(w->gzip);

		if (rc != Z_OK && error == 0)
			error = rc == Z_ERRNO ? -errno : -EIO;
	} else if (w->file == stdout) {
		if (fflush(stdout) != 0 && error == 0)
			error = -errno;
		setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* the buffer goes */
	} else if (fclose(w->file) != 0 && error == 0) {
		error = -errno;
	}
	free(w->buffer);
	free(w);
	return error;
}
