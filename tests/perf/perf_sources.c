/* SPDX-License-Identifier: BSD-3-Clause
 * Generated packets: written into buffers, as a port does, and taken from a source.
 */
#include <stdio.h>
#include <stdlib.h>

#include "perf.h"
#include "wf_generator_args.h"
#include "wf_source_generator.h"

#define FRAMES 256 /* a power of two */
#define STRIDE 2048

struct sources {
	struct wf_generator *g;
	struct wf_source *source;
	uint64_t seen;
	uint8_t frame[FRAMES][STRIDE];
};

static uint64_t
write_run(void *state, uint64_t n)
{
	struct sources *s = state;

	for (uint64_t i = 0; i < n; i++)
		wf_generator_write(s->g, s->frame[s->seen++ % FRAMES]);
	return n;
}

static uint64_t
take_run(void *state, uint64_t n)
{
	struct sources *s = state;
	struct wf_source_packet p[32];
	uint64_t done = 0;

	while (done < n)
		done += wf_source_take(s->source, 0, p, 32);
	perf_sink = p[0].data[30];
	return done;
}

static void
sources_close(void *state)
{
	struct sources *s = state;

	wf_generator_free(s->g);
	wf_source_free(s->source);
	free(s);
}

/* text: the generator's arguments. */
static void *
sources_open(const struct perf_case *c)
{
	const struct wf_where where = { .path = "perf" };
	struct sources *s = perf_memory(sizeof(*s));
	struct wf_err *err = wf_err_new();
	struct wf_generator_spec spec;

	if (wf_generator_parse(c->text, 0, &spec, &where, err) < 0) {
		wf_err_print(err, stderr);
		return NULL;
	}
	wf_err_free(err);
	s->g = wf_generator_new(&spec, 0, 1, 0);
	s->source = wf_source_generator(&spec, 0);
	if (s->g != NULL && s->source != NULL)
		return s;
	fprintf(stderr, "perf: no memory for %s\n", c->name);
	return NULL;
}

#define SOURCE(name, run, text)                                                                    \
	{                                                                                          \
		"source/" name, sources_open, run, sources_close, "generator," text, 0             \
	}

const struct perf_case perf_sources[] = {
	SOURCE("write-64", write_run, "flows=10000,order=shuffle"),
	SOURCE("write-imix", write_run, "flows=10000,order=shuffle,size=imix"),
	SOURCE("take-64", take_run, "flows=10000,order=shuffle"),
	SOURCE("take-64-random", take_run, "flows=1000000,order=random"),
	SOURCE("take-ipv6-1500", take_run, "flows=10000,ip=6,size=1500"),
	{ NULL },
};
