/* SPDX-License-Identifier: BSD-3-Clause
 * When phases end that nobody knew of.
 */
#include "scenario_until.h"

#include <errno.h>

#define LEAD_NS     WF_NS_PER_S         /* a plan is offered so long before its time */
#define AHEAD_NS    (20 * WF_NS_PER_MS) /* and where the phase may end early */
#define SHORTEST_NS WF_NS_PER_US
#define BATCH       32

/* ---- Offline ---- */

static struct wf_twin_input *
earliest(const struct wf_scenario *s, struct wf_twin_input *in, wf_ns_t *at_ns)
{
	struct wf_twin_input *first = NULL;

	*at_ns = WF_SOURCE_END;
	for (uint32_t i = 0; i < s->n_traffic; i++) {
		wf_ns_t ns = wf_source_next_ns(in[i].source);

		if (ns < *at_ns) {
			*at_ns = ns;
			first = &in[i];
		}
	}
	return first;
}

static bool
replays_over(const struct wf_scenario *s, const struct wf_twin_input *in)
{
	for (uint32_t i = 0; i < s->n_traffic; i++)
		if (s->traffic[i].kind == WF_TRAFFIC_REPLAY &&
			wf_source_next_ns(in[i].source) != WF_SOURCE_END)
			return false;
	return true;
}

/* What comes at this instant, counted if it is of the direction. */
static void
take(struct wf_twin_input *in, uint32_t dir, wf_ns_t at_ns, struct wf_until_seen *seen)
{
	struct wf_source_packet p[BATCH];
	uint32_t n = wf_source_take(in->source, at_ns, p, BATCH);

	for (uint32_t i = 0; i < n && in->dir == dir; i++) {
		seen->packets++;
		seen->bytes += p[i].len_bytes;
	}
}

/* The end of one phase. *over_ns: since when replays are over; UINT64_MAX: they aren't. */
static void
foresee_one(struct wf_scenario *s, uint32_t phase, const struct wf_plan *plan,
	struct wf_twin_input *in, wf_ns_t start_ns, wf_ns_t *over_ns)
{
	const struct wf_phase *p = &s->phase[phase];
	uint32_t dir = wf_scenario_find_dir(plan, p->until.link, p->until.side);
	struct wf_until_seen seen = { 0 };
	enum wf_until_end by = WF_UNTIL_OPEN;
	wf_ns_t end_ns = p->end_ns, at_ns = 0;

	while (by == WF_UNTIL_OPEN) {
		struct wf_twin_input *from = earliest(s, in, &at_ns);
		bool in_time = from != NULL && at_ns - start_ns < p->end_ns,
		     counts = in_time && at_ns - start_ns >= p->start_ns;

		if (*over_ns == UINT64_MAX && replays_over(s, in))
			*over_ns = 0;
		if (p->until.replay && *over_ns != UINT64_MAX) {
			by = WF_UNTIL_REPLAY;
			end_ns = *over_ns > p->start_ns ? *over_ns : p->start_ns + SHORTEST_NS;
			break;
		}
		if (!in_time)
			break;
		take(from, counts ? dir : UINT32_MAX, at_ns, &seen);
		if (*over_ns == UINT64_MAX && replays_over(s, in))
			*over_ns = at_ns - start_ns + 1;
		if (counts) {
			by = wf_until_met(&p->until, &seen);
			end_ns = by != WF_UNTIL_OPEN ? at_ns - start_ns + 1 : end_ns;
		}
	}
	if (by == WF_UNTIL_OPEN || end_ns >= p->end_ns)
		wf_until_end_phase(s, phase, p->end_ns, WF_UNTIL_DURATION);
	else
		wf_until_end_phase(s, phase, end_ns, by);
}

int
scenario_until_foresee(struct scenario *c, const struct wf_plan *plan, struct wf_twin_input *in,
	wf_ns_t start_ns, struct wf_err *err)
{
	struct wf_scenario *s = c->s;
	wf_ns_t over_ns = UINT64_MAX;

	for (uint32_t i = wf_until_next(s, 0); i < s->n_phases; i = wf_until_next(s, i + 1))
		foresee_one(s, i, plan, in, start_ns, &over_ns);
	for (uint32_t i = 0; i < s->n_traffic; i++)
		if (in[i].source->rc < 0)
			return in[i].source->rc;
	return wf_script_remake(&c->script, s, c->loaded.tree, err);
}

/* ---- Live ---- */

void
scenario_until_begin(struct scenario_until *u, const struct wf_scenario *s)
{
	*u = (struct scenario_until){ .phase = wf_until_next(s, 0) };
}

wf_ns_t
scenario_until_lead(const struct scenario_until *u, const struct wf_scenario *s, wf_ns_t at_ns)
{
	return u->phase < s->n_phases && s->phase[u->phase].start_ns < at_ns ? AHEAD_NS : LEAD_NS;
}

bool
scenario_until_waits(const struct scenario_until *u, const struct wf_scenario *s, wf_ns_t now_ns)
{
	return u->phase < s->n_phases && s->phase[u->phase].start_ns <= now_ns;
}

void
scenario_until_trigger(struct scenario_until *u, const struct wf_scenario *s, wf_ns_t now_ns)
{
	u->triggered |= scenario_until_waits(u, s, now_ns);
}

/* Have all ports that stand in the place of replays sent everything? */
static bool
ports_done(const struct scenario *c, const struct wf_plan *plan, const struct wf_snapshot *snap)
{
	for (uint32_t i = 0; i < c->s->n_traffic; i++) {
		const struct wf_traffic *t = &c->s->traffic[i];
		uint32_t dir = wf_scenario_find_dir(plan, t->link, t->side), port;

		if (t->kind != WF_TRAFFIC_REPLAY || dir == UINT32_MAX)
			continue;
		port = c->loaded.conf->links[dir / 2].port[t->side];
		if (snap->ports[port].replay == NULL ||
			snap->ports[port].replay->state < WF_REPLAY_STOPPED)
			return false;
	}
	return true;
}

static void
end_phase(struct scenario_until *u, struct wf_scenario *s, wf_ns_t end_ns, enum wf_until_end by)
{
	wf_until_end_phase(s, u->phase, end_ns, by);
	u->phase = wf_until_next(s, u->phase + 1);
	u->begun = u->triggered = false;
}

int
scenario_until_look(struct scenario_until *u, struct scenario *c, const struct wf_plan *plan,
	const struct wf_snapshot *snap, wf_ns_t now_ns, struct wf_err *err)
{
	const struct wf_phase *p = &c->s->phase[u->phase];
	struct wf_until_seen seen = { 0 };
	enum wf_until_end by;
	uint32_t dir;

	if (!scenario_until_waits(u, c->s, now_ns))
		return 0;
	dir = wf_scenario_find_dir(plan, p->until.link, p->until.side);
	if (dir != UINT32_MAX) {
		const struct wf_count *rx = &snap->links[dir / 2].dir[dir % 2].s.c.rx;

		if (!u->begun) {
			u->packets = rx->packets;
			u->bytes = rx->bytes;
		}
		seen.packets = rx->packets - u->packets;
		seen.bytes = rx->bytes - u->bytes;
	}
	u->begun = true;
	if (now_ns + AHEAD_NS >= p->end_ns) {
		end_phase(u, c->s, p->end_ns, WF_UNTIL_DURATION);
		return 0;
	}
	seen.replays_over = ports_done(c, plan, snap);
	seen.triggered = u->triggered;
	by = wf_until_met(&p->until, &seen);
	if (by == WF_UNTIL_OPEN)
		return 0;
	end_phase(u, c->s, now_ns + AHEAD_NS + 1, by);
	return wf_script_remake(&c->script, c->s, c->loaded.tree, err) < 0 ? -EINVAL : 1;
}
