/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault gate`: a stats document against limits, with an exit code for scripts.
 */
#include <errno.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_gate.h"
#include "wf_text.h"
#include "wf_units.h"

static const struct wf_option options[] = {
	{ "link", 'l', "NAME", "only this link" },
	{ "json", 0, NULL, "the results as JSON" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

/* All directions of all links: how many were judged, and did all pass? */
struct verdict {
	const struct wf_gate *gate;
	const char *only; /* a link's name, or NULL */
	json_t *links;    /* to be filled; NULL: as text */
	uint32_t judged;
	bool failed;
	struct wf_err *err;
};

static const char *
value_text(const struct wf_gate_result *r, double value, char out[WF_TEXT_MAX])
{
	if (r->measure < WF_GATE_LOSS)
		return wf_text_time((wf_ns_t)(value + 0.5), out);
	snprintf(out, WF_TEXT_MAX, "%.4g %%", 100 * value);
	return out;
}

static void
print_result(const struct wf_gate_result *r)
{
	char observed[WF_TEXT_MAX], limit[WF_TEXT_MAX], margin[WF_TEXT_MAX];
	double off = r->limit - r->observed;

	printf("  %s  %-10s %12s  <= %-10s %12s %s\n", r->pass ? "pass" : "FAIL",
		wf_gate_table[r->measure].name, value_text(r, r->observed, observed),
		value_text(r, r->limit, limit), value_text(r, off < 0 ? -off : off, margin),
		r->pass ? "below" : "above");
}

static json_t *
result_json(const struct wf_gate_result *r)
{
	return json_pack("{s:s,s:f,s:f,s:f,s:b}", "measure", wf_gate_table[r->measure].name,
		"limit", r->limit, "observed", r->observed, "margin", r->limit - r->observed,
		"pass", r->pass);
}

/* 0 or -EINVAL. */
static int
judge(struct verdict *v, const char *link, const char *side, const json_t *direction, json_t *out)
{
	struct wf_gate_result r[WF_GATE_MEASURES];
	json_t *list = out != NULL ? json_array() : NULL;
	int n = wf_gate_check(v->gate, direction, r, v->err);

	if (out == NULL && n >= 0)
		printf("\n%s %s%s\n", link, side, n == 0 ? ": no packets, not judged" : "");
	for (int i = 0; i < n; i++) {
		v->failed |= !r[i].pass;
		if (out == NULL)
			print_result(&r[i]);
		else
			json_array_append_new(list, result_json(&r[i]));
	}
	v->judged += n > 0;
	if (out != NULL)
		json_object_set_new(out, side, list);
	return n < 0 ? n : 0;
}

static int
judge_link(struct verdict *v, const json_t *link)
{
	static const char *const sides[] = { "ab", "ba" };
	const char *name = json_string_value(json_object_get(link, "name"));
	json_t *out;
	int rc = 0;

	if (name == NULL)
		return wf_err_add(v->err, NULL, NULL, "a link of the stats has no name");
	if (v->only != NULL && strcmp(name, v->only) != 0)
		return 0;
	out = v->links != NULL ? json_pack("{s:s}", "name", name) : NULL;
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = judge(v, name, sides[side], json_object_get(link, sides[side]), out);
	if (out != NULL)
		json_array_append_new(v->links, out);
	return rc;
}

static int
judge_all(struct verdict *v, const json_t *stats)
{
	const json_t *links = json_object_get(stats, "links");
	const char *schema = json_string_value(json_object_get(stats, "schema"));
	size_t i;
	json_t *link;

	if (schema == NULL || strncmp(schema, "wirefault.stats/", 16) != 0 || !json_is_array(links))
		return wf_err_add(v->err, NULL,
			"Take that of wfctl stats -o json, or of wirefault offline --stats",
			"this is not a stats document");
	json_array_foreach(links, i, link) if (judge_link(v, link) < 0) return -EINVAL;
	if (v->judged == 0)
		return wf_err_add(v->err, NULL,
			v->only != NULL ? "Is it the name of a link?" : NULL,
			"no packet went through%s%s: there is nothing to judge",
			v->only != NULL ? " " : "", v->only != NULL ? v->only : "");
	return 0;
}

static json_t *
read_stats(const char *path, struct wf_err *err)
{
	json_error_t why;
	json_t *stats =
		strcmp(path, "-") == 0 ? json_loadf(stdin, 0, &why) : json_load_file(path, 0, &why);
	struct wf_where where = { .file = path, .line = why.line > 0 ? (unsigned)why.line : 0 };

	if (stats == NULL)
		wf_err_add(err, &where, NULL, "%s", why.text);
	return stats;
}

static int
report(const struct verdict *v)
{
	json_t *all;

	if (v->links == NULL) {
		printf("\nResult: %s.\n", v->failed ? "fail" : "pass");
		return v->failed ? WF_EXIT_FAILED : WF_EXIT_OK;
	}
	all = json_pack("{s:s,s:s,s:b,s:O}", "schema", "wirefault.gate/1", "title",
		v->gate->title != NULL ? v->gate->title : "", "pass", !v->failed, "links",
		v->links);
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	printf("\n");
	json_decref(all);
	return v->failed ? WF_EXIT_FAILED : WF_EXIT_OK;
}

static int
gate(const char *limits, const char *path, struct verdict *v)
{
	struct wf_gate g;
	json_t *stats = NULL;
	int rc = wf_gate_read_file(limits, &g, v->err);

	if (rc == 0 && (stats = read_stats(path, v->err)) == NULL)
		rc = -EINVAL;
	v->gate = &g;
	if (rc == 0 && v->links == NULL)
		printf("%s\n", g.title != NULL ? g.title : limits);
	if (rc == 0)
		rc = judge_all(v, stats);
	rc = rc < 0 ? wf_cmd_refuse(v->err) : report(v);
	json_decref(stats);
	v->gate = NULL;
	wf_gate_fini(&g);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values values;
	struct verdict v = { 0 };
	int rc = wf_cmd_options(&wf_cmd_gate, argc, argv, &values);

	if (rc >= 0)
		return rc;
	if (argc - values.first_rest != 2) {
		fprintf(stderr,
			"wirefault gate: a file of limits and a stats document are wanted. Write "
			"wirefault gate config/gates/y1541-0.gate stats.json.\n");
		return WF_EXIT_USAGE;
	}
	v.err = wf_err_new();
	v.only = wf_cmd_value(&wf_cmd_gate, &values, "link");
	v.links = wf_cmd_value(&wf_cmd_gate, &values, "json") != NULL ? json_array() : NULL;
	rc = gate(argv[values.first_rest], argv[values.first_rest + 1], &v);
	json_decref(v.links);
	wf_err_free(v.err);
	return rc;
}

const struct wf_cmd wf_cmd_gate = {
	.name = "gate",
	.arguments = "LIMITS STATS.json",
	.summary = "Holds what was measured against limits: exit code 1 if it fails",
	.run = run,
	.options = options,
	.words = true,
};
