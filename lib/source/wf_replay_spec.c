/* SPDX-License-Identifier: BSD-3-Clause
 * Arguments of replays. Control thread.
 */
#include "wf_replay_spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct params {
	uint64_t given;
	char *file, *of, *pace, *split;
	uint64_t loops, packets, burst, memory_bytes;
	wf_ns_t gap_ns, end_ns, tolerance_ns;
	int late, cut, join, start;
	bool convert;
	char *smac, *dmac, *map, *ports, *vlan, *ttl, *unique;
};

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

enum {
	FILES,
	PACE,
	LOOPS,
	GAP,
	PACKETS,
	DURATION,
	LATE,
	TOLERANCE,
	BURST,
	SPLIT,
	OF,
	START,
	JOIN,
	TRUNCATED,
	CONVERT,
	MEMORY,
	SMAC,
	DMAC,
	MAP,
	PORTS,
	VLAN,
	TTL,
	UNIQUE,
};

#define STRING(NAME, MEMBER, HELP)                                                                 \
	{                                                                                          \
		.name = (NAME), .type = WF_PARAM_STRING,                                           \
		.offset = offsetof(struct params, MEMBER), .help = (HELP)                          \
	}

const struct wf_param wf_replay_table[] = {
	[FILES] = STRING("file", file,
		"pcap or pcapng, also as gzip or zstd; several in a row with + between them"),
	[PACE] = { .name = "pace",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct params, pace),
		.fallback = "x1",
		.help = "x0.01 to x1000 times its own speed; 1000pps; 100Mbit of frames, "
			"100Mbit/l1 of the wire; 1ms from packet to packet; top: as fast as they "
			"are taken; step: one at a time, when asked" },
	[LOOPS] = { .name = "loops",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct params, loops),
		.fallback = "1",
		.help = "how often all of it is sent; 0: without end" },
	[GAP] = { .name = "gap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct params, gap_ns),
		.fallback = "0ns",
		.max = "8760h",
		.help = "between the last packet and the first one of the next loop or file, "
			"before "
			"its speed" },
	[PACKETS] = { .name = "packets",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct params, packets),
		.fallback = "0",
		.help = "ends after so many; 0: not before the end" },
	[DURATION] = { .name = "duration",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct params, end_ns),
		.fallback = "0ns",
		.help = "ends after this long; 0: not before the end" },
	[LATE] = { .name = "late",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct params, late),
		.fallback = "catch-up",
		.choices = late_names,
		.help = "what becomes of packets that are late by more than the tolerance: they "
			"leave in bursts until none is late; the rest of the schedule slips by as "
			"much; or they are dropped" },
	[TOLERANCE] = { .name = "tolerance",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct params, tolerance_ns),
		.fallback = "1ms",
		.help = "lateness that slip and drop let pass" },
	[BURST] = { .name = "burst",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct params, burst),
		.fallback = "32",
		.min = "1",
		.max = "32",
		.help = "packets at most that leave at once" },
	[SPLIT] = STRING("split", split,
		"which packets of a capture of both directions are sent: first, syn, mac=ADDRESS, "
		"ip=PREFIX, port=N, interface=N"),
	[OF] = STRING("of", of,
		"instead of a file: the port whose split it sends the other side of, in one "
		"schedule with it"),
	[START] = { .name = "start",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct params, start),
		.fallback = "now",
		.choices = start_names,
		.help = "with the run, or when told to" },
	[JOIN] = { .name = "join",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct params, join),
		.fallback = "append",
		.choices = join_names,
		.help = "of several files: each begins when the one before has ended, or as their "
			"times say" },
	[TRUNCATED] = { .name = "truncated",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct params, cut),
		.fallback = "skip",
		.choices = cut_names,
		.help = "packets that were not captured in full are left out, filled up with "
			"zeros, or sent as short as they are" },
	[CONVERT] = { .name = "convert",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct params, convert),
		.fallback = "false",
		.help = "packets of other link types (LINUX_SLL, RAW, NULL) get an Ethernet header "
			"instead of being left out" },
	[MEMORY] = { .name = "memory",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct params, memory_bytes),
		.fallback = "256MB",
		.min = "8MB",
		.help = "that packets may take; what doesn't fit is read while it is sent" },
	[SMAC] = STRING("smac", smac, "source MAC address of all packets"),
	[DMAC] = STRING("dmac", dmac, "destination MAC address"),
	[MAP] = STRING(
		"map", map, "addresses: 10.1.0.0/16-10.2.0.0/16, several with + between them"),
	[PORTS] = STRING("ports", ports, "of TCP, UDP and DCCP: 80-8080+443-8443"),
	[VLAN] = STRING("vlan", vlan, "tags: push-100, set-100 or pop"),
	[TTL] = STRING("ttl", ttl, "TTL or hop limit: 64, or -1 to lower it by 1"),
	[UNIQUE] = STRING("unique", unique,
		"other addresses in each loop: 10.1.0.0/16-10.0.0.0/8 moves the prefix on by its "
		"own length within the pool"),
	{ 0 },
};

static int
set(const char *name, const char *value, struct params *p, const struct wf_where *where,
	struct wf_err *err)
{
	const char *names[WF_ARRAY_SIZE(wf_replay_table)] = { 0 }, *near;
	int row = wf_param_find(wf_replay_table, name);
	char hint[320] = "It takes ", path[160];
	struct wf_where at = { where->file, where->line, path };

	snprintf(path, sizeof(path), "%s: %s", where->path != NULL ? where->path : "pcap", name);
	if (row >= 0)
		return wf_param_set(wf_replay_table, (size_t)row, value, p, &at, err);
	for (size_t i = 0; wf_replay_table[i].name != NULL; i++) {
		size_t used = strlen(hint);

		names[i] = wf_replay_table[i].name;
		snprintf(hint + used, sizeof(hint) - used, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	near = wf_suggest(name, names);
	if (near != NULL)
		snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near);
	return wf_err_add(err, where, hint, "a pcap port has no argument \"%.64s\"", name);
}

/* Into *p, which is to be released. 0 or -EINVAL. */
static int
take_apart(const char *device, struct params *p, const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(device), *rest = copy, *word;
	int ret = 0;

	memset(p, 0, sizeof(*p));
	if (copy == NULL || wf_param_defaults(wf_replay_table, p) < 0)
		ret = wf_err_add(err, where, NULL, "out of memory");
	if (ret == 0)
		strsep(&rest, ","); /* what it is called */
	while (ret == 0 && (word = strsep(&rest, ",")) != NULL) {
		char *value = strchr(word, '=');

		if (value != NULL)
			*value++ = '\0';
		ret |= set(word, value != NULL ? value : "", p, where, err);
	}
	free(copy);
	return ret;
}

/* Are there all of them, and how large? A name with a + in it is one if there is such a file. */
static int
list_files(struct wf_replay_spec *s, const char *text, const struct wf_where *where,
	struct wf_err *err)
{
	struct stat st;
	char *rest, *word;
	bool one = stat(text, &st) == 0;
	int ret = 0;

	s->files = strdup(text);
	if (s->files == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	rest = s->files;
	while ((word = one ? rest : strsep(&rest, "+")) != NULL) {
		if (s->n_files == WF_REPLAY_FILES)
			return wf_err_add(err, where, NULL, "more than %u files", WF_REPLAY_FILES);
		if (stat(word, &st) < 0)
			ret = wf_err_add(err, where, "Check the name and the permissions",
				"%.200s: %s", *word != 0 ? word : "a name is missing",
				strerror(errno));
		else if (!S_ISREG(st.st_mode))
			ret = wf_err_add(
				err, where, "Write it to a file first", "%.200s is no file", word);
		else
			s->file_bytes += (uint64_t)st.st_size;
		s->file[s->n_files++] = word;
		if (one)
			break;
	}
	return ret;
}

static int
read_rewrite(const struct params *p, struct wf_rewrite *out, const struct wf_where *where,
	struct wf_err *err)
{
	const struct wf_rewrite_text text = { p->smac, p->dmac, p->map, p->ports, p->vlan, p->ttl,
		p->unique };

	return wf_rewrite_parse(&text, out, where, err);
}

/* Other addresses for each loop: are there enough? */
static int
check_loops(const struct wf_replay_spec *s, const struct wf_rewrite *r,
	const struct wf_where *where, struct wf_err *err)
{
	uint64_t most = wf_rewrite_loops(r);
	char hint[64];

	if (s->loops != 0 ? s->loops <= most : most == UINT64_MAX)
		return 0;
	snprintf(hint, sizeof(hint), "Write loops=%llu or less, or a larger pool",
		(unsigned long long)most);
	return wf_err_add(err, where, hint,
		"unique has addresses for %llu loops, and there would be %s",
		(unsigned long long)most, s->loops != 0 ? "more" : "no end of them");
}

static int
fill(struct wf_replay_spec *s, const struct params *p, const struct wf_where *where,
	struct wf_err *err)
{
	static const struct wf_cap_options defaults = WF_CAP_OPTIONS;
	int ret = 0;

	*s = (struct wf_replay_spec){ .own_gaps = p->join == 1,
		.loops = p->loops,
		.packets = p->packets,
		.gap_ns = p->gap_ns,
		.end_ns = p->end_ns,
		.late = (uint8_t)p->late,
		.cut = (uint8_t)p->cut,
		.burst = (uint32_t)p->burst,
		.tolerance_ns = p->tolerance_ns,
		.memory_bytes = p->memory_bytes,
		.waits = p->start == 1,
		.cap = defaults };
	s->cap.convert = p->convert;
	if (p->file == NULL)
		ret |= wf_err_add(err, where, "Write pcap,file=talk.pcap",
			"a pcap port needs a file, or of= another pcap port");
	else
		ret |= list_files(s, p->file, where, err);
	ret |= wf_replay_pace_parse(p->pace, &s->pace, where, err);
	if (p->split != NULL)
		ret |= wf_cap_options_split(&s->cap, p->split, err);
	ret |= read_rewrite(p, &s->rewrite[0], where, err);
	if (ret == 0)
		ret = check_loops(s, &s->rewrite[0], where, err);
	return ret;
}

int
wf_replay_parse(const char *device, struct wf_replay_spec *out, const struct wf_where *where,
	struct wf_err *err)
{
	struct params p;
	int ret = take_apart(device, &p, where, err);

	memset(out, 0, sizeof(*out));
	if (ret == 0)
		ret = fill(out, &p, where, err);
	wf_param_release(wf_replay_table, &p);
	return ret < 0 ? -EINVAL : 0;
}

void
wf_replay_release(struct wf_replay_spec *spec)
{
	free(spec->files);
	spec->files = NULL;
}

bool
wf_replay_of(const char *device, char name[WF_REPLAY_NAME])
{
	const char *at = device;

	while ((at = strchr(at, ',')) != NULL) {
		at++;
		if (strncmp(at, "of=", 3) == 0) {
			snprintf(name, WF_REPLAY_NAME, "%.*s", (int)strcspn(at + 3, ","), at + 3);
			return true;
		}
	}
	return false;
}

int
wf_replay_parse_other(const char *device, struct wf_rewrite *out, const struct wf_where *where,
	struct wf_err *err)
{
	/* All that is said once, for both. */
	const uint64_t own = 1ull << OF | 1ull << SMAC | 1ull << DMAC | 1ull << MAP |
			     1ull << PORTS | 1ull << VLAN | 1ull << TTL | 1ull << UNIQUE;
	struct params p;
	int ret = take_apart(device, &p, where, err);

	for (size_t i = 0; ret == 0 && wf_replay_table[i].name != NULL; i++)
		if ((p.given & ~own) >> i & 1)
			ret = wf_err_add(err, where, "Say it once, for both",
				"%s belongs to the port that has the file",
				wf_replay_table[i].name);
	if (ret == 0)
		ret = read_rewrite(&p, out, where, err);
	wf_param_release(wf_replay_table, &p);
	return ret < 0 ? -EINVAL : 0;
}
