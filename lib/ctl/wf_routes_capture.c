/* SPDX-License-Identifier: BSD-3-Clause
 * Captures: begun, looked at, ended. Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
describe(const struct wf_capture_status *s)
{
	static const char *const states[] = { [WF_CAPTURE_RUNS] = "running",
		[WF_CAPTURE_ENDED] = "ended",
		[WF_CAPTURE_FAILED] = "failed" };
	char name[WF_CAPTURE_NAME];

	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o*}", "state", states[s->state], "file",
		wf_json_text(wf_capture_name_of(s->name, s->rotates ? s->file : 0, name)), "files",
		number(s->file), "bytes", number(s->bytes), "captured", number(s->captured),
		"capture_missed", number(s->missed), "error",
		s->error != 0 ? wf_json_text(strerror(-s->error)) : NULL);
}

/* The last capture, or none. */
static json_t *
captures(const struct wf_request *r)
{
	struct wf_capture_status s;

	return r->ops->capture_status(r->ops->ctx, &s)
		       ? json_pack("{s:[o]}", "captures", describe(&s))
		       : json_pack("{s:[]}", "captures");
}

void
wf_route_captures_get(struct wf_request *r)
{
	wf_http_json(r, 200, captures(r));
}

/* It has begun, or ended. */
static void
tell(struct wf_request *r)
{
	wf_http_tell();
	wf_http_told(r, captures(r));
}

/* What the body asks for. 0; or -errno, and it has been replied. */
static int
read_body(struct wf_request *r, struct wf_conf_capture *what, struct wf_err *err)
{
	const struct wf_conf *conf = r->ops->setup(r->ops->ctx)->conf;
	json_t *body = wf_http_body_json(r);
	struct wf_node *tree = body != NULL ? wf_json_to_node(body) : NULL;
	int rc = -EINVAL;

	if (body == NULL)
		return -EINVAL;
	if (!json_is_object(body))
		wf_http_problem(r, 422, NULL,
			"A capture is asked for by a JSON object of single "
			"values.");
	else if (tree == NULL)
		wf_http_failed(r, -ENOMEM, NULL);
	else if (wf_conf_bind_capture(tree, &conf->capture, what, err) < 0)
		wf_http_invalid(r, err, "There is no such capture; none has begun.");
	else
		rc = 0;
	wf_node_free(tree);
	json_decref(body);
	if (rc == 0 && what->file == NULL) {
		wf_http_problem(r, 422, NULL,
			"Say how the file is to be called: {\"file\": \"lab.pcapng\"}.");
		wf_conf_free_capture(what);
		rc = -EINVAL;
	}
	return rc;
}

/* What flows from the reply on is in it. A worker that stands still takes it up when it does not.
 */
static bool
try_begun(struct wf_request *r, bool late)
{
	if (!r->ops->capture_settled(r->ops->ctx) && !late)
		return false;
	tell(r);
	return true;
}

void
wf_route_captures_post(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	struct wf_conf_capture what;
	int rc;

	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	if (read_body(r, &what, err) == 0) {
		rc = r->ops->capture_start(r->ops->ctx, &what, err);
		if (rc == 0)
			wf_later_try(r, try_begun);
		else if (rc == -EBUSY)
			wf_http_problem(r, 409, NULL,
				"A capture is running. End it first: wfctl capture stop.");
		else if (rc == -EINVAL)
			wf_http_invalid(r, err, "There is no such capture; none has begun.");
		else
			wf_http_failed(r, rc, err);
		wf_conf_free_capture(&what);
	}
	wf_err_free(err);
}

static bool
try_stop(struct wf_request *r, bool late)
{
	int rc = r->ops->capture_stop(r->ops->ctx);

	if (rc == -EAGAIN && !late)
		return false;
	if (rc == -ENOENT)
		wf_http_problem(r, 409, NULL, "No capture is running.");
	else if (rc < 0)
		wf_http_problem(r, 503, NULL, "A worker does not answer now. Try again.");
	else
		tell(r);
	return true;
}

void
wf_route_captures_delete(struct wf_request *r)
{
	wf_later_try(r, try_stop);
}
