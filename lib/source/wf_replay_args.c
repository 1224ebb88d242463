/* SPDX-License-Identifier: BSD-3-Clause
 * The table of a pcap port's arguments, and the device string taken apart by it. Control thread.
 */
#include "wf_replay_args.h"

#include <string.h>

#include "wf_replay_spec.h"

static const char *const late_names[] = { [WF_REPLAY_CATCH_UP] = "catch-up",
	[WF_REPLAY_SLIP] = "slip",
	[WF_REPLAY_DROP] = "drop",
	NULL };
static const char *const cut_names[] = { [WF_REPLAY_CUT_SKIP] = "skip",
	[WF_REPLAY_CUT_PAD] = "pad",
	[WF_REPLAY_CUT_SEND] = "send",
	NULL };
static const char *const join_names[] = { "append", "times", NULL };
static const char *const start_names[] = { "now", "wait", NULL };

#define STRING(NAME, MEMBER, HELP)                                                                 \
	{                                                                                          \
		.name = (NAME), .type = WF_PARAM_STRING,                                           \
		.offset = offsetof(struct wf_replay_args, MEMBER), .help = (HELP)                  \
	}

const struct wf_param wf_replay_table[] = {
	[WF_REPLAY_ARG_FILES] = STRING("file", file,
		"pcap or pcapng, also as gzip or zstd; several in a row with + between them"),
	[WF_REPLAY_ARG_PACE] = { .name = "pace",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_replay_args, pace),
		.fallback = "x1",
		.help = "x0.01 to x1000 times its own speed; 1000pps; 100Mbit of frames, "
			"100Mbit/l1 of the wire; 1ms from packet to packet; top: as fast as they "
			"are taken; step: one at a time, when asked" },
	[WF_REPLAY_ARG_LOOPS] = { .name = "loops",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_replay_args, loops),
		.fallback = "1",
		.help = "how often all of it is sent; 0: without end" },
	[WF_REPLAY_ARG_GAP] = { .name = "gap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_replay_args, gap_ns),
		.fallback = "0ns",
		.max = "8760h",
		.help = "between the last packet and the first one of the next loop or file, "
			"before "
			"its speed" },
	[WF_REPLAY_ARG_PACKETS] = { .name = "packets",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_replay_args, packets),
		.fallback = "0",
		.help = "ends after so many; 0: not before the end" },
	[WF_REPLAY_ARG_DURATION] = { .name = "duration",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_replay_args, end_ns),
		.fallback = "0ns",
		.help = "ends after this long; 0: not before the end" },
	[WF_REPLAY_ARG_LATE] = { .name = "late",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_replay_args, late),
		.fallback = "catch-up",
		.choices = late_names,
		.help = "what becomes of packets that are late by more than the tolerance: they "
			"leave in bursts until none is late; the rest of the schedule slips by as "
			"much; or they are dropped" },
	[WF_REPLAY_ARG_TOLERANCE] = { .name = "tolerance",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_replay_args, tolerance_ns),
		.fallback = "1ms",
		.help = "lateness that slip and drop let pass" },
	[WF_REPLAY_ARG_BURST] = { .name = "burst",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_replay_args, burst),
		.fallback = "32",
		.min = "1",
		.max = "32",
		.help = "packets at most that leave at once" },
	[WF_REPLAY_ARG_SPLIT] = STRING("split", split,
		"which packets of a capture of both directions are sent: first, syn, mac=ADDRESS, "
		"ip=PREFIX, port=N, interface=N"),
	[WF_REPLAY_ARG_OF] = STRING("of", of,
		"instead of a file: the port whose split it sends the other side of, in one "
		"schedule with it"),
	[WF_REPLAY_ARG_START] = { .name = "start",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_replay_args, start),
		.fallback = "now",
		.choices = start_names,
		.help = "with the run, or when told to" },
	[WF_REPLAY_ARG_JOIN] = { .name = "join",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_replay_args, join),
		.fallback = "append",
		.choices = join_names,
		.help = "of several files: each begins when the one before has ended, or as their "
			"times say" },
	[WF_REPLAY_ARG_TRUNCATED] = { .name = "truncated",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_replay_args, cut),
		.fallback = "skip",
		.choices = cut_names,
		.help = "packets that were not captured in full are left out, filled up with "
			"zeros, or sent as short as they are" },
	[WF_REPLAY_ARG_CONVERT] = { .name = "convert",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_replay_args, convert),
		.fallback = "false",
		.help = "packets of other link types (LINUX_SLL, RAW, NULL) get an Ethernet header "
			"instead of being left out" },
	[WF_REPLAY_ARG_MEMORY] = { .name = "memory",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_replay_args, memory_bytes),
		.fallback = "256MB",
		.min = "8MB",
		.help = "that packets may take; what doesn't fit is read while it is sent" },
	[WF_REPLAY_ARG_SMAC] = STRING("smac", smac, "source MAC address of all packets"),
	[WF_REPLAY_ARG_DMAC] = STRING("dmac", dmac, "destination MAC address"),
	[WF_REPLAY_ARG_MAP] = STRING(
		"map", map, "addresses: 10.1.0.0/16-10.2.0.0/16, several with + between them"),
	[WF_REPLAY_ARG_PORTS] = STRING("ports", ports, "of TCP, UDP and DCCP: 80-8080+443-8443"),
	[WF_REPLAY_ARG_VLAN] = STRING("vlan", vlan, "tags: push-100, set-100 or pop"),
	[WF_REPLAY_ARG_TTL] = STRING("ttl", ttl, "TTL or hop limit: 64, or -1 to lower it by 1"),
	[WF_REPLAY_ARG_UNIQUE] = STRING("unique", unique,
		"other addresses in each loop: 10.1.0.0/16-10.0.0.0/8 moves the prefix on by its "
		"own length within the pool"),
	[WF_REPLAY_ARG_TO] = STRING("to", to,
		"what is sent to the port is written to this file, pcapng of nanoseconds; with or "
		"without a file that comes from it"),
	[WF_REPLAY_ARG_BUFFER] = { .name = "buffer",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_replay_args, buffer_bytes),
		.fallback = "64MiB",
		.min = "1MiB",
		.max = "16GiB",
		.help = "of `to`: where packets wait for the disk; what finds it full is not in "
			"the file, and counted" },
	{ 0 },
};

int
wf_replay_args_read(const char *device, struct wf_replay_args *p, const struct wf_where *where,
	struct wf_err *err)
{
	static const struct wf_param_device pcap = { wf_replay_table, "pcap", "a pcap port" };

	memset(p, 0, sizeof(*p));
	if (wf_param_defaults(wf_replay_table, p) < 0)
		return wf_err_add(err, where, NULL, "out of memory");
	return wf_param_args(&pcap, device, p, where, err);
}
