/* SPDX-License-Identifier: BSD-3-Clause
 * What bodies and answers look like, as JSON Schema: by hand what is ours alone, and from the
 * parameter tables what a configuration may say. Control thread only. Inside lib/ctl.
 */
#ifndef WF_SCHEMAS_H
#define WF_SCHEMAS_H

#include <jansson.h>

#include "wf_types.h"

/* Names to schemas, for components.schemas. NULL: out of memory. */
json_t *wf_schemas(void);
/* wf_schemas_conf.c: adds those of a configuration: config, port, link, class, match, control,
 * direction, patch, and one a block. 0 or -ENOMEM. */
int wf_schemas_add_conf(json_t *all);

#endif
