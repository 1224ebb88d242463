/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as settings of a dummynet pipe, and as a profile. libFuzzer.
 */
#include "wf_import_dummynet.h"
#include "words.h"

static int
import(const char *words, FILE *out, struct wf_err *err)
{
	return wf_import_dummynet(words, "samples", out, NULL, err);
}

static void
profile(const uint8_t *data, size_t size)
{
	struct wf_dummynet_profile *p = calloc(1, sizeof(*p));
	struct wf_err *err = wf_err_new();
	char *text = strndup((const char *)data, size);

	if (wf_dummynet_profile_read("profile", text, p, err) < 0
			? wf_err_count(err) == 0
			: p->kept < 0 || p->kept > p->samples)
		abort();
	wf_err_free(err);
	free(text);
	free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == '#')
		profile(data, size);
	else
		fuzz_words(data, size, import);
	return 0;
}
