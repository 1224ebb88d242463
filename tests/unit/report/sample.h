/* SPDX-License-Identifier: BSD-3-Clause
 * A snapshot whose every number is known, for the tests of what is made of snapshots.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "wf_snapshot.h"

/* Link "wan" of ports a and b. ab: 1000 received, 10 duplicated, 30 lost (loss 20, queue_full 10),
 * 975 sent, 5 held; every delay 20 ms, every error 300 ns; classes default and voip. ba: nothing.
 */
struct wf_snapshot *sample_snapshot(bool live);

#endif
