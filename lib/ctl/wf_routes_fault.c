/* SPDX-License-Identifier: BSD-3-Clause
 * Handler of faults: overrides of all that a link does, which end by themselves. Control thread
 * only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_routes.h"
#include "wf_target.h"
#include "wf_units.h"

static const struct wf_node *
running(const struct wf_request *r)
{
	return r->ops->setup(r->ops->ctx)->tree;
}

struct fault {
	char type[16], duration[32], side[8], period[32], down[32], delay[32];
};

static const struct fault_key {
	const char *name, *what;
	size_t offset, room;
} fault_keys[] = {
	{ "type", "blackhole, flap or spike", offsetof(struct fault, type), 16 },
	{ "duration", "a time, such as 3s", offsetof(struct fault, duration), 32 },
	{ "side", "ab, ba or both", offsetof(struct fault, side), 8 },
	{ "period", "a time: from one flap to the next", offsetof(struct fault, period), 32 },
	{ "down", "a time: how long each flap lasts", offsetof(struct fault, down), 32 },
	{ "delay", "a time: what a spike delays packets by", offsetof(struct fault, delay), 32 },
};

static bool
read_key(struct wf_request *r, const char *key, const json_t *value, struct fault *f)
{
	const char *names[WF_ARRAY_SIZE(fault_keys) + 1] = { 0 }, *near;
	const char *text = json_string_value(value);

	for (size_t i = 0; i < WF_ARRAY_SIZE(fault_keys); i++) {
		const struct fault_key *k = &fault_keys[i];

		names[i] = k->name;
		if (strcmp(k->name, key) != 0)
			continue;
		if (text != NULL && strlen(text) < k->room) {
			strcpy((char *)f + k->offset, text);
			return true;
		}
		wf_http_problem(r, 422, NULL, "%s is %s.", key, k->what);
		return false;
	}
	near = wf_suggest(key, names);
	wf_http_problem(r, 422, NULL, "A fault has no key \"%.80s\".%s%s%s", key,
		near != NULL ? " Did you mean \"" : "", near != NULL ? near : "",
		near != NULL ? "\"?" : "");
	return false;
}

/* {blackhole = true}, {outage = {...}} or {delay = {...}}, and nothing left of what these were. */
static struct wf_node *
fault_patch(const struct wf_node *dir, const void *ctx)
{
	const struct fault *f = ctx;
	struct wf_err *err = wf_err_new();
	struct wf_node *want = wf_node_new(WF_NODE_GROUP, NULL), *patch = NULL;
	struct wf_node *own = dir != NULL ? wf_node_clone(dir) : wf_node_new(WF_NODE_GROUP, NULL);
	const char *block = strcmp(f->type, "flap") == 0    ? "outage"
			    : strcmp(f->type, "spike") == 0 ? "delay"
							    : "blackhole";
	char text[128];
	int rc = err != NULL && want != NULL && own != NULL ? 0 : -ENOMEM;

	/* Of the direction only that block is replaced. */
	for (struct wf_node *n = own != NULL ? own->first : NULL, *next; n != NULL; n = next) {
		next = n->next;
		if (strcmp(n->name, block) != 0)
			wf_node_free(n);
	}
	if (rc == 0 && strcmp(block, "outage") == 0) {
		snprintf(text, sizeof(text), "outage.period=%s", f->period);
		rc = wf_conf_patch_set(want, text, err);
		snprintf(text, sizeof(text), "outage.down=%s", f->down);
	} else if (strcmp(block, "delay") == 0) {
		snprintf(text, sizeof(text), "delay.mean=%s", f->delay);
	} else {
		snprintf(text, sizeof(text), "blackhole=true");
	}
	if (rc == 0 && wf_conf_patch_set(want, text, err) == 0)
		patch = wf_conf_patch_to(own, want);
	wf_node_free(want);
	wf_node_free(own);
	wf_err_free(err);
	return patch;
}

/* False: 422 has been replied. */
static bool
check_fault(struct wf_request *r, const struct fault *f, wf_ns_t *for_ns)
{
	bool flap = strcmp(f->type, "flap") == 0, spike = strcmp(f->type, "spike") == 0;

	if (!flap && !spike && strcmp(f->type, "blackhole") != 0) {
		wf_http_problem(
			r, 422, NULL, "type is blackhole, flap or spike, not \"%s\".", f->type);
		return false;
	}
	if (wf_units_duration(f->duration, for_ns) < 0 || *for_ns < WF_NS_PER_MS ||
		*for_ns > 365ull * 86400 * WF_NS_PER_S) {
		wf_http_problem(r, 422, NULL,
			"duration is a time from 1ms to a year, such as 3s, not \"%s\".",
			f->duration);
		return false;
	}
	if (strcmp(f->side, "ab") != 0 && strcmp(f->side, "ba") != 0 &&
		strcmp(f->side, "both") != 0) {
		wf_http_problem(r, 422, NULL, "side is ab, ba or both, not \"%s\".", f->side);
		return false;
	}
	return true;
}

/* Times that are of no use to this type are none the less to be times. */
static bool
check_times(struct wf_request *r, const struct fault *f)
{
	const char *const text[] = { f->period, f->down, f->delay };
	static const char *const names[] = { "period", "down", "delay" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(text); i++) {
		wf_ns_t ns;

		if (wf_units_duration(text[i], &ns) == 0)
			continue;
		wf_http_problem(r, 422, NULL, "%s is a time, such as 500ms, not \"%s\".", names[i],
			text[i]);
		return false;
	}
	return true;
}

static json_t *
link_json(struct wf_request *r, const void *ctx)
{
	return wf_json_from_node(wf_conf_owner_node(running(r), r->param[0], NULL));
}

static bool
read_fault(struct wf_request *r, const json_t *body, struct fault *f)
{
	const char *key;
	json_t *value;

	*f = (struct fault){ .side = "both", .period = "1s", .down = "500ms", .delay = "500ms" };
	json_object_foreach(
		(json_t *)body, key, value) if (!read_key(r, key, value, f)) return false;
	return true;
}

void
wf_route_fault(struct wf_request *r)
{
	const struct wf_target t = { .link = r->param[0] };
	struct wf_node *link = wf_conf_owner_node(running(r), t.link, NULL);
	struct wf_everywhere e = { .make = fault_patch };
	wf_ns_t for_ns = 0;
	struct fault f;
	json_t *body;

	if (link == NULL) {
		wf_target_unknown(r, &t, NULL);
		return;
	}
	r->about = r->param[0];
	body = wf_target_body(r);
	if (body == NULL)
		return;
	if (read_fault(r, body, &f) && check_fault(r, &f, &for_ns) && check_times(r, &f)) {
		e.c = wf_change_new(0, for_ns);
		e.ctx = &f;
		e.side[0] = strcmp(f.side, "ba") != 0;
		e.side[1] = strcmp(f.side, "ab") != 0;
		if (e.c == NULL || wf_everywhere_add(&e, link) < 0)
			wf_http_failed(r, -ENOMEM, NULL);
		else
			wf_target_submit(r, e.c, NULL, link_json, NULL);
		wf_change_free(e.c);
	}
	json_decref(body);
}
