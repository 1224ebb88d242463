/* SPDX-License-Identifier: BSD-3-Clause
 * An event as JSON.
 */
#ifndef WF_JSON_EVENT_H
#define WF_JSON_EVENT_H

#include <jansson.h>

#include "wf_event.h"

/* {"seq":..., "time_ns":..., "monotonic_ns":..., "at_ns":..., "kind":..., "text":...}, and what
 * there is of "who", "about", "what" and "generation". NULL: out of memory. */
json_t *wf_json_event(const struct wf_event *e);

#endif
