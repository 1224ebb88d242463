/* SPDX-License-Identifier: BSD-3-Clause
 * Ends of phases that nobody knows beforehand. Control threads only.
 */
#include "wf_until.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_scenario.h"
#include "wf_units.h"

const char *const wf_until_ends[] = { "", "duration", "packets", "bytes", "replay", "trigger" };

struct keys {
	uint64_t given;
	uint64_t packets, bytes;
	bool replay, trigger;
	char *link;
	int side;
};
enum { PACKETS, BYTES, REPLAY, TRIGGER, LINK, DIRECTION };
static const char *const sides[] = { "ab", "ba", NULL };

const struct wf_param wf_until_table[] = {
	[PACKETS] = { .name = "packets",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct keys, packets),
		.min = "1",
		.help = "so many have come since the phase began" },
	[BYTES] = { .name = "bytes",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct keys, bytes),
		.min = "1B",
		.help = "so many bytes of frames have come since the phase began" },
	[REPLAY] = { .name = "replay",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct keys, replay),
		.help = "all replays of the scenario's traffic are over" },
	[TRIGGER] = { .name = "trigger",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct keys, trigger),
		.help = "somebody says so: signal USR1 to `wirefault scenario`; live only" },
	[LINK] = { .name = "link",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, link),
		.help = "where packets and bytes are counted; by default the scenario's" },
	[DIRECTION] = { .name = "direction",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct keys, side),
		.fallback = "ab",
		.choices = sides,
		.help = "of that link" },
	{ 0 },
};

int
wf_until_read(
	const struct wf_node *group, const char *link, struct wf_until *out, struct wf_err *err)
{
	struct keys k = { 0 };
	int rc;

	if (wf_param_defaults(wf_until_table, &k) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	rc = wf_conf_bind_table(group, wf_until_table, 0, &k, err);
	*out = (struct wf_until){ .packets = k.packets,
		.bytes = k.bytes,
		.replay = k.replay,
		.trigger = k.trigger,
		.side = (uint8_t)k.side,
		.line = group->line };
	if (k.link != NULL && strlen(k.link) >= WF_NAME_MAX)
		rc = wf_conf_complain(err, group, NULL, "the link's name is too long");
	snprintf(out->link, sizeof(out->link), "%s", k.link != NULL ? k.link : link);
	free(k.link);
	if (rc == 0 && k.packets == 0 && k.bytes == 0 && !k.replay && !k.trigger)
		rc = wf_conf_complain(
			err, group, "Write until = { packets = 1000; }", "an end that never comes");
	return rc;
}

const char *
wf_until_text(const struct wf_until *u, char out[WF_UNTIL_TEXT])
{
	static const char *const side_name[] = { "ab", "ba" };
	const bool named = strcmp(u->link, WF_SCENARIO_LINK) != 0;
	char size[WF_UNITS_TEXT];
	FILE *to = fmemopen(out, WF_UNTIL_TEXT, "w");
	const char * or = "";

	if (to == NULL) {
		*out = 0;
		return out;
	}
	if (u->packets > 0) {
		fprintf(to, "%llu packets", (unsigned long long)u->packets);
		or = " or ";
	}
	if (u->bytes > 0) {
		fprintf(to, "%s%s", or, wf_units_format_size(u->bytes, size));
		or = " or ";
	}
	if (u->packets > 0 || u->bytes > 0)
		fprintf(to, " of %s%s%s", named ? u->link : "", named ? " " : "",
			side_name[u->side]);
	if (u->replay) {
		fprintf(to, "%sthe end of replays", or);
		or = " or ";
	}
	if (u->trigger)
		fprintf(to, "%sa trigger", or);
	fclose(to);
	return out;
}

enum wf_until_end
wf_until_met(const struct wf_until *u, const struct wf_until_seen *seen)
{
	if (u->packets > 0 && seen->packets >= u->packets)
		return WF_UNTIL_PACKETS;
	if (u->bytes > 0 && seen->bytes >= u->bytes)
		return WF_UNTIL_BYTES;
	if (u->replay && seen->replays_over)
		return WF_UNTIL_REPLAY;
	return u->trigger && seen->triggered ? WF_UNTIL_TRIGGER : WF_UNTIL_OPEN;
}

uint32_t
wf_until_next(const struct wf_scenario *s, uint32_t from)
{
	while (from < s->n_phases &&
		!(s->phase[from].has_until && s->phase[from].ended_by == WF_UNTIL_OPEN))
		from++;
	return from;
}

void
wf_until_end_phase(struct wf_scenario *s, uint32_t phase, wf_ns_t end_ns, enum wf_until_end by)
{
	struct wf_phase *p = &s->phase[phase];
	wf_ns_t earlier_ns = p->end_ns - end_ns;

	assert(p->has_until && p->start_ns < end_ns && end_ns <= p->end_ns);
	p->end_ns = end_ns;
	p->ended_by = by;
	for (uint32_t i = phase + 1; i < s->n_phases; i++) {
		s->phase[i].start_ns -= earlier_ns;
		/* One without a duration lasts to the end of all, which was given or is none. */
		if (s->phase[i].lasts_ns != 0)
			s->phase[i].end_ns -= earlier_ns;
	}
	if (!s->end_given && s->end_ns != UINT64_MAX)
		s->end_ns -= earlier_ns;
}
