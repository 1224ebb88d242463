/* SPDX-License-Identifier: BSD-3-Clause
 * Targeted loss: packets are lost by what they are, not by chance. Kinds of TCP segments, lengths,
 * and one chosen data segment of every connection with its first retransmissions.
 *
 * Data segments are numbered by their sequence numbers, modulo 2^32: a segment that ends beyond all
 * data seen so far is the next one; any other carries data again and has no number. The first byte
 * that was new in segment k names it: what carries this byte again is a retransmission of it,
 * however the sender has cut it. A SYN with a sequence number of its own begins another connection;
 * without a SYN the first segment seen does.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "wf_rng.h"
#include "wf_stages.h"
#include "wf_tcp.h"

enum target_on { ON_DATA, ON_SYN, ON_FIN, ON_RST, ON_ACK, ON_ANY };
static const char *const on_names[] = { "data", "syn", "fin", "rst", "ack", "any", NULL };

struct target_params {
	uint64_t given;
	int on;
	uint64_t segment, retransmissions, times, min_bytes, max_bytes;
	double p;
};

enum { ON, SEGMENT, RETRANSMISSIONS, TIMES, MIN_BYTES, MAX_BYTES, P };

static const struct wf_param params[] = {
	[ON] = { .name = "on",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct target_params, on),
		.fallback = "data",
		.choices = on_names,
		.help = "what is lost: TCP segments with data, with SYN, FIN or RST, that only "
			"acknowledge (ack), or any packet, TCP or not" },
	[SEGMENT] = { .name = "segment",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct target_params, segment),
		.min = "1",
		.max = "1000000000",
		.help = "scope = \"flow\": only this data segment of every connection, counted "
			"from 1" },
	[RETRANSMISSIONS] = { .name = "retransmissions",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct target_params, retransmissions),
		.fallback = "0",
		.max = "1000000",
		.help = "with segment: as many of its retransmissions are lost too" },
	[TIMES] = { .name = "times",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct target_params, times),
		.min = "1",
		.max = "1000000000000",
		.help = "at most so many packets of the class, or of every connection with scope = "
			"\"flow\"; by default all" },
	[MIN_BYTES] = { .name = "min_bytes",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct target_params, min_bytes),
		.fallback = "0",
		.max = "4294967295",
		.help = "only frames of at least this length, without FCS" },
	[MAX_BYTES] = { .name = "max_bytes",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct target_params, max_bytes),
		.fallback = "4294967295",
		.max = "4294967295",
		.help = "only frames of at most this length, without FCS" },
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct target_params, p),
		.fallback = "100%",
		.help = "probability that a packet that qualifies is lost" },
	{ 0 },
};

struct target_cfg {
	uint64_t threshold, segment, times;
	uint32_t min_bytes, max_bytes;
	uint8_t on;
	bool per_flow;
};

struct target_state {
	uint64_t lost;     /* so far */
	uint64_t segments; /* of data, numbered so far */
	uint32_t isn;      /* of the connection, if `syn` */
	uint32_t next;     /* behind all data seen, if `data` */
	uint32_t byte;     /* that names the segment meant, if `found` */
	bool syn, data, found;
};
static_assert(sizeof(struct target_state) % 8 == 0, "state blocks");
static_assert(sizeof(struct target_state) <= 64, "state blocks");

static int
check_segment(const struct target_params *q, const struct wf_block_compile *c)
{
	int rc = 0;

	if (q->on != ON_DATA)
		rc = wf_err_add(c->err, c->where, "Write on = \"data\", or leave it out",
			"\"segment\" numbers segments with data");
	if (!c->flow_scope)
		rc = wf_err_add(c->err, c->where, "Write scope = \"flow\" beside it",
			"\"segment\" numbers the segments of one connection");
	for (int i = TIMES; i <= P; i++)
		if (wf_param_given(q, i))
			rc = wf_err_add(c->err, c->where, "Leave one of them out",
				"\"%s\" does not go with \"segment\", which says it all",
				params[i].name);
	return rc;
}

static int
check(const struct target_params *q, const struct wf_block_compile *c)
{
	if (wf_param_given(q, SEGMENT))
		return check_segment(q, c);
	if (wf_param_given(q, RETRANSMISSIONS))
		return wf_err_add(c->err, c->where, "Add segment = 1",
			"\"retransmissions\" of which segment?");
	if (q->min_bytes > q->max_bytes)
		return wf_err_add(c->err, c->where, "Swap them",
			"\"min_bytes\" is above \"max_bytes\": no frame qualifies");
	if (q->on == ON_ANY && !wf_param_given(q, MIN_BYTES) && !wf_param_given(q, MAX_BYTES))
		return wf_err_add(c->err, c->where,
			"Add min_bytes or max_bytes, or use loss or blackhole",
			"on = \"any\" without a length aims at everything");
	return 0;
}

static void
note(const struct target_params *q, const struct wf_block_compile *c)
{
	static const char *const what[] = { [ON_DATA] = "TCP segments with data",
		[ON_SYN] = "TCP segments with SYN",
		[ON_FIN] = "TCP segments with FIN",
		[ON_RST] = "TCP segments with RST",
		[ON_ACK] = "pure acknowledgements",
		[ON_ANY] = "frames" };
	char sizes[64] = "";
	char more[64] = "";

	if (wf_param_given(q, SEGMENT)) {
		if (q->retransmissions != 0)
			snprintf(more, sizeof(more), ", and %" PRIu64 " retransmissions of it",
				q->retransmissions);
		wf_stage_note(c, WF_BLOCK_TARGET,
			"data segment %" PRIu64 " of every connection is lost%s", q->segment, more);
		return;
	}
	if (wf_param_given(q, TIMES))
		snprintf(more, sizeof(more), ", at most %" PRIu64 " of %s", q->times,
			c->flow_scope ? "every connection" : "the class");
	else if ((q->on == ON_DATA || q->on == ON_ANY) && q->min_bytes <= WF_FORECAST_FRAME &&
		 q->max_bytes >= WF_FORECAST_FRAME)
		c->forecast->acts[WF_BLOCK_TARGET] = q->p;
	if (wf_param_given(q, MAX_BYTES))
		snprintf(sizes, sizeof(sizes), " of %" PRIu64 " to %" PRIu64 " bytes", q->min_bytes,
			q->max_bytes);
	else if (wf_param_given(q, MIN_BYTES))
		snprintf(sizes, sizeof(sizes), " of %" PRIu64 " bytes or more", q->min_bytes);
	wf_stage_note(c, WF_BLOCK_TARGET, "%.4g %% of %s%s are lost%s", 100 * q->p, what[q->on],
		sizes, more);
}

static int
target_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct target_params *q = block;
	struct target_cfg *t = cfg;

	if (check(q, c) < 0)
		return -EINVAL;
	if (!(q->p > 0))
		return 0;
	t->threshold = wf_rng_threshold(q->p);
	t->segment = wf_param_given(q, SEGMENT) ? q->segment : 0;
	t->times = t->segment != 0            ? q->retransmissions + 1
		   : wf_param_given(q, TIMES) ? q->times
					      : UINT64_MAX;
	t->min_bytes = (uint32_t)q->min_bytes;
	t->max_bytes = (uint32_t)q->max_bytes;
	t->on = (uint8_t)q->on;
	t->per_flow = c->flow_scope;
	note(q, c);
	c->needs |= WF_NEED_FLOW | WF_NEED_BYTES;
	if (t->times != UINT64_MAX && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	return 1;
}

/* Does a segment that begins at `seq` and ends before `end` carry this byte? */
static inline bool
carries(uint32_t seq, uint32_t end, uint32_t byte)
{
	return byte - seq < end - seq;
}

/* Follows the connection. Does this segment carry the data that is meant? */
static bool
follow(const struct target_cfg *t, struct target_state *s, const struct wf_tcp *g)
{
	/* Data of a SYN (TCP Fast Open) comes behind the number that the SYN takes. */
	uint32_t seq = g->seq + (g->flags & WF_TCP_SYN ? 1 : 0), end = seq + g->data_bytes;

	if ((g->flags & WF_TCP_SYN) && !(s->syn && s->isn == g->seq))
		*s = (struct target_state){ .isn = g->seq, .syn = true };
	if (g->data_bytes == 0 || (g->flags & WF_TCP_RST))
		return false;
	if (!s->data) {
		s->data = true;
		s->next = seq;
	}
	if ((int32_t)(end - s->next) > 0) {
		uint32_t first_new = (int32_t)(seq - s->next) > 0 ? seq : s->next;

		s->next = end;
		if (++s->segments == t->segment) {
			s->found = true;
			s->byte = first_new;
			s->lost = 0;
		}
	}
	return s->found && carries(seq, end, s->byte);
}

static bool
is_kind(uint8_t on, const struct wf_tcp *g)
{
	switch (on) {
	case ON_SYN:
		return g->flags & WF_TCP_SYN;
	case ON_FIN:
		return g->flags & WF_TCP_FIN;
	case ON_RST:
		return g->flags & WF_TCP_RST;
	case ON_ACK:
		return g->data_bytes == 0 && (g->flags & (WF_TCP_ACK | WF_TCP_SYN | WF_TCP_FIN |
								 WF_TCP_RST)) == WF_TCP_ACK;
	default:
		return g->data_bytes > 0;
	}
}

static bool
meant(const struct target_cfg *t, struct target_state *s, const struct wf_batch *b, uint16_t i)
{
	bool tcp, carrier = false;
	struct wf_tcp g = { 0 };

	tcp = wf_tcp_read(b->data[i], b->readable_bytes[i], b->len_bytes[i], b->parsed[i], &g);
	if (tcp && t->per_flow)
		carrier = follow(t, s, &g);
	if (s->lost >= t->times)
		return false;
	if (t->segment != 0)
		return carrier;
	return (t->on == ON_ANY || (tcp && is_kind(t->on, &g))) &&
	       b->len_bytes[i] >= t->min_bytes && b->len_bytes[i] <= t->max_bytes &&
	       wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_TARGET), t->threshold);
}

static void
target_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct target_cfg *t = cfg;

	for (uint16_t i = first; i < end; i++) {
		struct target_state *s = (struct target_state *)(b->state[i] + state_offset);

		if (b->drop[i] != WF_DROP_NONE || !meant(t, s, b, i))
			continue;
		if (t->times != UINT64_MAX) /* without a limit nobody owns the class's state */
			s->lost++;
		b->drop[i] = WF_DROP_target;
	}
}

const struct wf_block wf_block_target = {
	.stage = &(const struct wf_stage_ops){ .run = target_run },
	.name = "target",
	.summary = "Loses packets by kind, length or number: the k-th data segment, SYN, pure ACK",
	.main_key = "on",
	.params = params,
	.params_size = sizeof(struct target_params),
	.cfg_size = sizeof(struct target_cfg),
	.state_size = sizeof(struct target_state),
	.compile = target_compile,
};
