/* SPDX-License-Identifier: BSD-3-Clause
 * Runs micro-benchmarks: nanoseconds and TSC cycles a packet, the median of several rounds.
 *Reports, never a pass or fail: what must not grow is counted in instructions
 *(tests/perf/instructions).
 *
 *	perf [--json] [--list] [--about] [--rounds N] [--packets N] [REGEX]
 *
 * With --packets every case runs for just so many, once, between two points that a tool which
 *counts instructions can see (perf_body).
 */
#include "perf.h"

#include <regex.h>
#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_clock.h"

#define ROUND_NS    50000000 /* the least that a round takes */
#define MAX_ROUNDS  99
#define TEXT_OF_(x) #x
#define TEXT_OF(x)  TEXT_OF_(x)

volatile uint64_t perf_sink;

void *
perf_memory(size_t bytes)
{
	size_t size = (bytes + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
	void *p = aligned_alloc(WF_CACHE_LINE, size);

	if (p == NULL) {
		fprintf(stderr, "perf: out of memory\n");
		exit(1);
	}
	memset(p, 0, size);
	return p;
}

void
perf_frame(uint8_t *f, uint32_t flow)
{
	static const uint8_t udp[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 50, 0,
		0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 1, 0, 1, 0, 0, 0, 80, 0, 30, 0, 0 };

	memset(f, 0, 64);
	memcpy(f, udp, sizeof(udp));
	f[27] = (uint8_t)(flow >> 24);
	f[28] = (uint8_t)(flow >> 16);
	f[29] = (uint8_t)(flow >> 8);
	f[35] = (uint8_t)flow;
}

/* A counter of instructions is switched on in here and off behind it: called by an address that the
 * compiler does not know, so that it stays one function of this name. */
static uint64_t
perf_body(const struct perf_case *c, void *state, uint64_t n)
{
	return c->run(state, n);
}

static uint64_t (*volatile body)(const struct perf_case *c, void *state, uint64_t n) = perf_body;

struct figures {
	double ns, cycles; /* a packet; the median */
	double best_ns;
	uint64_t packets; /* of all rounds */
};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(const struct perf_case *c, const struct wf_clock *clock, uint32_t rounds, uint64_t packets,
	struct figures *f)
{
	void *state = c->open(c);
	double ns[MAX_ROUNDS];
	uint64_t n = packets ? packets : 1 << 14, done;

	if (state == NULL)
		exit(1);
	memset(f, 0, sizeof(*f));
	if (packets == 0) /* warms up, and finds out how many packets a round takes */
		for (wf_ns_t took = 0; took < ROUND_NS; n *= took < ROUND_NS ? 2 : 1) {
			wf_ns_t start = wf_clock_ns(clock);

			c->run(state, n);
			took = wf_clock_ns(clock) - start;
		}
	for (uint32_t i = 0; i < rounds; i++) {
		wf_ns_t start = wf_clock_ns(clock);

		done = body(c, state, n);
		ns[i] = (double)(wf_clock_ns(clock) - start) / (double)done;
		f->packets += done;
	}
	c->close(state);
	qsort(ns, rounds, sizeof(ns[0]), by_value);
	f->ns = ns[rounds / 2];
	f->best_ns = ns[0];
	f->cycles = f->ns * clock->hz / 1e9;
}

/* What built this, as far as its speed goes. */
static const char *
about(void)
{
#if defined(__clang__)
	return "clang " TEXT_OF(__clang_major__);
#elif defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
	return "gcc " TEXT_OF(__GNUC__) " for debugging";
#elif defined(__AVX2__) && defined(PERF_WHOLE_PROGRAM)
	return "gcc " TEXT_OF(__GNUC__) " avx2 lto";
#elif defined(__AVX2__)
	return "gcc " TEXT_OF(__GNUC__) " avx2";
#else
	return "gcc " TEXT_OF(__GNUC__);
#endif
}

static const struct perf_case *const tables[] = { perf_parts, perf_stages, perf_stores, perf_flows,
	perf_sources, perf_replay, perf_pipes, perf_dp };

static uint64_t
number(const char *option, const char *text, uint64_t max)
{
	char *end = NULL;
	unsigned long long n = text != NULL ? strtoull(text, &end, 10) : 0;

	if (text == NULL || *end != '\0' || n < 1 || n > max) {
		fprintf(stderr, "perf: %s takes a whole number from 1 to %llu\n", option,
			(unsigned long long)max);
		exit(2);
	}
	return n;
}

struct options {
	const char *pattern;
	uint32_t rounds;
	uint64_t packets; /* 0: as many as take long enough */
	bool json, list;
};

/* Ends the program where there is nothing to measure. */
static struct options
read_options(int argc, char **argv)
{
	struct options o = { .pattern = ".", .rounds = 7 };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			o.json = true;
		else if (strcmp(argv[i], "--list") == 0)
			o.list = true;
		else if (strcmp(argv[i], "--about") == 0) {
			printf("%s\n", about());
			exit(0);
		} else if (strcmp(argv[i], "--rounds") == 0)
			o.rounds = (uint32_t)number("--rounds", argv[++i], MAX_ROUNDS);
		else if (strcmp(argv[i], "--packets") == 0)
			o.packets = number("--packets", argv[++i], UINT32_MAX);
		else if (argv[i][0] == '-') {
			fprintf(stderr, "usage: perf [--json] [--list] [--about] [--rounds N] "
					"[--packets N] [REGEX]\n");
			exit(2);
		} else
			o.pattern = argv[i];
	}
	return o;
}

static void
run(const struct perf_case *c, const struct options *o, const struct wf_clock *clock, bool first)
{
	struct figures f;

	if (o->list) {
		printf("%s\n", c->name);
		return;
	}
	measure(c, clock, o->packets ? 1 : o->rounds, o->packets, &f);
	if (o->json)
		printf("%s\n{\"name\":\"%s\",\"ns\":%.3f,\"cycles\":%.2f,\"best_ns\":%.3f,"
		       "\"packets\":%llu}",
			first ? "" : ",", c->name, f.ns, f.cycles, f.best_ns,
			(unsigned long long)f.packets);
	else
		printf("%-28s %10.2f %10.1f %10.2f\n", c->name, f.ns, f.cycles, f.best_ns);
	fflush(stdout);
}

static void
run_all(const struct options *o, const regex_t *wanted, const struct wf_clock *clock)
{
	bool first = true;

	if (o->json)
		printf("[");
	else if (!o->list)
		printf("%-28s %10s %10s %10s\n", "", "ns/packet", "cycles", "best ns");
	for (size_t t = 0; t < WF_ARRAY_SIZE(tables); t++)
		for (const struct perf_case *c = tables[t]; c->name != NULL; c++) {
			if (regexec(wanted, c->name, 0, NULL, 0) != 0)
				continue;
			run(c, o, clock, first);
			first = false;
		}
	if (o->json)
		printf("\n]\n");
}

int
main(int argc, char **argv)
{
	char *eal[] = { argv[0], "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m",
		"1536", "--log-level=error" };
	struct options o = read_options(argc, argv);
	struct wf_clock clock;
	regex_t wanted;

	if (regcomp(&wanted, o.pattern, REG_EXTENDED | REG_NOSUB) != 0) {
		fprintf(stderr, "perf: not a regular expression: %s\n", o.pattern);
		return 2;
	}
	if (!o.list &&
		(rte_eal_init((int)WF_ARRAY_SIZE(eal), eal) < 0 || wf_clock_init(&clock) < 0)) {
		fprintf(stderr, "perf: no EAL, or no constant TSC\n");
		return 1;
	}
	run_all(&o, &wanted, &clock);
	regfree(&wanted);
	return 0;
}
