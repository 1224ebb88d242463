/* SPDX-License-Identifier: BSD-3-Clause */
#include "wf_page.h"

#include <string.h>

const struct wf_page_file *
wf_page_find(const char *name)
{
	for (const struct wf_page_file *f = wf_page_files; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}
