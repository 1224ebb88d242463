/* SPDX-License-Identifier: BSD-3-Clause
 * What a stage tells the reader of `wirefault check` in words. Control threads only.
 */
#include <stdarg.h>
#include <stdio.h>

#include "wf_stage.h"

void
wf_stage_note(const struct wf_block_compile *c, enum wf_block_id id, const char *fmt, ...)
{
	char *text = wf_stage_reserve(c, WF_STAGE_NOTE);
	va_list args;

	if (text == NULL)
		return;
	va_start(args, fmt);
	vsnprintf(text, WF_STAGE_NOTE, fmt, args);
	va_end(args);
	c->forecast->note[id] = text;
}

void
wf_stage_note_certain(const struct wf_block_compile *c, enum wf_block_id id, const char *what)
{
	wf_stage_note(c, id, "%s: p is 1, which is 100 %%; one per cent is \"1%%\" or 0.01", what);
}
