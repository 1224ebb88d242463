/* SPDX-License-Identifier: BSD-3-Clause
 * Keys that a stage must refuse, and in which words. After cmocka.h.
 */
#ifndef REFUSED_H
#define REFUSED_H

#include <errno.h>
#include <string.h>

#include "rig.h"

/* The rig was made of `keys`: fails unless it was refused with a message that has these words, a
 * hint and a place. Frees it. */
static inline void
refused_by(struct rig *r, const char *keys, const char *words)
{
	const struct wf_err_item *e = wf_err_item(r->err, 0);

	if (r->variant != -EINVAL || e == NULL)
		fail_msg("\"%s\" was accepted", keys);
	else if (strstr(e->message, words) == NULL)
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", keys, e->message, words);
	else if (e->message[strlen(e->message) - 1] == '.')
		fail_msg("\"%s\": \"%s\" ends with a full stop", keys, e->message);
	else if (e->hint == NULL || e->hint[0] == '\0')
		fail_msg("\"%s\": \"%s\" has no hint", keys, e->message);
	else if (e->file == NULL || (strcmp(e->file, "rig") == 0 && e->line != 1))
		fail_msg("\"%s\": \"%s\" does not say where", keys, e->message);
	rig_free(r);
}

static inline void
refused(enum wf_block_id id, const char *keys, const char *words)
{
	refused_by(rig_new(id, keys), keys, words);
}

#endif
