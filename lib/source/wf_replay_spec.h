/* SPDX-License-Identifier: BSD-3-Clause
 * What a replay is told: "pcap,file=talk.pcapng,pace=x2,loops=10,split=first", taken apart and
 * checked. Pure functions but for a look at the files' sizes; control thread.
 */
#ifndef WF_REPLAY_SPEC_H
#define WF_REPLAY_SPEC_H

#include "wf_cap.h"
#include "wf_param.h"
#include "wf_replay_pace.h"
#include "wf_rewrite.h"

#define WF_REPLAY_FILES 64
#define WF_REPLAY_SIDES 2

/* What becomes of packets that are late by more than `tolerance_ns`. */
enum wf_replay_late {
	WF_REPLAY_CATCH_UP, /* they leave at once, up to `burst` of them at a time */
	WF_REPLAY_SLIP,     /* so does the first; all behind it keep their distance from it */
	WF_REPLAY_DROP,     /* they are left out */
};
/* Of packets that were not captured in full. */
enum wf_replay_cut { WF_REPLAY_CUT_SKIP, WF_REPLAY_CUT_PAD, WF_REPLAY_CUT_SEND };

struct wf_replay_spec {
	char *files; /* heap; its names, each with a zero behind it */
	uint32_t n_files;
	const char *file[WF_REPLAY_FILES];
	uint64_t file_bytes; /* of all that are known */
	bool own_gaps;       /* between files, as their times say */
	struct wf_replay_pace pace;
	uint64_t loops;         /* 0: without end */
	uint64_t packets;       /* 0: all of them */
	wf_ns_t gap_ns, end_ns; /* between loops and files; end_ns 0: when it is over */
	uint8_t late, cut;      /* enum wf_replay_late, enum wf_replay_cut */
	uint32_t burst;
	wf_ns_t tolerance_ns;
	uint64_t memory_bytes;
	bool waits; /* until it is told to start */
	struct wf_cap_options cap;
	struct wf_rewrite rewrite[WF_REPLAY_SIDES];
};

/* Its arguments, for the manual. */
extern const struct wf_param wf_replay_table[];

/* The device string, whose first word is not looked at. 0, or -EINVAL with all reasons; `where` is
 * the port's. To be released in every case. Without files (n_files = 0) it only takes packets. */
int wf_replay_parse(const char *device, struct wf_replay_spec *out, const struct wf_where *where,
	struct wf_err *err);
void wf_replay_release(struct wf_replay_spec *spec);

/* Where what is sent to the port is written to: "pcap,to=out.pcapng", beside or without a file. */
struct wf_replay_to {
	char *path;            /* heap; NULL: nowhere */
	uint64_t buffer_bytes; /* that packets wait in for the disk */
};
/* Of any device string of a pcap port. 0, or -EINVAL with all reasons. */
int wf_replay_to(const char *device, struct wf_replay_to *out, const struct wf_where *where,
	struct wf_err *err);
/* Is the file one of those that a pcap port sends? */
bool wf_replay_reads(const char *device, const char *path, const struct wf_where *where);

/* "pcap,of=a,dmac=...": the port whose capture's other side it sends, or false. */
#define WF_REPLAY_NAME 64
bool wf_replay_of(const char *device, char name[WF_REPLAY_NAME]);
/* Its own rewriting, which goes to *out; of all other keys it takes none. 0 or -EINVAL. */
int wf_replay_parse_other(const char *device, struct wf_rewrite *out, const struct wf_where *where,
	struct wf_err *err);

#endif
