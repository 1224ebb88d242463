/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a capture, plain or compressed, with every option: it is read or refused, times
 * never go back, and every frame is as long as it says. libFuzzer.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "wf_cap.h"

static void
read_all(const char *path, const struct wf_cap_options *o)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r = wf_cap_open(path, o, err);
	struct wf_cap_packet p;
	uint64_t n = 0, odd = 0;
	wf_ns_t last_ns = 0;
	int rc = -1;

	while (r != NULL && (rc = wf_cap_read(r, &p, err)) == 1) {
		require(p.time_ns >= last_ns && p.len_bytes >= p.cap_bytes);
		last_ns = p.time_ns;
		n++;
		for (uint32_t i = 0; i < p.cap_bytes; i++)
			odd += p.data[i] & 1;
	}
	require(odd <= SIZE_MAX);
	if (r != NULL) {
		require(wf_cap_notes(r)->packets == n);
		require((rc < 0) == (wf_err_count(err) > 0));
		require(wf_cap_read(r, &p, err) == 0);
	} else {
		require(wf_err_count(err) == 1);
	}
	wf_cap_close(r);
	wf_err_free(err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[64];

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int split = WF_CAP_ALL; split <= WF_CAP_IP; split++) {
		struct wf_cap_options o = WF_CAP_OPTIONS;

		o.convert = split > 0;
		o.nanoseconds = split == WF_CAP_FIRST;
		o.split = (enum wf_cap_split)split;
		o.side = (uint8_t)(size & 1);
		o.ip_version = size & 2 ? 6 : 4;
		o.ip_bits = 9;
		read_all(path, &o);
	}
	return 0;
}
