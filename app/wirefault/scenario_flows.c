/* SPDX-License-Identifier: BSD-3-Clause
 * Conversations of captures.
 */
#include "scenario_flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "wf_cap.h"
#include "wf_parse.h"

#define FIRST_ROOM 1024       /* a power of two */
#define MOST_ROOM  (1u << 22) /* conversations beyond half of it are not told apart */

/* Open addressing; packets 0: free. */
struct table {
	struct scenario_flow *at; /* [room] */
	uint32_t room, n;
};

/* Both directions have the same. */
static struct wf_flow_key
both_ways(const struct wf_flow_key *k)
{
	struct wf_flow_key to = *k;
	int order = memcmp(k->src, k->dst, sizeof(k->src));

	if (order == 0)
		order = memcmp(k->sport, k->dport, sizeof(k->sport));
	if (order > 0) {
		memcpy(to.src, k->dst, sizeof(to.src));
		memcpy(to.dst, k->src, sizeof(to.dst));
		memcpy(to.sport, k->dport, sizeof(to.sport));
		memcpy(to.dport, k->sport, sizeof(to.dport));
	}
	return to;
}

static struct scenario_flow *
place_of(const struct table *t, const struct wf_flow_key *key)
{
	uint64_t words[6], i;

	memcpy(words, key, sizeof(words));
	i = wf_flow_hash_words(words) & (t->room - 1);
	while (t->at[i].packets > 0 && memcmp(&t->at[i].key, key, sizeof(*key)) != 0)
		i = (i + 1) & (t->room - 1);
	return &t->at[i];
}

static int
grow(struct table *t)
{
	struct table more = { .room = t->room > 0 ? 2 * t->room : FIRST_ROOM, .n = t->n };

	more.at = calloc(more.room, sizeof(*more.at));
	if (more.at == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->room; i++)
		if (t->at[i].packets > 0)
			*place_of(&more, &t->at[i].key) = t->at[i];
	free(t->at);
	*t = more;
	return 0;
}

/* Can a filter tell it? The words of pcap-filter(7) see ports behind one tag, but not behind more
 * of them, labels or extension headers of IPv6, and not in later fragments. */
static bool
can_be_told(const struct wf_parsed *p)
{
	const uint32_t untagged = 14, tagged = 18, ip6 = 40;
	bool ports = p->key.proto == IPPROTO_TCP || p->key.proto == IPPROTO_UDP;

	if (!(p->flags & WF_PARSE_IP) || (p->flags & WF_PARSE_MPLS) != 0 ||
		(p->l3_offset != untagged && p->l3_offset != tagged))
		return false;
	if ((p->flags & WF_PARSE_LATER) != 0 ||
		(p->key.family == 6 && (uint32_t)p->l4_offset != p->l3_offset + ip6))
		return false;
	return !ports || (p->flags & WF_PARSE_PORTS) != 0;
}

/* 1: it is of a conversation; 0: of none. */
static int
count(struct table *t, const struct wf_cap_packet *p)
{
	struct wf_parsed parsed;
	struct wf_flow_key key;
	struct scenario_flow *f;

	wf_parse(p->data, p->cap_bytes, &parsed);
	if (!can_be_told(&parsed))
		return 0;
	key = both_ways(&parsed.key);
	if (2 * t->n >= t->room && t->room < MOST_ROOM && grow(t) < 0)
		return -ENOMEM;
	f = place_of(t, &key);
	if (f->packets == 0 && 2 * t->n >= t->room)
		return 0;
	t->n += f->packets == 0;
	f->key = key;
	f->packets++;
	f->bytes += p->len_bytes;
	return 1;
}

/* The larger one first; equal ones in the order of their keys. */
static int
by_size(const void *a, const void *b)
{
	const struct scenario_flow *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

int
scenario_flows_read(const char *path, uint32_t most, struct scenario_flows *out, struct wf_err *err)
{
	struct wf_cap_options options = WF_CAP_OPTIONS;
	const struct wf_where where = { .file = path };
	struct wf_cap_reader *r = wf_cap_open(path, &options, err);
	struct table t = { 0 };
	struct wf_cap_packet p;
	wf_ns_t first_ns = 0;
	int rc = r != NULL ? 1 : -EINVAL, told;

	*out = (struct scenario_flows){ 0 };
	while (rc > 0 && (rc = wf_cap_read(r, &p, err)) > 0) {
		first_ns = out->packets == 0 ? p.time_ns : first_ns;
		out->packets++;
		/* Captures of several interfaces need not be in order. */
		if (p.time_ns > first_ns && p.time_ns - first_ns > out->duration_ns)
			out->duration_ns = p.time_ns - first_ns;
		told = count(&t, &p);
		out->untold += told == 0;
		if (told < 0)
			rc = wf_err_add(err, NULL, NULL, "out of memory");
	}
	if (r != NULL)
		wf_cap_close(r);
	if (rc == 0 && t.n == 0)
		rc = wf_err_add(err, &where, NULL,
			"has no conversation that a filter can tell from others");
	if (rc < 0) {
		free(t.at);
		return rc;
	}
	assert(t.at != NULL);
	qsort(t.at, t.room, sizeof(*t.at), by_size);
	out->at = t.at;
	out->all = t.n;
	out->n = t.n < most ? t.n : most;
	return 0;
}

void
scenario_flows_free(struct scenario_flows *f)
{
	free(f->at);
	*f = (struct scenario_flows){ 0 };
}

static void
address(const struct wf_flow_key *k, const uint8_t *of, char out[INET6_ADDRSTRLEN])
{
	*out = 0;
	if (k->family == 4)
		inet_ntop(AF_INET, of + 12, out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, of, out, INET6_ADDRSTRLEN);
}

const char *
scenario_flow_filter(const struct scenario_flow *f, char out[SCENARIO_FLOW_FILTER])
{
	const struct wf_flow_key *k = &f->key;
	const char *tagged = (k->vlan[0] << 8 | k->vlan[1]) != WF_NO_VLAN ? "vlan and " : "",
		   *proto = k->proto == IPPROTO_TCP ? "tcp" : "udp";
	unsigned sport = (unsigned)(k->sport[0] << 8 | k->sport[1]),
		 dport = (unsigned)(k->dport[0] << 8 | k->dport[1]);
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	address(k, k->src, a);
	address(k, k->dst, b);
	if (k->proto == IPPROTO_TCP || k->proto == IPPROTO_UDP)
		snprintf(out, SCENARIO_FLOW_FILTER,
			"%s%s and ((src host %s and src port %u and dst host %s and dst port %u) "
			"or "
			"(src host %s and src port %u and dst host %s and dst port %u))",
			tagged, proto, a, sport, b, dport, b, dport, a, sport);
	else
		snprintf(out, SCENARIO_FLOW_FILTER, "%s%s proto %u and host %s and host %s", tagged,
			k->family == 4 ? "ip" : "ip6", k->proto, a, b);
	return out;
}
