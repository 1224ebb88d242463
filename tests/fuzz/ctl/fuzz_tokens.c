/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a file of tokens: what is read of it lets in who has a line of it, and nobody else.
 * libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_tokens.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct wf_err *err = wf_err_new();
	struct wf_tokens *t;

	memcpy(text, data, size);
	text[size] = '\0';
	t = wf_tokens_parse(text, "tokens", err);
	if ((t != NULL) != (wf_err_count(err) == 0))
		abort();
	if (t != NULL && (wf_tokens_role(t, "") != WF_ROLE_NONE ||
				 wf_tokens_role(t, "not-one-of-them\x7f") != WF_ROLE_NONE))
		abort();
	/* Its first line, if it is a bare token. */
	text[strcspn(text, "\n")] = '\0';
	if (t != NULL && text[0] != '#' && strncmp(text, "read:", 5) != 0 && strlen(text) >= 16 &&
		strpbrk(text, " \t\r") == NULL && wf_tokens_role(t, text) != WF_ROLE_ADMIN)
		abort();
	wf_tokens_free(t);
	wf_err_free(err);
	free(text);
	return 0;
}
