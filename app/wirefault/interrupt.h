/* SPDX-License-Identifier: BSD-3-Clause
 * TERM and INT for those that measure: held from the beginning, and asked for where the thread
 * waits.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "wf_types.h"

/* From now on they wait until they are waited for. */
void wf_interrupt_hold(void);
/* Waits. -EINTR: one of them has come. */
int wf_interrupt_wait(wf_ns_t ns);

#endif
