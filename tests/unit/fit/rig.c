/* SPDX-License-Identifier: BSD-3-Clause
 * Writes the two captures of a made-up network.
 */
#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

static uint64_t state_of_draws;
static char directory[64];

static uint64_t
mixed(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Far apart: a seed that is a step of the sequence would give the same draws, one later. */
void
rig_seed(uint64_t seed)
{
	state_of_draws = mixed(seed * 0xd1342543de82ef95ull + 1);
}

double
rig_uniform(void)
{
	uint64_t z = mixed(state_of_draws += 0x9e3779b97f4a7c15ull);

	return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

double
rig_normal(void)
{
	return sqrt(-2 * log(rig_uniform())) * cos(2 * M_PI * rig_uniform());
}

uint32_t
rig_frame(uint8_t *frame, uint32_t i)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 128,
		0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 0, 2, 0, 0, 108, 0, 0 };

	memset(frame, 0x55, RIG_BYTES);
	memcpy(frame, head, sizeof(head));
	frame[18] = (uint8_t)(i >> 8);
	frame[19] = (uint8_t)i;
	memcpy(frame + 60, &i, sizeof(i));
	return RIG_BYTES;
}

struct behind {
	int64_t time_ns;
	uint32_t i, order;
};

static int
by_time(const void *a, const void *b)
{
	const struct behind *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void
put(struct wf_cap_writer *w, const struct rig_network *net, uint32_t i, wf_ns_t ns, bool behind)
{
	uint8_t frame[256];
	struct wf_cap_packet p = { .time_ns = ns, .data = frame };

	p.cap_bytes = p.len_bytes = rig_frame(frame, net->same ? 7 : i);
	if (behind && net->change != NULL)
		net->change(frame, i);
	if (behind && net->snaplen != 0)
		p.cap_bytes = net->snaplen;
	assert_int_equal(wf_cap_write(w, &p), 0);
}

static const char *
path_of(const char *name, char out[128])
{
	if (directory[0] == 0) {
		strcpy(directory, "/tmp/wf-fit-XXXXXX");
		assert_non_null(mkdtemp(directory));
	}
	snprintf(out, 128, "%s/%s", directory, name);
	return out;
}

void
rig_fit(const struct rig_network *net, struct wf_fit_options *o, struct wf_fit *f)
{
	static const struct wf_cap_options defaults = WF_CAP_OPTIONS;
	static char before[128], after[128];
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create(path_of("before.pcapng", before), 65535, err);
	struct behind *list = calloc(net->n * 4ull, sizeof(*list));
	uint32_t n = 0;

	for (uint32_t i = 0; i < net->n; i++) {
		wf_ns_t in_ns = RIG_START_NS +
				(net->when != NULL ? net->when(net->ctx, i) : i * net->gap_ns);
		int64_t delay_ns = net->delay(net->ctx, i);
		uint32_t copies = net->copies != NULL ? net->copies(net->ctx, i) : 1;

		put(w, net, i, in_ns, false);
		for (uint32_t k = 0; delay_ns != RIG_LOST && i >= net->first && k < copies;
			k++, n++)
			list[n] = (struct behind){ (int64_t)in_ns + delay_ns, i, n };
	}
	assert_int_equal(wf_cap_finish(w), 0);
	qsort(list, n, sizeof(*list), by_time);
	w = wf_cap_create(path_of("after.pcapng", after), 65535, err);
	for (uint32_t k = 0; k < n; k++)
		put(w, net, list[k].i, (wf_ns_t)list[k].time_ns, true);
	assert_int_equal(wf_cap_finish(w), 0);
	free(list);
	o->before = before;
	o->after = after;
	o->cap = defaults;
	wf_fit_run(o, f, err);
	wf_err_print(err, stderr);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
	remove(before);
	remove(after);
	rmdir(directory);
	directory[0] = 0;
}

const char *
rig_text(const struct wf_fit_options *o, const struct wf_fit *f)
{
	static char text[8192];
	struct wf_err *err = wf_err_new();
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_int_equal(wf_fit_write(o, f, out, err), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
	assert_non_null(strstr(text, "links = ( {"));
	return text;
}
