/* SPDX-License-Identifier: BSD-3-Clause
 * What a replay is told, made of its arguments. Control thread.
 */
#include "wf_replay_spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_replay_args.h"

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
read_rewrite(const struct wf_replay_args *p, struct wf_rewrite *out, const struct wf_where *where,
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

/* It has no file of which the other arguments could say anything. */
static int
only_takes(const struct wf_replay_args *p, const struct wf_where *where, struct wf_err *err)
{
	const uint64_t own = 1ull << WF_REPLAY_ARG_TO | 1ull << WF_REPLAY_ARG_BUFFER;
	int ret = 0;

	for (size_t i = 0; wf_replay_table[i].name != NULL; i++)
		if ((p->given & ~own) >> i & 1)
			ret = wf_err_add(err, where, "Add file=talk.pcap, or leave it out",
				"%s is about a file that is sent, and there is none",
				wf_replay_table[i].name);
	return ret;
}

static int
fill(struct wf_replay_spec *s, const struct wf_replay_args *p, const struct wf_where *where,
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
	if (p->file == NULL && p->to != NULL)
		ret |= only_takes(p, where, err);
	else if (p->file == NULL)
		ret |= wf_err_add(err, where, "Write pcap,file=talk.pcap, or pcap,to=out.pcapng",
			"a pcap port needs a file that comes from it, or one that it writes, or "
			"of= another pcap port");
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
	struct wf_replay_args p;
	int ret = wf_replay_args_read(device, &p, where, err);

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
	const uint64_t own = 1ull << WF_REPLAY_ARG_OF | 1ull << WF_REPLAY_ARG_SMAC |
			     1ull << WF_REPLAY_ARG_DMAC | 1ull << WF_REPLAY_ARG_MAP |
			     1ull << WF_REPLAY_ARG_PORTS | 1ull << WF_REPLAY_ARG_VLAN |
			     1ull << WF_REPLAY_ARG_TTL | 1ull << WF_REPLAY_ARG_UNIQUE |
			     1ull << WF_REPLAY_ARG_TO | 1ull << WF_REPLAY_ARG_BUFFER;
	struct wf_replay_args p;
	int ret = wf_replay_args_read(device, &p, where, err);

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
