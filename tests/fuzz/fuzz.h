/* SPDX-License-Identifier: BSD-3-Clause
 * What every target of libFuzzer has.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
require(bool ok)
{
	if (!ok)
		abort();
}

#endif
