/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as netem's arguments. libFuzzer.
 */
#include "words.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_words(data, size, wf_import_netem);
	return 0;
}
