/* SPDX-License-Identifier: BSD-3-Clause
 * Who a flow is, as JSON. Control threads only.
 */
#ifndef WF_JSON_FLOW_H
#define WF_JSON_FLOW_H

#include <jansson.h>

#include "wf_flow_key.h"

/* Adds protocol, source and destination, and ports, identifier and VLAN if it has some. 0 or
 * -ENOMEM. */
int wf_json_flow(json_t *j, const struct wf_flow_key *key);

#endif
