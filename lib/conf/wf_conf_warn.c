/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that are valid but hardly what was meant. Control threads only.
 */
#include <ctype.h>
#include <string.h>

#include "wf_conf.h"

static const char *const side_name[2] = { "ab", "ba" };

/* The match as it applies in a direction. */
static struct wf_match
match_in(const struct wf_match *match, enum wf_side side)
{
	const uint32_t ends = WF_MATCH_SRC | WF_MATCH_DST | WF_MATCH_SPORT | WF_MATCH_DPORT;
	struct wf_match m = *match;

	if (side == WF_AB || !match->mirror)
		return m;
	m.src = match->dst;
	m.dst = match->src;
	m.sport = match->dport;
	m.dport = match->sport;
	m.has &= ~ends;
	m.has |= match->has & WF_MATCH_SRC ? WF_MATCH_DST : 0;
	m.has |= match->has & WF_MATCH_DST ? WF_MATCH_SRC : 0;
	m.has |= match->has & WF_MATCH_SPORT ? WF_MATCH_DPORT : 0;
	m.has |= match->has & WF_MATCH_DPORT ? WF_MATCH_SPORT : 0;
	return m;
}

static bool
has_range(const struct wf_match *in, uint32_t bit, struct wf_range16 inner, struct wf_range16 outer)
{
	return (in->has & bit) && outer.lo <= inner.lo && inner.hi <= outer.hi;
}

static bool
has_prefix(const struct wf_match *in, uint32_t bit, const struct wf_prefix *inner,
	const struct wf_prefix *outer)
{
	if (!(in->has & bit) || inner->len < outer->len ||
		(outer->family != 0 && outer->family != inner->family))
		return false;
	for (unsigned i = 0; i < outer->len; i++)
		if ((inner->addr[i / 8] ^ outer->addr[i / 8]) & (0x80u >> i % 8))
			return false;
	return true;
}

/* Is every packet that `in` matches matched by `all`, too? May say no where the answer is yes. */
static bool
covers(const struct wf_match *all, const struct wf_match *in)
{
	uint32_t has = all->has;

	return (!(has & WF_MATCH_SRC) || has_prefix(in, WF_MATCH_SRC, &in->src, &all->src)) &&
	       (!(has & WF_MATCH_DST) || has_prefix(in, WF_MATCH_DST, &in->dst, &all->dst)) &&
	       (!(has & WF_MATCH_SPORT) || has_range(in, WF_MATCH_SPORT, in->sport, all->sport)) &&
	       (!(has & WF_MATCH_DPORT) || has_range(in, WF_MATCH_DPORT, in->dport, all->dport)) &&
	       (!(has & WF_MATCH_PORT) || has_range(in, WF_MATCH_PORT, in->port, all->port) ||
		       has_range(in, WF_MATCH_SPORT, in->sport, all->port) ||
		       has_range(in, WF_MATCH_DPORT, in->dport, all->port)) &&
	       (!(has & WF_MATCH_VLAN) || has_range(in, WF_MATCH_VLAN, in->vlan, all->vlan)) &&
	       (!(has & WF_MATCH_DSCP) || has_range(in, WF_MATCH_DSCP, in->dscp, all->dscp)) &&
	       (!(has & WF_MATCH_PROTO) ||
		       ((in->has & WF_MATCH_PROTO) && in->proto == all->proto)) &&
	       (!(has & WF_MATCH_ETHERTYPE) ||
		       ((in->has & WF_MATCH_ETHERTYPE) && in->ethertype == all->ethertype)) &&
	       (!(has & WF_MATCH_MAC) ||
		       ((in->has & WF_MATCH_MAC) && memcmp(in->mac, all->mac, 6) == 0));
}

/* The class that leaves nothing of a direction to class `c`, or NULL. */
static const struct wf_conf_class *
shadow_of(const struct wf_conf_link *l, const struct wf_conf_class *c, enum wf_side side)
{
	struct wf_match own = match_in(&c->match, side);

	for (const struct wf_conf_class *e = l->classes; e < c; e++) {
		struct wf_match m = match_in(&e->match, side);
		bool filter = e->filter != NULL && *e->filter != 0 &&
			      (c->filter == NULL || strcmp(e->filter, c->filter) != 0);

		if (e->dir[side].present && !filter && covers(&m, &own))
			return e;
	}
	return NULL;
}

static void
warn_shadow(const struct wf_conf_link *l, const struct wf_conf_class *c, struct wf_err *warnings)
{
	for (int side = 0; side < 2; side++) {
		const struct wf_conf_class *e;

		if (!c->dir[side].present)
			continue;
		e = shadow_of(l, c, (enum wf_side)side);
		if (e != NULL)
			wf_err_add(warnings, &c->where,
				"The first class that matches wins: put the narrower one first",
				"no packet of %s reaches class \"%s\": class \"%s\" before it "
				"takes "
				"them all",
				side_name[side], c->name, e->name);
	}
}

static void
warn_mirror(const struct wf_conf_class *c, struct wf_err *warnings)
{
	const uint32_t ports = WF_MATCH_SPORT | WF_MATCH_DPORT, ends = WF_MATCH_SRC | WF_MATCH_DST;
	bool both = c->dir[0].present && c->dir[1].present;
	const char *key;

	if (!c->dir[1].present || c->match.mirror)
		return;
	if (!(c->match.has & ports) && !(both && (c->match.has & ends)))
		return;
	key = c->match.has & WF_MATCH_DPORT   ? "dport"
	      : c->match.has & WF_MATCH_SPORT ? "sport"
	      : c->match.has & WF_MATCH_DST   ? "dst"
					      : "src";
	wf_err_add(warnings, &c->where,
		"Add mirror = true, if answers to what matches in ab are meant",
		"in ba, class \"%s\" matches by %s as it is in those packets, so not the answers "
		"to packets with that %s",
		c->name, key, key);
}

/* Next word of a filter; false: there is none. */
static bool
next_word(const char **at, char out[32])
{
	size_t n = 0;

	while (**at != 0 && !isalnum((unsigned char)**at))
		(*at)++;
	while (isalnum((unsigned char)**at)) {
		if (n < 31)
			out[n++] = **at;
		(*at)++;
	}
	out[n] = 0;
	return n > 0;
}

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Does it look for something above Ethernet where an untagged frame has it? */
static bool
looks_behind_ethernet(const char *filter)
{
	static const char *const inner[] = { "ip", "ip6", "arp", "rarp", "tcp", "udp", "icmp",
		"icmp6", "sctp", "igmp", "esp", "ah", "host", "net", "port", "portrange", "proto",
		"src", "dst", "gateway", NULL };
	static const char *const tags[] = { "vlan", "pppoes", "mpls", NULL };
	static const char *const direct[] = { "src", "dst", "host", "proto", NULL };
	bool found = false, ether = false;
	char word[32];

	while (next_word(&filter, word)) {
		if (is_one_of(word, tags))
			return false;
		ether = strcmp(word, "ether") == 0 || (ether && is_one_of(word, direct));
		found |= !ether && is_one_of(word, inner);
		if (ether && (strcmp(word, "host") == 0 || strcmp(word, "proto") == 0)) {
			next_word(&filter, word); /* its value, which may be "ip" */
			ether = false;
		}
	}
	return found;
}

static void
warn_filter(const struct wf_conf_class *c, struct wf_err *warnings)
{
	if (c->filter != NULL && looks_behind_ethernet(c->filter))
		wf_err_add(warnings, &c->filter_where,
			"For both, write \"EXPRESSION or (vlan and EXPRESSION)\"",
			"without `vlan` the filter sees no frame with a VLAN tag");
}

void
wf_conf_warn(const struct wf_conf *conf, struct wf_err *warnings)
{
	for (uint32_t i = 0; i < conf->n_links; i++) {
		const struct wf_conf_link *l = &conf->links[i];

		for (uint32_t k = 0; k < l->n_classes; k++) {
			warn_filter(&l->classes[k], warnings);
			warn_mirror(&l->classes[k], warnings);
			warn_shadow(l, &l->classes[k], warnings);
		}
	}
}
