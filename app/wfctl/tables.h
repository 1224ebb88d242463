/* SPDX-License-Identifier: BSD-3-Clause
 * What verbs print with -o csv. One thread.
 */
#ifndef WFCTL_TABLES_H
#define WFCTL_TABLES_H

#include "csv.h"

/* Of a stats document: a row a direction. */
void wfctl_csv_stats(const json_t *stats);
/* A row a member. */
void wfctl_csv_list(const json_t *list, const struct csv_column *columns);
/* Of configured links: a row a key. */
void wfctl_csv_links(const json_t *links);

#endif
