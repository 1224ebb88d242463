/* SPDX-License-Identifier: BSD-3-Clause
 * A capture read to its end, and small pcap files made by hand.
 */
#ifndef CAPTURES_H
#define CAPTURES_H

#include "fixture.h"

struct seen {
	struct wf_cap_packet p[1100];
	uint8_t head[1100][64];
	uint32_t n;
	int rc; /* of the last read */
	struct wf_cap_notes notes;
	char errors[512];
};
extern struct seen seen;

/* Fills `seen`. */
void read_all(const char *path, const struct wf_cap_options *options);

/* The file under construction: its header, then records. */
extern uint8_t file[8192];
extern size_t file_n;
void begin(uint32_t magic, uint32_t link_type);
void record(uint32_t s, uint32_t fraction, const void *data, uint32_t n);

#endif
