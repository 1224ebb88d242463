/* SPDX-License-Identifier: BSD-3-Clause
 * The tables of parameters as JSON, for forms and other programs. Control threads only.
 */
#ifndef WF_JSON_PARAMS_H
#define WF_JSON_PARAMS_H

#include <jansson.h>

/* {"blocks": [{"name": "delay", "summary": ..., "main": "mean", "selector": "distribution",
 * "params": [{"key": ..., "type": ..., "help": ..., and what there is of "default", "min", "max",
 * "choices", "belongs" (choices of the selector)}]}]}, in the order in which packets meet the
 * blocks. NULL: out of memory. */
json_t *wf_json_params(void);

#endif
