/* SPDX-License-Identifier: BSD-3-Clause
 * Several changes that are made together. One thread.
 */
#ifndef WFCTL_CHANGES_H
#define WFCTL_CHANGES_H

#include "wfctl.h"

/* LINK [CLASS] SIDE KEY=VALUE..., and more of them behind the word "and": at one instant. */
int wfctl_set_all(const struct wfctl_options *o, int argc, char **argv);

#endif
