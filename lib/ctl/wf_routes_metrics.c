/* SPDX-License-Identifier: BSD-3-Clause
 * Handler of /metrics: a snapshot for Prometheus. Control thread only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_later.h"
#include "wf_metrics.h"
#include "wf_routes.h"

static bool
try_metrics(struct wf_request *r, bool late)
{
	struct wf_snapshot *snap = r->ops->snapshot(r->ops->ctx);
	char *text = NULL;
	size_t len = 0;
	bool whole;
	FILE *out = snap != NULL ? open_memstream(&text, &len) : NULL;

	if (snap == NULL && !late)
		return false;
	if (out != NULL)
		wf_metrics_write(snap, out);
	whole = out != NULL && !ferror(out);
	if (out != NULL)
		whole &= fclose(out) == 0;
	if (snap == NULL)
		wf_http_problem(r, 503, NULL, "A worker does not answer. Try again.");
	else if (!whole)
		wf_http_failed(r, -ENOMEM, NULL);
	else
		wf_http_bytes(r, WF_METRICS_MEDIA, text, len);
	free(text);
	wf_snapshot_free(snap);
	return true;
}

void
wf_route_metrics(struct wf_request *r)
{
	wf_later_try(r, try_metrics);
}
