/* SPDX-License-Identifier: BSD-3-Clause
 * The whole pipeline of one direction: what a worker does with a burst, without its ports. Packets
 * are as far apart in memory as a pool's buffers are, and their first line is written when they
 * come and read when they go, as a driver does it. It is a struct rte_mbuf as far as is looked at.
 */
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "perf.h"
#include "wf_generator_args.h"
#include "wf_pipe.h"
#include "wf_rng.h"
#include "wf_share.h"
#include "wf_store_value.h"

#define GAP_NS 100         /* between packets */
#define ROOM   (1 << 18)   /* packets, a power of two: twice those on their way in 10 ms */
#define STRIDE (2304 + 64) /* of a buffer of 2 KiB */
#define BURST  32

/* Beside a number of flows: real frames, of which the flows come in one shuffled order, over and
 * over; and the text is of the direction, not of a class whose flows have their own. */
#define SHUFFLED (1ull << 32)
#define TOGETHER (1ull << 33)
/* Without flows: packets are held by value. Then buffers are used last in, first out. */
#define BY_VALUE (1ull << 34)
/* One of two workers: of what it receives it hands half over, and takes as much over. */
#define TWO (1ull << 35)
/* A tap that only counts is told of every packet; or was, until a moment ago: what captures cost
 * that nobody has asked for is what the second is above none. */
#define TAPPED  (1ull << 37)
#define TAP_OFF (1ull << 38)

/* Beside a number of flows: each is counted. */
#define COUNTED (1ull << 36)

struct pipes {
	struct wf_pipe *pipe;
	struct wf_stats *stats;
	struct wf_plan *plan;
	uint8_t *memory;
	uint64_t n_flows; /* 0: one */
	bool by_chance;
	struct wf_generator *generator; /* NULL: flows in turn or by chance */
	uint64_t seen;
	wf_ns_t now_ns;
	struct wf_handoff *ring; /* TWO: to the other worker, and from it */
	struct wf_handoff *out[2];
	struct wf_share share;
	void **stack; /* BY_VALUE: buffers that are free */
	uint32_t n_stack;
};

/* Its first line, where nobody else looks. */
static inline volatile struct rte_mbuf *
touch(void *pkt)
{
	return pkt;
}

static void
free_packets(void *ctx, void *const *pkts, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		touch(pkts[i])->buf_iova += 1;
}

/* As a pool does it. */
static void
push_packets(void *ctx, void *const *pkts, uint32_t n)
{
	struct pipes *s = ctx;

	for (uint32_t i = 0; i < n; i++) {
		touch(pkts[i])->buf_iova += 1;
		s->stack[s->n_stack++] = pkts[i];
	}
}

static void *
pop_packet(struct pipes *s)
{
	void *pkt = s->stack[--s->n_stack];

	touch(pkt)->buf_iova = s->seen;
	return pkt;
}

static void
bytes_of(void *ctx, void *const *pkts, uint32_t n, const uint8_t **data)
{
	for (uint32_t i = 0; i < n; i++)
		data[i] = (const uint8_t *)pkts[i] + 128;
}

static void *
buffer(void *ctx, uint8_t **memory, uint32_t *bytes)
{
	void *pkt = pop_packet(ctx);

	*memory = (uint8_t *)pkt + 128;
	*bytes = STRIDE / 64 * 64 - 128;
	return pkt;
}

static uint32_t
make_bulk(void *ctx, const struct wf_held *h, uint32_t n, void **pkts, uint32_t again)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i >= again)
			pkts[i] = pop_packet(ctx);
		wf_value_copy((uint8_t *)pkts[i] + 128, h[i].pkt, wf_value_len(h[i].len_bytes));
	}
	return n;
}

static void *
none(void *ctx, void *pkt)
{
	return NULL;
}

/* Frames of the next burst. */
static void
write_frames(struct pipes *s)
{
	for (uint64_t seen = s->seen; seen < s->seen + BURST; seen++) {
		uint8_t *frame = s->memory + (seen & (ROOM - 1)) * STRIDE + 128;

		if (s->generator != NULL)
			wf_generator_write(s->generator, frame);
		else
			perf_frame(frame,
				(uint32_t)((s->by_chance ? wf_rng_mix(seen) : seen) % s->n_flows));
	}
}

/* The next burst arrives. */
static void
receive(struct pipes *s, struct wf_rx *rx)
{
	const bool stack = s->stack != NULL;

	if (s->n_flows > 0)
		write_frames(s);
	for (uint32_t i = 0; i < BURST; i++) {
		uint8_t *pkt = stack ? pop_packet(s) : s->memory + (s->seen & (ROOM - 1)) * STRIDE;
		uint8_t *frame = pkt + 128;

		touch(pkt)->buf_iova = s->seen;
		rx[i] = (struct wf_rx){ .pkt = pkt,
			.data = frame,
			.readable_bytes = 64,
			.len_bytes = 64,
			.rx_ns = s->now_ns };
		s->seen++;
	}
}

static void
leave(struct pipes *s, const struct wf_held *h, uint32_t n)
{
	if (s->stack != NULL)
		for (uint32_t i = 0; i < n; i++)
			push_packets(s, &h[i].pkt, 1);
	else
		for (uint32_t i = 0; i < n; i++)
			touch(h[i].pkt)->buf_iova += 1;
}

static void
take_in_known(struct pipes *s, const struct wf_rx *rx, const struct wf_identity *const *who,
	uint32_t n, bool count_rx)
{
	wf_pipe_know(s->pipe, rx, who);
	wf_pipe_in(s->pipe, s->plan, 0, rx, n, count_rx);
	wf_pipe_know(s->pipe, NULL, NULL);
}

/* What is this worker's goes in; what is the other one's comes back as if from there. */
static void
take_in_shared(struct pipes *s, struct wf_rx *rx)
{
	const struct wf_identity *who[BURST];
	uint32_t dir, n;
	bool known;

	n = wf_share_out(&s->share, s->plan, 0, rx, who, BURST, &known);
	if (!known) {
		wf_pipe_in(s->pipe, s->plan, 0, rx, n, true);
		return;
	}
	take_in_known(s, rx, who, n, true);
	n = wf_handoff_take(s->ring, s->pipe, s->stats, s->now_ns, &dir, rx, who);
	take_in_known(s, rx, who, n, false);
}

static uint64_t
pipes_run(void *state, uint64_t n)
{
	struct pipes *s = state;
	struct wf_held h[64];
	struct wf_rx rx[BURST];
	uint64_t done = 0;
	uint32_t k;

	for (; done < n; done += BURST) {
		receive(s, rx);
		if (s->ring != NULL)
			take_in_shared(s, rx);
		else
			wf_pipe_in(s->pipe, s->plan, 0, rx, BURST, true);
		do {
			k = wf_pipe_take(
				s->pipe, wf_pipe_advance(s->pipe, s->plan, s->now_ns), h, 64);
			wf_pipe_sent(s->pipe, h, k, s->now_ns);
			leave(s, h, k);
		} while (k == 64);
		wf_pipe_tidy(s->pipe, s->now_ns);
		s->now_ns += BURST * GAP_NS;
	}
	return done;
}

static void
pipes_close(void *state)
{
	struct pipes *s = state;

	wf_pipe_free(s->pipe);
	wf_stats_free(s->stats);
	wf_plan_free(s->plan);
	wf_generator_free(s->generator);
	wf_handoff_free(s->ring);
	munmap(s->memory, (size_t)ROOM * STRIDE);
	free(s->stack);
	free(s);
}

/* What stands inside ab = { }, compiled; ends the program when it is refused. */
static struct wf_plan *
plan_of(const char *ab, const char *classes, bool count)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;
	struct wf_conf *conf;
	struct wf_plan *plan;
	char text[2048];

	snprintf(text, sizeof(text),
		"count_flows = %s; ports = ( { name = \"a\"; device = \"net_null0\"; },"
		" { name = \"b\"; device = \"net_null1\"; } );"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { %s };"
		" classes = ( %s ); } );",
		count ? "true" : "false", ab, classes);
	tree = wf_conf_read_text(text, "perf", false, err);
	conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	plan = conf != NULL ? wf_plan_compile(conf, 1, NULL, err) : NULL;
	if (plan == NULL || wf_plan_arm(plan, err) < 0) {
		wf_err_print(err, stderr);
		exit(1);
	}
	wf_node_free(tree);
	wf_conf_free(conf);
	wf_err_free(err);
	return plan;
}

static struct wf_generator *
shuffled(uint64_t n_flows)
{
	const struct wf_where where = { .path = "perf" };
	struct wf_err *err = wf_err_new();
	struct wf_generator_spec spec;
	char device[64];

	snprintf(device, sizeof(device), "generator,flows=%u,order=shuffle", (uint32_t)n_flows);
	if (wf_generator_parse(device, 0, &spec, &where, err) < 0) {
		wf_err_print(err, stderr);
		exit(1);
	}
	wf_err_free(err);
	return wf_generator_new(&spec, 0, 1, 0);
}

static void
make_packet(uint8_t *memory)
{
	struct rte_mbuf *m = (struct rte_mbuf *)memory;

	m->buf_addr = memory + sizeof(*m);
	m->data_len = 64;
	m->pkt_len = 64;
	perf_frame(m->buf_addr, 1);
}

static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	perf_sink += ns;
}

/* number: flows, by chance when it is odd; 0: one. text: of a direction; with flows it is that of a
 * class with scope = "flow". */
static void *
pipes_open(const struct perf_case *c)
{
	static const char flow_class[] =
		"{ name = \"all\"; match = { proto = \"udp\"; }; scope = \"flow\"; ab = { %s }; }";
	struct pipes *s = perf_memory(sizeof(*s));
	struct wf_pipe_params q = { .n_dirs = 2,
		.n_slots = WF_PLAN_MAX_SLOTS,
		.max_held = ROOM / 2 + ROOM / 4,
		.flow_idle_ns = UINT64_MAX / 2,
		.start_ns = WF_NS_PER_S,
		.ops = { .free = free_packets, .clone = none } };
	static const struct wf_tap tap = { told, NULL };
	char classes[1024] = "";

	s->n_flows = (uint32_t)c->number;
	s->by_chance = c->number & 1;
	if (c->number & BY_VALUE) {
		s->stack = perf_memory(ROOM * sizeof(*s->stack));
		q.by_value_bytes = 64;
		q.ops = (struct wf_pkt_ops){ .free = push_packets,
			.clone = none,
			.bytes = bytes_of,
			.buffer = buffer,
			.make_bulk = make_bulk,
			.ctx = s };
	}
	if (c->number & SHUFFLED)
		s->generator = shuffled(s->n_flows);
	s->now_ns = WF_NS_PER_S;
	if (s->n_flows > 0 && !(c->number & TOGETHER))
		snprintf(classes, sizeof(classes), flow_class, c->text);
	s->plan = plan_of(*classes != 0 ? "" : c->text, classes, c->number & COUNTED);
	s->memory = mmap(NULL, (size_t)ROOM * STRIDE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	s->stats = wf_stats_new(q.n_dirs, q.n_slots);
	q.stats = s->stats;
	q.max_flows = s->n_flows > 0 ? (uint32_t)s->n_flows + 1024 : 1024;
	s->pipe = s->stats != NULL ? wf_pipe_new(&q) : NULL;
	if (s->memory == MAP_FAILED || s->pipe == NULL || wf_pipe_prepare(s->pipe, s->plan) < 0) {
		fprintf(stderr, "perf: no memory for %s\n", c->name);
		return NULL;
	}
	if (c->number & TWO) {
		s->ring = s->out[1] = wf_handoff_new();
		s->share = (struct wf_share){ s->pipe, s->stats, s->out, 0, 2 };
		if (s->ring == NULL)
			return NULL;
	}
	for (uint32_t i = 0; i < ROOM && s->stack != NULL; i++)
		s->stack[s->n_stack++] = s->memory + (size_t)i * STRIDE;
	for (uint32_t i = 0; i < ROOM; i++)
		make_packet(s->memory + (size_t)i * STRIDE);
	if (c->number & (TAPPED | TAP_OFF))
		wf_pipe_set_tap(s->pipe, &tap);
	pipes_run(s, ROOM + 2 * s->n_flows);
	if (c->number & TAP_OFF)
		wf_pipe_set_tap(s->pipe, NULL);
	return s;
}

#define IMPAIRED                                                                                   \
	"rate = \"400Gbit\"; queue = \"100ms\"; delay = { mean = \"10ms\"; stddev = \"1ms\"; };"   \
	"loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 4.0; };"

#define IMPAIRED_FLOW                                                                              \
	"rate = \"400Gbit\"; queue = \"100ms\"; delay = { mean = \"10ms\"; stddev = \"1ms\"; "     \
	"order = \"flow\"; };"                                                                     \
	"loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 4.0; };"

#define CODEL "queue = { limit = \"100ms\"; aqm = \"codel\"; };"

#define PIPE(name, text, number)                                                                   \
	{                                                                                          \
		"pipe/" name, pipes_open, pipes_run, pipes_close, text, number                     \
	}

#define JITTER_FLOW "delay = { mean = \"10ms\"; stddev = \"1ms\"; order = \"flow\"; };"

/* So many flows: each impaired by itself, and together by what keeps the order of each. */
#define FLOWS(name, number)                                                                        \
	PIPE("impaired-" name "-in-turn", IMPAIRED_FLOW, number),                                  \
		PIPE("impaired-" name "-shuffled", IMPAIRED_FLOW, SHUFFLED | (number)),            \
		PIPE("jitter-flow-" name "-in-turn", JITTER_FLOW, TOGETHER | (number)),            \
		PIPE("jitter-flow-" name "-shuffled", JITTER_FLOW, SHUFFLED | TOGETHER | (number))

const struct perf_case perf_pipes[] = {
	PIPE("wire", "", 0),
	PIPE("wire-tapped", "", TAPPED),
	PIPE("wire-tap-off", "", TAP_OFF),
	PIPE("delay", "delay = \"10ms\";", 0),
	PIPE("delay-by-value", "delay = \"10ms\";", BY_VALUE),
	PIPE("jitter-fifo", "delay = { mean = \"10ms\"; stddev = \"1ms\"; };", 0),
	PIPE("jitter-free", "delay = { mean = \"10ms\"; stddev = \"1ms\"; order = \"free\"; };", 0),
	PIPE("jitter-free-by-value",
		"delay = { mean = \"10ms\"; stddev = \"1ms\"; order = \"free\"; };", BY_VALUE),
	PIPE("impaired", IMPAIRED, 0),
	PIPE("codel", "rate = \"400Gbit\";" CODEL, 0),
	PIPE("codel-bucket", "rate = { rate = \"400Gbit\"; burst = \"15kB\"; };" CODEL, 0),
	PIPE("impaired-100-flows", IMPAIRED, 100),
	FLOWS("100", 100),
	FLOWS("10k", 10000),
	FLOWS("100k", 100000),
	PIPE("impaired-together-10k-shuffled", IMPAIRED, SHUFFLED | TOGETHER | 10000),
	PIPE("wire-counted-100-shuffled", "", COUNTED | SHUFFLED | TOGETHER | 100),
	PIPE("jitter-flow-counted-100-shuffled", JITTER_FLOW, COUNTED | SHUFFLED | TOGETHER | 100),
	PIPE("jitter-flow-counted-100-in-turn", JITTER_FLOW, COUNTED | TOGETHER | 100),
	PIPE("impaired-counted-10k-shuffled", IMPAIRED_FLOW, COUNTED | SHUFFLED | 10000),
	PIPE("wire-two", "", TWO),
	PIPE("jitter-flow-10k-shuffled-two",
		"delay = { mean = \"10ms\"; stddev = \"1ms\"; order = \"flow\"; };",
		TWO | SHUFFLED | TOGETHER | 10000),
	PIPE("impaired-10k-shuffled-two", IMPAIRED_FLOW, TWO | SHUFFLED | 10000),
	PIPE("impaired-1M-shuffled", IMPAIRED_FLOW, SHUFFLED | 1000000),
	PIPE("impaired-1M-in-turn", IMPAIRED, 1000000),
	PIPE("impaired-1M-by-chance", IMPAIRED, 1000001),
	{ NULL },
};
