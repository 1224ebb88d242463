/* SPDX-License-Identifier: BSD-3-Clause
 * Why a value is refused. Control threads only. Both return -EINVAL.
 */
#ifndef WF_PARAM_REFUSE_H
#define WF_PARAM_REFUSE_H

#include "wf_param.h"

/* `text` is no value of the row's type. */
int wf_param_refuse(const struct wf_param *row, const char *text, const struct wf_where *where,
	struct wf_err *err);
/* It is one, but not between the row's bounds; `overflow`: it does not even fit the variable. */
int wf_param_refuse_range(const struct wf_param *row, bool overflow, const char *text,
	const struct wf_where *where, struct wf_err *err);

#endif
