/* SPDX-License-Identifier: BSD-3-Clause
 * What begins or ends by itself: its setup is made a little ahead of its time, and offered a little
 * later; whatever is asked for in between comes first, and it is made anew. Control thread.
 */
#include <errno.h>
#include <string.h>

#include "live_runs.h"

/* It is made WF_LIVE_LEAD_NS before, in peace, and offered so long before: what is asked for from
 * then on waits for it. */
#define OFFER_NS (10 * WF_NS_PER_MS)
/* After something has failed that nobody waits for. */
#define AGAIN_NS WF_NS_PER_S

/* What begins or ends by itself cannot be made; says so the first time. */
static void
put_off(struct wf_live *live, int rc, const struct wf_err *err)
{
	if (!live->failing) {
		if (err != NULL)
			wf_event_warn(live->events, err);
		wf_event_say(live->events, WF_EVENT_warning, NULL,
			"a change that begins or ends by itself cannot be made yet: %s",
			strerror(-rc));
	}
	live->failing = true;
	live->again_ns = wf_dp_now(live->dp) + AGAIN_NS;
}

/* With all overrides but `n` from the i-th on. */
static int
make_without(struct wf_live *live, wf_ns_t from_ns, uint32_t i, uint32_t n, struct wf_err *err)
{
	struct wf_overrides list = { 0 };
	int rc = wf_overrides_copy(&list, &live->setup->overrides, 0);

	for (; rc == 0 && n > 0; n--)
		wf_overrides_drop(&list, i);
	if (rc == 0)
		rc = wf_live_make(live, NULL, &list, from_ns, &live->ready, err);
	wf_overrides_fini(&list);
	return rc;
}

/* What is left when some have ended may make no sense without them: then one that is to blame goes,
 * too, or all behind one; none if that does not help. */
static int
make_sense(struct wf_live *live, wf_ns_t from_ns)
{
	uint32_t n = live->setup->overrides.n;
	struct wf_err *err = wf_err_new();
	int rc = err != NULL ? make_without(live, from_ns, 0, n, err) : -ENOMEM;

	if (rc == 0) { /* the base does */
		wf_setup_free(live->ready);
		live->ready = NULL;
		rc = -EINVAL;
		for (uint32_t i = n; rc == -EINVAL && i-- > 0;)
			rc = make_without(live, from_ns, i, 1, err);
		for (uint32_t i = n; rc == -EINVAL && i-- > 0;)
			rc = make_without(live, from_ns, i, n - i, err);
	}
	wf_err_free(err);
	return rc;
}

static int
prepare(struct wf_live *live, wf_ns_t from_ns)
{
	struct wf_err *err = wf_err_new();
	int rc = err != NULL ? make_without(live, from_ns, 0, 0, err) : -ENOMEM;

	if (rc == -EINVAL) {
		rc = make_sense(live, from_ns);
		if (rc == 0)
			wf_event_warn(live->events, err);
	}
	if (rc < 0)
		put_off(live, rc, err);
	wf_err_free(err);
	return rc;
}

/* Those that went with what has ended. */
static void
tell_undone(const struct wf_live *live)
{
	char change[WF_CHANGE_TEXT];

	for (uint32_t i = 0; i < live->setup->dropped.n; i++)
		wf_event_say(live->events, WF_EVENT_warning, NULL,
			"a change has ended, and \"%s\" makes no sense without it: undone",
			wf_change_format(live->setup->dropped.at[i].change, change));
}

wf_ns_t
wf_live_follow_edges(struct wf_live *live)
{
	wf_ns_t now_ns = wf_dp_now(live->dp), at_ns = wf_overrides_edge(&live->setup->overrides);
	bool busy = live_runs_busy(live->runs);
	wf_ns_t lead_ns = busy ? LIVE_RUNS_LEAD_NS : WF_LIVE_LEAD_NS;
	wf_ns_t offer_ns;
	int rc;

	if (at_ns == UINT64_MAX)
		return UINT64_MAX;
	if (now_ns < live->again_ns)
		return live->again_ns;
	if (live->ready == NULL) {
		if (at_ns > now_ns + lead_ns)
			return at_ns - lead_ns;
		/* One that has passed is merged at once, with all that have. */
		if (prepare(live, at_ns > now_ns ? at_ns : now_ns) < 0)
			return live->again_ns;
		now_ns = wf_dp_now(live->dp);
	}
	at_ns = live->ready->plan->from_ns;
	offer_ns = live_runs_offer_ns(live->runs, at_ns, OFFER_NS);
	if (at_ns > now_ns + offer_ns)
		return at_ns - offer_ns;
	rc = wf_live_offer(live, live->ready);
	if (rc < 0) {
		put_off(live, rc, NULL);
		return live->again_ns;
	}
	tell_undone(live);
	return now_ns;
}
