/* SPDX-License-Identifier: BSD-3-Clause
 * Replies that wait for workers. Control thread only.
 */
#include "wf_later.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_EVERY_MS 1
#define PATIENCE_NS   WF_NS_PER_S

struct waiting {
	struct waiting *next;
	struct wf_request r;
	wf_later_attempt *attempt; /* NULL: it is a change: */
	struct wf_ctl_progress wanted;
	json_t *body;
	wf_ns_t give_up_ns;
};

struct wf_later {
	const struct wf_ctl_ops *ops;
	struct event *timer; /* pending: somebody waits */
	struct waiting *first;
};

static wf_ns_t
read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (wf_ns_t)ts.tv_sec * WF_NS_PER_S + (wf_ns_t)ts.tv_nsec;
}

/* An instant by the wall clock as events have it. */
static wf_ns_t
monotonic_of(wf_ns_t wall_ns)
{
	return wall_ns - read_clock(CLOCK_REALTIME) + read_clock(CLOCK_MONOTONIC);
}

/* What is told of the request, for as long as it waits. */
static int
keep(struct waiting *w, struct wf_request *r)
{
	w->r = *r;
	w->r.about = r->about != NULL ? strdup(r->about) : NULL;
	if (r->about != NULL && w->r.about == NULL)
		return -1;
	r->what = r->work = NULL; /* not the caller's to free any more */
	return 0;
}

static void
forget(struct waiting *w)
{
	free((char *)(uintptr_t)w->r.about);
	free(w->r.what);
	free(w->r.work);
	free(w);
}

/* Replies if it is in force or `late`. Workers may have gone further since: what is told is of this
 * change. */
static bool
reply(struct wf_request *r, const struct wf_ctl_progress *wanted, json_t *body, bool late)
{
	struct wf_ctl_progress now = r->ops->progress(r->ops->ctx);
	bool pending = now.generation < wanted->generation;
	const struct wf_ctl_progress *told = pending ? &now : wanted;
	char least[96];
	json_t *j;

	if (pending && !late)
		return false;
	j = json_pack("{s:I,s:I}", "generation", (json_int_t)told->generation, "effective_at_ns",
		(json_int_t)told->since_ns);
	if (j != NULL && pending)
		json_object_set_new(j, "pending", json_integer((json_int_t)wanted->generation));
	if (j == NULL || body == NULL || json_object_update(j, body) < 0) {
		json_decref(j);
		j = NULL;
	}
	json_decref(body);
	r->generation = wanted->generation;
	r->at_ns = pending ? 0 : monotonic_of(wanted->since_ns);
	if (j != NULL && wf_http_try_json(r, 200, j))
		return true;
	/* Without memory for all of it: it has happened, and that must not be told as a failure. */
	snprintf(least, sizeof(least), "{\"generation\": %llu, \"effective_at_ns\": %llu}\n",
		(unsigned long long)told->generation, (unsigned long long)told->since_ns);
	wf_http_bytes(r, "application/json", least, strlen(least));
	return true;
}

static void
look_again(struct wf_later *l)
{
	const struct timeval period = { .tv_usec = LOOK_EVERY_MS * 1000 };

	if (l->first != NULL)
		event_add(l->timer, &period);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wf_later *l = arg;
	wf_ns_t now_ns = read_clock(CLOCK_MONOTONIC);
	struct waiting **link = &l->first, *w;

	while ((w = *link) != NULL) {
		bool late = now_ns >= w->give_up_ns;

		wf_http_memory_begin();
		if (w->attempt != NULL ? !w->attempt(&w->r, late)
				       : !reply(&w->r, &w->wanted, w->body, late)) {
			link = &w->next;
			continue;
		}
		*link = w->next;
		forget(w);
	}
	look_again(l);
}

struct wf_later *
wf_later_new(struct event_base *base, const struct wf_ctl_ops *ops)
{
	struct wf_later *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->ops = ops;
	l->timer = evtimer_new(base, on_timer, l);
	if (l->timer != NULL)
		return l;
	free(l);
	return NULL;
}

void
wf_later_free(struct wf_later *l)
{
	if (l == NULL)
		return;
	while (l->first != NULL) {
		struct waiting *w = l->first;

		l->first = w->next;
		json_decref(w->body);
		forget(w);
	}
	event_free(l->timer);
	free(l);
}

/* `like`, of a request that waits from here on. false: out of memory, and it does not. */
static bool
wait_for(struct wf_request *r, const struct waiting *like)
{
	struct waiting *w = malloc(sizeof(*w));

	if (w == NULL)
		return false;
	*w = *like;
	if (keep(w, r) < 0) {
		free(w);
		return false;
	}
	w->next = r->later->first;
	w->give_up_ns = read_clock(CLOCK_MONOTONIC) + PATIENCE_NS;
	r->later->first = w;
	look_again(r->later);
	return true;
}

void
wf_later_try(struct wf_request *r, wf_later_attempt *attempt)
{
	if (!attempt(r, false) && !wait_for(r, &(struct waiting){ .attempt = attempt }))
		attempt(r, true);
}

void
wf_later_reply(struct wf_request *r, uint64_t generation, json_t *body)
{
	const struct wf_ctl_ops *ops = r->ops;
	/* It has just been asked for: the last setup is its own. */
	struct wf_ctl_progress wanted = { generation,
		ops->wall(ops->ctx, ops->setup(ops->ctx)->plan->from_ns) };

	/* One that lacks something would tell what is not so. */
	if (wf_http_memory_lacked()) {
		json_decref(body);
		body = NULL;
	}
	if (!reply(r, &wanted, body, false) &&
		!wait_for(r, &(struct waiting){ .wanted = wanted, .body = body }))
		reply(r, &wanted, body, true);
}
