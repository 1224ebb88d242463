/* SPDX-License-Identifier: BSD-3-Clause
 * A capture read to its end, and small pcap files made by hand.
 */
#include "captures.h"

#include <errno.h>
#include <string.h>

struct seen seen;
uint8_t file[8192];
size_t file_n;

void
read_all(const char *path, const struct wf_cap_options *options)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r = wf_cap_open(path, options, err);
	struct wf_cap_packet p;

	memset(&seen, 0, sizeof(seen));
	seen.rc = -ENXIO;
	while (r != NULL && (seen.rc = wf_cap_read(r, &p, err)) == 1) {
		assert_true(seen.n < 1100);
		memcpy(seen.head[seen.n], p.data, p.cap_bytes < 64 ? p.cap_bytes : 64);
		seen.p[seen.n++] = p;
	}
	if (r != NULL)
		seen.notes = *wf_cap_notes(r);
	if (wf_err_count(err) > 0)
		wf_err_format(wf_err_item(err, 0), seen.errors, sizeof(seen.errors));
	wf_cap_close(r);
	wf_err_free(err);
}

static void
put32(uint32_t v)
{
	memcpy(file + file_n, &v, 4);
	file_n += 4;
}

void
begin(uint32_t magic, uint32_t link_type)
{
	file_n = 0;
	put32(magic);
	put32(2 | 4 << 16);
	put32(0);
	put32(0);
	put32(0); /* a snap length of 0: no limit */
	put32(link_type);
}

void
record(uint32_t s, uint32_t fraction, const void *data, uint32_t n)
{
	put32(s);
	put32(fraction);
	put32(n);
	put32(n);
	memcpy(file + file_n, data, n);
	file_n += n;
}
