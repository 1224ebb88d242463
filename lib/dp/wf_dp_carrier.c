/* SPDX-License-Identifier: BSD-3-Clause
 * Outages that pull the cable: which port's host sees no carrier now, and until when. Control
 * thread.
 *
 * Workers are told first when a cable is pulled, and last when it is plugged in again: what is due
 * at the port in between ends as the outage's, as nothing reaches a host without a carrier.
 */
#include <errno.h>
#include <string.h>

#include "wf_carrier.h"
#include "wf_dp_private.h"
#include "wf_stages.h"

/* The port whose host sends in this direction. */
static struct wf_port *
port_of(struct wf_dp *dp, uint32_t dir)
{
	return &dp->ports[dp->links[dir / 2].port[dir % 2]];
}

int
wf_dp_check_carrier(struct wf_dp *dp, const struct wf_plan *plan, struct wf_err *err)
{
	int ret = 0;

	for (uint32_t dir = 0; dir < plan->n_dirs; dir++) {
		const struct wf_port *p = port_of(dp, dir);
		struct wf_where where = wf_port_where(p);

		if (plan->dir[dir].carrier && wf_carrier_check(p->devargs, &where, err) < 0)
			ret = -EINVAL;
	}
	return ret;
}

static void
tell(struct wf_dp *dp, const struct wf_port *p, bool cut)
{
	wf_event_say(dp->events, cut ? WF_EVENT_carrier_taken : WF_EVENT_carrier_given, p->name,
		"port %s: its host %s", p->name,
		cut ? "has no carrier while the outage lasts" : "has its carrier again");
}

static void
apply(struct wf_dp *dp, struct wf_port *p, bool cut, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	int ret;

	if (p->cut == cut)
		return;
	wf_port_account(p);
	if (cut) {
		p->cut = true;
		wf_port_shut(p);
	}
	ret = wf_carrier_set(p, !cut);
	if (ret < 0)
		wf_err_add(err, &where, NULL, "%s: the carrier cannot be %s: %s", p->device,
			cut ? "taken" : "given back", strerror(-ret));
	else
		tell(dp, p, cut);
	if (cut)
		return;
	/* As it is plugged in, it is taken to be up until the kernel says otherwise. */
	wf_port_account(p);
	p->cut = false;
	p->host.down = p->host.gone || p->host.lost;
	wf_port_shut(p);
}

wf_ns_t
wf_dp_carrier(struct wf_dp *dp, struct wf_err *err)
{
	wf_ns_t now_ns = wf_clock_ns(&dp->clock), next_ns = UINT64_MAX;
	const struct wf_plan *plan = wf_plan_at(wf_dp_plan(dp), now_ns);

	for (uint32_t dir = 0; dir < plan->n_dirs; dir++) {
		const struct wf_plan_dir *d = &plan->dir[dir];
		wf_ns_t origin_ns = d->origin_ns > dp->start_ns ? d->origin_ns : dp->start_ns;
		wf_ns_t ns = now_ns - origin_ns, until_ns = UINT64_MAX;

		apply(dp, port_of(dp, dir),
			d->carrier && wf_outage_is_down(d->carrier, ns, &until_ns), err);
		if (until_ns != UINT64_MAX && until_ns - ns < next_ns)
			next_ns = until_ns - ns;
	}
	return next_ns;
}
