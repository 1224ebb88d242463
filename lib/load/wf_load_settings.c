/* SPDX-License-Identifier: BSD-3-Clause
 * What a load test is told. Control thread.
 */
#include "wf_load_settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FCS 4

const struct wf_param wf_load_table[] = {
#define ROW(member, option, kind, preset, least, most, arg, text)                                  \
	{ .name = option,                                                                          \
		.type = WF_PARAM_##kind,                                                           \
		.offset = offsetof(struct wf_load_settings, member),                               \
		.fallback = preset,                                                                \
		.min = least,                                                                      \
		.max = most,                                                                       \
		.help = text },
	WF_LOAD_SETTINGS(ROW)
#undef ROW
		{ 0 },
};

int
wf_load_settings_init(struct wf_load_settings *s)
{
	*s = (struct wf_load_settings){ 0 };
	return wf_param_defaults(wf_load_table, s);
}

void
wf_load_settings_fini(struct wf_load_settings *s)
{
	wf_param_release(wf_load_table, s);
}

static int
read_sizes(struct wf_load_settings *s, struct wf_err *err)
{
	uint32_t least = (s->traffic.version == 6 ? 62 + WF_PROBE_BYTES : 60) + FCS;
	bool given = wf_param_given(s, (size_t)wf_param_find(wf_load_table, "sizes"));
	const char *at = s->sizes;

	if (strcmp(at, "traffic") == 0) {
		s->n_sizes = 1;
		return 0;
	}
	for (s->n_sizes = 0;; at++) {
		char *end;
		unsigned long v = strtoul(at, &end, 10);

		if (*at < '0' || *at > '9' || (*end != '+' && *end != 0) || v > 9216 + FCS ||
			(v < least && given))
			return wf_err_add(err, NULL, "Write --sizes 64+512+1518",
				"--sizes takes numbers from %u to %u with + between them, or "
				"\"traffic\", not \"%.64s\"",
				least, 9216 + FCS, s->sizes);
		if (s->n_sizes == WF_LOAD_SIZES)
			return wf_err_add(
				err, NULL, NULL, "--sizes takes %d at most", WF_LOAD_SIZES);
		s->size[s->n_sizes++] = v < least ? least : (uint32_t)v;
		at = end;
		if (*end == 0)
			return 0;
	}
}

/* What the traffic says for itself although the test decides it. */
static void
check_traffic(const struct wf_load_settings *s, struct wf_err *err)
{
	const struct wf_generator_spec *t = &s->traffic;

	if (t->pps > 0 || t->bps > 0)
		wf_err_add(err, NULL, "Leave pps, rate and what goes with them out of --traffic",
			"the test decides how fast packets are sent");
	if (t->packets > 0)
		wf_err_add(err, NULL, "Leave packets out of --traffic",
			"the test decides how many packets are sent");
}

int
wf_load_settings_check(
	struct wf_load_settings *s, const char *test, const char *traffic, struct wf_err *err)
{
	struct wf_where where = { .path = "--traffic" };
	size_t before = wf_err_count(err);
	char *device = NULL;

	if (asprintf(&device, "generator%s%s%s", *traffic != 0 ? "," : "", traffic,
		    strstr(traffic, "probe=") != NULL ? "" : ",probe=all") < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (wf_generator_parse(device, 0, &s->traffic, &where, err) == 0) {
		if (s->traffic.probe == WF_GENERATOR_NO_PROBE)
			wf_err_add(err, &where, "Write probe=all or probe=flow",
				"without probes nothing is known of what came back");
		check_traffic(s, err);
		read_sizes(s, err);
	}
	free(device);
	while (s->window & (s->window - 1))
		s->window += s->window & -s->window;
	if (s->resolution <= 0 || s->resolution > 0.5)
		wf_err_add(err, NULL, "Write --resolution 0.1%",
			"--resolution is more than 0 and at most 50 %%");
	if (strcmp(test, "y1564") == 0 && s->cir_bps == 0)
		wf_err_add(err, NULL, "Write --cir 100Mbit", "y1564 needs the committed rate");
	if (s->traffic.stream != 0)
		wf_err_add(
			err, NULL, "Leave stream out of --traffic", "the test numbers its streams");
	return wf_err_count(err) > before ? -EINVAL : 0;
}
