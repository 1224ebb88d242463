/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as a command line of mahimahi. libFuzzer.
 */
#include "words.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_words(data, size, wf_import_mahimahi);
	return 0;
}
