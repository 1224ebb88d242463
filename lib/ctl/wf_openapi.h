/* SPDX-License-Identifier: BSD-3-Clause
 * The OpenAPI 3.1 document of the API: from the list of routes and the schemas. Control thread
 * only.
 */
#ifndef WF_OPENAPI_H
#define WF_OPENAPI_H

#include <jansson.h>

/* NULL: out of memory. */
json_t *wf_openapi(void);

#endif
