/* SPDX-License-Identifier: BSD-3-Clause
 * The files of the page, in the program itself: nothing has to be installed beside it, and the page
 * always fits the API.
 */
#ifndef WF_PAGE_H
#define WF_PAGE_H

#include <stddef.h>

struct wf_page_file {
	const char *name; /* "app.js" */
	const char *type; /* media type */
	const char *etag; /* of its bytes, with its quotes */
	const unsigned char *data;
	size_t size;
};

/* Made from assets/ when wirefault is built; ends with a name of NULL. */
extern const struct wf_page_file wf_page_files[];

/* NULL: there is none of this name. */
const struct wf_page_file *wf_page_find(const char *name);

#endif
