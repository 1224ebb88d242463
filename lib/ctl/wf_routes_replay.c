/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of replays: each belongs to the port that has the capture, and is known by its name.
 * Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_routes.h"
#include "wf_target.h"

/* The replay with what is known of it now. NULL: out of memory. */
static json_t *
document(const struct wf_ctl_replay *p)
{
	static struct wf_snap_replay look; /* too large for a stack; one thread */
	json_t *j;

	wf_replay_look(p->replay, p->now_ns, &look);
	j = wf_json_replay(&look);
	if (j != NULL && json_object_set_new(j, "port", wf_json_text(p->port)) < 0) {
		json_decref(j);
		return NULL;
	}
	return j;
}

static enum wf_replay_state
state_of(const struct wf_ctl_replay *p)
{
	static struct wf_snap_replay look;

	wf_replay_look(p->replay, p->now_ns, &look);
	return look.state;
}

/* Replay number i. false: there are fewer. */
static bool
number(const struct wf_request *r, uint32_t i, struct wf_ctl_replay *out)
{
	return r->ops->replay != NULL && r->ops->replay(r->ops->ctx, i, out);
}

void
wf_route_replays(struct wf_request *r)
{
	json_t *list = json_array();
	struct wf_ctl_replay p;

	for (uint32_t i = 0; list != NULL && number(r, i, &p); i++)
		if (json_array_append_new(list, document(&p)) < 0) {
			json_decref(list);
			list = NULL;
		}
	wf_http_json(r, 200, list != NULL ? json_pack("{s:o}", "replays", list) : NULL);
}

/* false: 404 has been replied. */
static bool
find(struct wf_request *r, const char *port, struct wf_ctl_replay *out)
{
	const char *names[WF_CONF_MAX_PORTS + 1] = { 0 }, *near;

	for (uint32_t i = 0; i < WF_CONF_MAX_PORTS && number(r, i, out); i++) {
		names[i] = out->port;
		if (strcmp(out->port, port) == 0) {
			r->about = out->port;
			return true;
		}
	}
	near = wf_suggest(port, names);
	wf_http_problem(r, 404, NULL, "There is no port \"%s\" with a capture.%s%s%s", port,
		near != NULL ? " Did you mean \"" : "", near != NULL ? near : "",
		near != NULL ? "\"?" : "");
	return false;
}

void
wf_route_replay_get(struct wf_request *r)
{
	struct wf_ctl_replay p;

	if (find(r, r->param[0], &p))
		wf_http_json(r, 200, document(&p));
}

/* Reads "pace", if it is there. false: 422 has been replied. */
static bool
read_pace(struct wf_request *r, const json_t *body, struct wf_replay_pace *pace)
{
	const struct wf_where where = { .path = "pace" };
	const json_t *text = json_object_get(body, "pace");
	struct wf_err *err;
	int rc;

	if (text == NULL)
		return true;
	err = wf_err_new();
	rc = err == NULL ? -ENOMEM
	     : json_is_string(text)
		     ? wf_replay_pace_parse(json_string_value(text), pace, &where, err)
		     : wf_err_add(err, &where, "Write \"pace\": \"x2\"", "a pace is a string");
	if (rc < 0)
		wf_http_invalid(r, err, "The pace cannot be read.");
	wf_err_free(err);
	return rc == 0;
}

/* A body of these keys only. NULL: it has been refused. */
static json_t *
read_body(struct wf_request *r, const char *const *keys)
{
	json_t *body = wf_http_body_json(r);
	const char *key;
	json_t *v;

	if (body == NULL)
		return NULL;
	json_object_foreach(body, key, v)
	{
		size_t i = 0;

		while (keys[i] != NULL && strcmp(keys[i], key) != 0)
			i++;
		if (keys[i] != NULL)
			continue;
		wf_http_problem(r, 422, NULL, "A replay has no key \"%.64s\".", key);
		json_decref(body);
		return NULL;
	}
	if (json_is_object(body)) {
		r->what = wf_target_words(body);
		return body;
	}
	wf_http_problem(r, 422, NULL, "The body must be a JSON object.");
	json_decref(body);
	return NULL;
}

static void
order(struct wf_request *r, const struct wf_ctl_replay *p, const struct wf_replay_order *o)
{
	wf_replay_want(p->replay, o);
	wf_http_tell();
	wf_http_told(r, document(p));
}

void
wf_route_replay_start(struct wf_request *r)
{
	static const char *const keys[] = { "port", "pace", "paused", NULL };
	json_t *body = read_body(r, keys);
	const char *port = json_string_value(json_object_get(body, "port"));
	struct wf_ctl_replay p;
	struct wf_replay_order o;

	if (body == NULL)
		return;
	if (port == NULL) {
		wf_http_problem(r, 422, NULL, "Write {\"port\": \"NAME\"}.");
	} else if (find(r, port, &p)) {
		o = p.replay->wanted;
		o.runs++;
		o.steps = o.stopped = 0;
		o.paused = json_is_true(json_object_get(body, "paused"));
		if (read_pace(r, body, &o.pace))
			order(r, &p, &o);
	}
	json_decref(body);
}

/* Adds "step" to the order. false: it has been refused. */
static bool
read_step(struct wf_request *r, const json_t *body, struct wf_replay_order *o)
{
	const json_t *step = json_object_get(body, "step");

	if (step == NULL)
		return true;
	if (!json_is_integer(step) || json_integer_value(step) < 1) {
		wf_http_problem(r, 422, NULL, "\"step\" is a number of packets, from 1.");
		return false;
	}
	if (o->pace.kind != WF_REPLAY_PACE_STEP && !o->paused) {
		wf_http_problem(r, 409, NULL,
			"It runs by itself: pause it first, or give it the pace \"step\".");
		return false;
	}
	o->steps += (uint64_t)json_integer_value(step);
	return true;
}

void
wf_route_replay_patch(struct wf_request *r)
{
	static const char *const keys[] = { "pace", "paused", "step", NULL };
	struct wf_ctl_replay p;
	struct wf_replay_order o;
	json_t *body;
	enum wf_replay_state state;

	if (!find(r, r->param[0], &p))
		return;
	body = read_body(r, keys);
	if (body == NULL)
		return;
	state = state_of(&p);
	o = p.replay->wanted;
	if (json_object_get(body, "paused") != NULL)
		o.paused = json_is_true(json_object_get(body, "paused"));
	if (state != WF_REPLAY_RUNNING && state != WF_REPLAY_PAUSED)
		wf_http_problem(r, 409, NULL, "The replay of port \"%s\" is %s. Start it first.",
			p.port, wf_replay_state_name(state));
	else if (read_pace(r, body, &o.pace) && read_step(r, body, &o))
		order(r, &p, &o);
	json_decref(body);
}

void
wf_route_replay_stop(struct wf_request *r)
{
	struct wf_ctl_replay p;
	struct wf_replay_order o;

	if (!find(r, r->param[0], &p))
		return;
	o = p.replay->wanted;
	o.stopped = 1;
	order(r, &p, &o);
}
