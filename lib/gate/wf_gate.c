/* SPDX-License-Identifier: BSD-3-Clause
 * Gates from their files: libconfig, one key a measure.
 */
#include "wf_gate.h"

#include <errno.h>
#include <string.h>

#include "wf_conf_bind.h"

#define DELAY(key, measure, text)                                                                  \
	[measure] = { .name = (key),                                                               \
		.type = WF_PARAM_DURATION,                                                         \
		.offset = offsetof(struct wf_gate, delay_ns[(measure)]),                           \
		.max = "1h",                                                                       \
		.help = (text) }
#define SHARE(key, measure, text)                                                                  \
	[measure] = { .name = (key),                                                               \
		.type = WF_PARAM_PROB,                                                             \
		.offset = offsetof(struct wf_gate, share[(measure)-WF_GATE_LOSS]),                 \
		.help = (text) }

const struct wf_param wf_gate_table[] = {
	DELAY("mean", WF_GATE_MEAN, "mean delay (Y.1540: IPTD)"),
	DELAY("p50", WF_GATE_P50, "median of the delay"),
	DELAY("p90", WF_GATE_P90, "delay that 90 % of packets do not exceed"),
	DELAY("p99", WF_GATE_P99, "the same for 99 %"),
	DELAY("p99_9", WF_GATE_P99_9, "the same for 99.9 %"),
	DELAY("max", WF_GATE_MAX, "longest delay"),
	DELAY("variation", WF_GATE_VARIATION, "p99_9 less the shortest delay (Y.1540: IPDV)"),
	SHARE("loss", WF_GATE_LOSS, "share of packets dropped, whatever the cause (Y.1540: IPLR)"),
	SHARE("error", WF_GATE_ERROR, "share of packets corrupted (Y.1540: IPER)"),
	[WF_GATE_MEASURES] = { .name = "title",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_gate, title),
		.help = "what the gate is, for the report" },
	{ 0 },
};

static int
bind(struct wf_node *tree, const char *name, struct wf_gate *g, struct wf_err *err)
{
	const uint64_t measures = (1ull << WF_GATE_MEASURES) - 1;
	struct wf_where where = { .file = name };
	int rc;

	*g = (struct wf_gate){ 0 };
	if (tree == NULL)
		return -EINVAL;
	rc = wf_param_defaults(wf_gate_table, g);
	if (rc == 0)
		rc = wf_conf_bind_table(tree, wf_gate_table, 0, g, err);
	if (rc == 0 && (g->given & measures) == 0)
		rc = wf_err_add(err, &where, "Write mean = \"100ms\"", "a gate without a limit");
	wf_node_free(tree);
	if (rc < 0)
		wf_gate_fini(g);
	return rc;
}

int
wf_gate_read_file(const char *path, struct wf_gate *g, struct wf_err *err)
{
	return bind(wf_conf_read_file(path, err), path, g, err);
}

int
wf_gate_read_text(const char *text, const char *name, struct wf_gate *g, struct wf_err *err)
{
	return bind(wf_conf_read_text(text, name, false, err), name, g, err);
}

void
wf_gate_fini(struct wf_gate *g)
{
	wf_param_release(wf_gate_table, g);
	g->title = NULL;
}
