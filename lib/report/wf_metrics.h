/* SPDX-License-Identifier: BSD-3-Clause
 * A snapshot in Prometheus' text format. Control threads only.
 */
#ifndef WF_METRICS_H
#define WF_METRICS_H

#include <stdio.h>

#include "wf_snapshot.h"

#define WF_METRICS_MEDIA "text/plain; version=0.0.4; charset=utf-8"

/* Base units, counters that end with _total, labels of links, directions, classes, ports, workers
 * and causes, but never of flows; histograms of 16 buckets. */
void wf_metrics_write(const struct wf_snapshot *s, FILE *out);

#endif
