/* SPDX-License-Identifier: BSD-3-Clause
 * Round trips: a table of connections, in sets of few, of which the longest unused one makes way.
 */
#include "wf_trips.h"

#include <stdlib.h>
#include <string.h>

#include "wf_tcp.h"

#define WAYS 4
#define SETS (WF_TRIPS_CONNECTIONS / WAYS)

enum state { FREE, OPENING, OPEN };

struct connection {
	struct wf_flow_key key; /* of what its client sends; dir: the link */
	wf_ns_t used_ns;
	wf_ns_t asked_ns;                  /* if it waits */
	uint32_t first_seq;                /* of the SYN */
	uint32_t client_next, server_next; /* of bytes that have not been seen yet */
	uint8_t state, side;
	bool waits; /* for a response */
};

struct wf_trips {
	void (*told)(void *ctx, const struct wf_trip *trip);
	void *ctx;
	struct connection at[SETS][WAYS];
};

struct wf_trips *
wf_trips_new(void (*told)(void *ctx, const struct wf_trip *trip), void *ctx)
{
	struct wf_trips *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->told = told;
	t->ctx = ctx;
	return t;
}

void
wf_trips_free(struct wf_trips *t)
{
	free(t);
}

/* Is a byte number behind the other? They wrap (RFC 9293, section 3.4). */
static bool
is_behind(uint32_t seq, uint32_t other)
{
	return (int32_t)(seq - other) > 0;
}

/* What it waits for has ended so; nothing if it waits for nothing. */
static void
tell(struct wf_trips *t, struct connection *c, enum wf_trip_end end, wf_ns_t ns)
{
	struct wf_trip trip = { .kind = c->state == OPENING ? WF_TRIP_HANDSHAKE : WF_TRIP_RESPONSE,
		.end = end,
		.dir = c->key.dir[0] * 256u + c->key.dir[1] + c->side,
		.begun_ns = c->asked_ns,
		.took_ns = ns > c->asked_ns ? ns - c->asked_ns : 0 };

	if (c->state == OPENING || (c->state == OPEN && c->waits))
		t->told(t->ctx, &trip);
	c->waits = false;
}

static void
forget(struct wf_trips *t, struct connection *c, enum wf_trip_end end, wf_ns_t ns)
{
	tell(t, c, end, ns);
	c->state = FREE;
}

static struct connection *
set_of(struct wf_trips *t, const struct wf_flow_key *key)
{
	return t->at[wf_flow_hash(key) % SETS];
}

static struct connection *
find(struct wf_trips *t, const struct wf_flow_key *key)
{
	struct connection *set = set_of(t, key);

	for (int i = 0; i < WAYS; i++)
		if (set[i].state != FREE && memcmp(&set[i].key, key, sizeof(*key)) == 0)
			return &set[i];
	return NULL;
}

static void
begin(struct wf_trips *t, const struct wf_flow_key *key, uint32_t dir, const struct wf_tcp *tcp,
	wf_ns_t ns)
{
	struct connection *set = set_of(t, key), *c = &set[0];

	for (int i = 1; i < WAYS && c->state != FREE; i++)
		if (set[i].state == FREE || set[i].used_ns < c->used_ns)
			c = &set[i];
	forget(t, c, WF_TRIP_UNANSWERED, ns);
	*c = (struct connection){ .key = *key,
		.used_ns = ns,
		.asked_ns = ns,
		.first_seq = tcp->seq,
		.client_next = tcp->seq + 1 + tcp->data_bytes,
		.state = OPENING,
		.side = dir % 2 };
}

/* From the client, towards the link. */
static void
asks(struct wf_trips *t, const struct wf_flow_key *key, uint32_t dir, const struct wf_tcp *tcp,
	wf_ns_t ns)
{
	struct connection *c = find(t, key);
	uint32_t next = tcp->seq + tcp->data_bytes;

	if ((tcp->flags & (WF_TCP_SYN | WF_TCP_ACK | WF_TCP_RST)) == WF_TCP_SYN) {
		if (c != NULL && c->side == dir % 2 && c->first_seq == tcp->seq)
			return; /* again */
		if (c != NULL)
			forget(t, c, WF_TRIP_UNANSWERED, ns);
		begin(t, key, dir, tcp, ns);
		return;
	}
	if (c == NULL || c->side != dir % 2)
		return;
	c->used_ns = ns;
	if (tcp->flags & WF_TCP_RST) {
		forget(t, c, WF_TRIP_UNANSWERED, ns);
		return;
	}
	if (c->state != OPEN || tcp->data_bytes == 0 || !is_behind(next, c->client_next))
		return;
	c->client_next = next;
	if (!c->waits)
		c->asked_ns = ns;
	c->waits = true;
}

/* From the server, out of the link. */
static void
answers(struct wf_trips *t, struct connection *c, const struct wf_tcp *tcp, wf_ns_t ns)
{
	uint32_t next = tcp->seq + tcp->data_bytes;

	c->used_ns = ns;
	if (tcp->flags & WF_TCP_RST) {
		forget(t, c, c->state == OPENING ? WF_TRIP_REFUSED : WF_TRIP_UNANSWERED, ns);
		return;
	}
	if (tcp->flags & WF_TCP_SYN) {
		if (c->state == OPENING && tcp->flags & WF_TCP_ACK) {
			tell(t, c, WF_TRIP_ANSWERED, ns);
			c->state = OPEN;
			c->server_next = tcp->seq + 1 + tcp->data_bytes;
		}
		return;
	}
	if (c->state != OPEN)
		return;
	if (tcp->data_bytes > 0 && is_behind(next, c->server_next)) {
		c->server_next = next;
		tell(t, c, WF_TRIP_ANSWERED, ns);
	}
	if (tcp->flags & WF_TCP_FIN)
		tell(t, c, WF_TRIP_UNANSWERED, ns);
}

static struct wf_flow_key
turned(const struct wf_flow_key *key)
{
	struct wf_flow_key back = *key;

	memcpy(back.src, key->dst, sizeof(back.src));
	memcpy(back.dst, key->src, sizeof(back.dst));
	memcpy(back.sport, key->dport, sizeof(back.sport));
	memcpy(back.dport, key->sport, sizeof(back.dport));
	return back;
}

void
wf_trips_see(struct wf_trips *t, const struct wf_trips_packet *p)
{
	struct wf_flow_key back;
	struct wf_parsed parsed;
	struct connection *c;
	struct wf_tcp tcp;

	if (p->data == NULL)
		return;
	wf_parse(p->data, p->readable_bytes, &parsed);
	if (!wf_tcp_read(p->data, p->readable_bytes, p->len_bytes, &parsed, &tcp))
		return;
	parsed.key.dir[0] = (uint8_t)((p->dir & ~1u) >> 8);
	parsed.key.dir[1] = (uint8_t)(p->dir & ~1u);
	if (p->came) {
		asks(t, &parsed.key, p->dir, &tcp, p->ns);
		return;
	}
	back = turned(&parsed.key);
	c = find(t, &back);
	if (c != NULL && c->side != p->dir % 2)
		answers(t, c, &tcp, p->ns);
}

void
wf_trips_end(struct wf_trips *t, wf_ns_t end_ns)
{
	for (uint32_t i = 0; i < SETS; i++)
		for (uint32_t k = 0; k < WAYS; k++)
			forget(t, &t->at[i][k], WF_TRIP_WAITING, end_ns);
}
