/* SPDX-License-Identifier: BSD-3-Clause
 * Handler of /metrics: a snapshot for Prometheus. Control thread only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_metrics.h"
#include "wf_routes.h"

void
wf_route_metrics(struct wf_request *r)
{
	struct wf_snapshot *snap = r->ops->snapshot(r->ops->ctx);
	char *text = NULL;
	size_t len = 0;
	FILE *out = snap != NULL ? open_memstream(&text, &len) : NULL;

	if (out != NULL)
		wf_metrics_write(snap, out);
	if (snap == NULL)
		wf_http_problem(r, 503, NULL, "No snapshot is available now. Try again.");
	else if (out == NULL || fclose(out) != 0)
		wf_http_failed(r, -ENOMEM, NULL);
	else
		wf_http_bytes(r, WF_METRICS_MEDIA, text, len);
	free(text);
	wf_snapshot_free(snap);
}
