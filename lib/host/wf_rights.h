/* SPDX-License-Identifier: BSD-3-Clause
 * What the kernel lets us do with network interfaces, known before anything is tried. Control
 * thread.
 */
#ifndef WF_RIGHTS_H
#define WF_RIGHTS_H

#include "wf_types.h"

/* The first capability of those that are wanted that this process hasn't; NULL: it has them. */
const char *wf_rights_lacking(bool net_admin, bool net_raw);

#endif
