/* SPDX-License-Identifier: BSD-3-Clause
 * Random configurations of one link, for a bench.
 */
#ifndef RANDOM_TEXT_H
#define RANDOM_TEXT_H

#include "fit.h"

/* 0 to n. */
unsigned random_until(struct fit_random *r, unsigned n);
/* Rates, losses, delays, duplication in both directions and in up to four classes. In bench_text's
 * buffer. */
const char *random_text(struct fit_random *r);

#endif
