/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that are asked for every packet: those with a filter, a MAC address or a DSCP. Worker
 * threads.
 *
 * The class that the flow remembers stands unless one of these goes before it, so a packet is shown
 * only to those that could still win. One that is picked goes on as part of another flow, that of
 * its 5-tuple within the class.
 */
#include "wf_pipe_intake.h"

#include <string.h>

/* Drops from who[0..n-1] the packets that the match does not hold for. Returns how many are left.
 */
static uint32_t
pick_sift(const struct wf_plan_pick *pick, const struct wf_lookup *l, uint16_t *who, uint32_t n)
{
	const struct wf_parsed *ask[WF_BURST];
	uint16_t found[WF_BURST];
	uint32_t left = 0;

	if (pick->rules == NULL || n == 0)
		return n;
	for (uint32_t k = 0; k < n; k++)
		ask[k] = l->who[who[k]];
	wf_rules_classify(pick->rules, ask, found, n);
	for (uint32_t k = 0; k < n; k++)
		if (found[k] != 0)
			who[left++] = who[k];
	return left;
}

static bool
pick_holds(const struct wf_plan_pick *pick, const struct wf_rx *r, const struct wf_parsed *who)
{
	const struct wf_match *match = &pick->rule.match;
	const uint8_t *mac = match->mac;

	if ((match->has & WF_MATCH_DSCP) &&
		(who->key.family == 0 || who->dscp < match->dscp.lo || who->dscp > match->dscp.hi))
		return false;
	if ((match->has & WF_MATCH_MAC) &&
		(r->readable_bytes < 12 ||
			(memcmp(r->data, mac, 6) != 0 && memcmp(r->data + 6, mac, 6) != 0)))
		return false;
	return pick->filter == NULL ||
	       wf_filter_holds(pick->filter, r->data, r->readable_bytes, r->len_bytes);
}

/* The flows of packets that were picked; by[i] is who picked packet i. */
static void
pick_find_flows(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	const struct wf_plan_pick *const *by, uint32_t first, uint32_t end)
{
	struct wf_lookup *l = &in->lookup;
	struct wf_flow_key tagged[WF_BURST];
	const struct wf_flow_key *key[WF_BURST];
	uint64_t hash[WF_BURST];
	wf_ns_t now_ns[WF_BURST];
	struct wf_flow *flow[WF_BURST];
	uint32_t n = 0;

	for (uint32_t i = first; i < end; i++) {
		if (by[i] == NULL)
			continue;
		tagged[n] = l->who[i]->key;
		for (int k = 0; k < 4; k++)
			tagged[n].tag[k] ^= by[i]->tag[k];
		key[n] = &tagged[n];
		hash[n] = wf_flow_hash(&tagged[n]);
		now_ns[n++] = rx[i].rx_ns;
	}
	if (n == 0)
		return;
	wf_flow_table_lookup(
		in->flows, key, hash, now_ns, n, d->rng_key, d->run, d->flow_lines, flow);
	n = 0;
	for (uint32_t i = first; i < end; i++)
		if (by[i] != NULL)
			l->flow[i] = flow[n++];
}

void
wf_intake_pick(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	uint32_t first, uint32_t end)
{
	struct wf_lookup *l = &in->lookup;
	const struct wf_plan_pick *by[WF_BURST] = { NULL };

	for (uint32_t q = 0; q < d->n_picks; q++) {
		const struct wf_plan_pick *pick = &d->pick[q];
		uint16_t who[WF_BURST], class_id = pick->rule.class_id;
		uint32_t n = 0;

		for (uint32_t i = first; i < end; i++)
			if (l->class_id[i] == 0 || l->class_id[i] > class_id)
				who[n++] = (uint16_t)i;
		n = pick_sift(pick, l, who, n);
		for (uint32_t k = 0; k < n; k++) {
			const struct wf_rx *r = &rx[who[k]];

			if (!pick_holds(pick, r, l->who[who[k]]))
				continue;
			l->class_id[who[k]] = class_id;
			by[who[k]] = pick;
		}
	}
	pick_find_flows(in, d, rx, by, first, end);
}
