/* SPDX-License-Identifier: BSD-3-Clause
 * How interfaces of the host were found, before wirefault changed them: as a file, which outlives a
 * process that is killed. One line an interface, in the order of the changes. Control thread.
 */
#ifndef WF_FOUND_H
#define WF_FOUND_H

#include <net/if.h>

#include "wf_err.h"
#include "wf_offloads.h"
#include "wf_veth.h"

#define WF_FOUND_MAX 1024 /* interfaces in a file */

struct wf_found {
	char name[IF_NAMESIZE];
	int ifindex;
	struct wf_netns netns; /* path "": that of whoever wrote it, told by dev and ino */
	bool peer;             /* the other end of a veth: only its offloads were changed */
	bool xdp;              /* it had an XDP program */
	short flags;
	int mtu;
	struct wf_offloads offloads;
};

/* A line without its newline, at most WF_FOUND_LINE bytes. Pure, as its inverse. */
#define WF_FOUND_LINE 768
void wf_found_format(const struct wf_found *f, char out[WF_FOUND_LINE]);
/* 0 or -EINVAL: it is none. */
int wf_found_parse(const char *line, struct wf_found *out);

/* Replaces the file as a whole, and sees it on the disk; no entries: removes it. 0 or -errno. */
int wf_found_write(const char *path, const struct wf_found *list, uint32_t n);
/* Heap in *list, in the order of the file. The number of entries; 0 as well where there is no file;
 * -EINVAL with a reason. */
int wf_found_read(const char *path, struct wf_found **list, struct wf_err *err);

#endif
