/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl config`: the running configuration. One thread.
 */
#include <stdio.h>
#include <stdlib.h>

#include "client.h"

int
wfctl_config(const struct wfctl_options *o, int argc, char **argv)
{
	const struct client_request r = {
		.method = "GET",
		.path = "/v1/config",
		.accept = o->json ? "application/json" : "text/plain",
	};
	char *text = NULL;
	int rc = client_text(o, &r, &text);

	if (rc == WFCTL_OK && text != NULL)
		fputs(text, stdout);
	free(text);
	return rc;
}
