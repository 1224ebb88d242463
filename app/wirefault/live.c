/* SPDX-License-Identifier: BSD-3-Clause
 * The running configuration from its start to its end. A timer follows what workers adopt, and has
 * made what begins or ends by itself a little ahead of its time. Control thread.
 */
#include "live.h"

#include "live_runs.h"

#include <errno.h>
#include <event2/event.h>

int
wf_live_init(struct wf_live *live, struct wf_err *err)
{
	const struct wf_node *own = wf_node_get(live->start.tree, "seed");
	struct wf_node *tree;

	if (own != NULL && live->start.seed != live->start.conf->seed &&
		(live->replaced_seed = wf_node_clone(own)) == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	tree = wf_node_clone(live->start.tree);
	if (tree == NULL || wf_live_take_seed(live, tree) < 0) {
		wf_node_free(tree);
		return wf_err_add(err, NULL, NULL, "out of memory");
	}
	return wf_setup_next(NULL, tree, NULL, 0, &live->setup, err);
}

void
wf_live_fini(struct wf_live *live)
{
	wf_node_free(live->replaced_seed);
	wf_setup_free(live->ready);
	wf_offered_fini(&live->before);
	wf_setup_free(live->setup);
	wf_unload(&live->start);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wf_live *live = arg;
	struct wf_dp_adoption a = wf_dp_poll(live->dp);
	wf_ns_t next_ns = wf_live_follow_edges(live), now_ns = wf_dp_now(live->dp);

	wf_offered_pass(&live->before, live->setup, now_ns);
	if ((a.more || live->before.n > 0) && next_ns > now_ns + WF_LIVE_LOOK_EVERY_NS)
		next_ns = now_ns + WF_LIVE_LOOK_EVERY_NS;
	if (next_ns != UINT64_MAX)
		wf_live_look_in(live->timer, next_ns > now_ns ? next_ns - now_ns : 0);
	if (a.generation == live->told)
		return;
	live->told = a.generation;
	live->changed(live->changed_ctx, a.generation);
}

int
wf_live_begin(struct wf_live *live, struct event_base *base)
{
	live->told = live->setup->plan->generation;
	live->timer = evtimer_new(base, on_timer, live);
	live->runs = live_runs_new(live, base);
	return live->timer != NULL && live->runs != NULL ? 0 : -ENOMEM;
}

void
wf_live_end(struct wf_live *live)
{
	live_runs_free(live->runs);
	live->runs = NULL;
	if (live->timer != NULL)
		event_free(live->timer);
	live->timer = NULL;
}
