/* SPDX-License-Identifier: BSD-3-Clause
 * A link with classes, and random changes of it: delays with waves, loss chains, copies, edits,
 * rates with and without real queues, reordering, outages.
 */
#ifndef RANDOM_CHANGE_H
#define RANDOM_CHANGE_H

#include "fit.h"
#include "wf_change.h"

struct wf_node *random_base(void);
/* Of one direction or both, of the link or of a class. It may make no sense with what stands. */
struct wf_change *random_change(struct fit_random *r);

#endif
