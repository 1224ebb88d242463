/* SPDX-License-Identifier: BSD-3-Clause
 * A replay from memory, as a port takes it: what is due, copied into buffers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "perf.h"
#include "wf_cap.h"
#include "wf_replay.h"

#define FRAMES 256 /* a power of two */
#define STRIDE 2048
/* Of the capture: what a processor's second cache has. */
#define PACKETS 4096
#define BYTES   64

struct replayed {
	struct wf_replay *r;
	wf_ns_t now_ns;
	uint64_t seen;
	uint8_t frame[FRAMES][STRIDE];
};

static uint64_t
run(void *state, uint64_t n)
{
	struct replayed *s = state;
	uint64_t done = 0;

	while (done < n) {
		struct wf_replay_item item[32];
		uint32_t k = wf_replay_take(s->r, 0, s->now_ns, item, 32);

		for (uint32_t i = 0; i < k; i++)
			wf_replay_write(s->r, &item[i], s->frame[s->seen++ % FRAMES]);
		s->now_ns += 32 * 100;
		done += k;
	}
	return done;
}

static int
write_capture(const char *path)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create(path, 65535, err);
	uint8_t frame[BYTES];
	struct wf_cap_packet p = { .cap_bytes = BYTES, .len_bytes = BYTES, .data = frame };
	int rc = w != NULL ? 0 : -1;

	for (uint32_t i = 0; i < PACKETS && rc == 0; i++) {
		perf_frame(frame, i);
		p.time_ns = 100ull * i;
		rc = wf_cap_write(w, &p);
	}
	if (w != NULL && wf_cap_finish(w) < 0)
		rc = -1;
	wf_err_free(err);
	return rc;
}

/* text: the port's arguments besides the file. */
static void *
open_replay(const struct perf_case *c)
{
	const struct wf_where where = { .path = "perf" };
	char path[64], device[256];
	struct replayed *s = perf_memory(sizeof(*s));
	struct wf_err *err = wf_err_new();
	struct wf_replay_spec spec;

	snprintf(path, sizeof(path), "/tmp/wf-perf-%d.pcapng", (int)getpid());
	snprintf(device, sizeof(device), "pcap,file=%s,loops=0,%s", path, c->text);
	if (write_capture(path) == 0 && wf_replay_parse(device, &spec, &where, err) == 0)
		s->r = wf_replay_new(&spec, 1522, 1, err);
	unlink(path);
	if (s->r == NULL)
		wf_err_print(err, stderr);
	wf_err_free(err);
	return s->r != NULL ? s : NULL;
}

static void
close_replay(void *state)
{
	struct replayed *s = state;

	wf_replay_free(s->r);
	free(s);
}

const struct perf_case perf_replay[] = {
	{ "source/replay-top-64", open_replay, run, close_replay, "pace=top", 0 },
	{ "source/replay-x1-64", open_replay, run, close_replay, "pace=x1", 0 },
	{ "source/replay-l1-64", open_replay, run, close_replay, "pace=7Gbit/l1", 0 },
	{ NULL },
};
