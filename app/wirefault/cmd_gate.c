/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault gate`: a stats document against limits, with an exit code for scripts.
 *
 * A limit that nothing was held against, that so few packets cannot show, or that was measured in a
 * run which its own verdict does not trust, is not kept. Only what the user allows in words counts
 * as kept nevertheless, and the result says so.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_gate.h"
#include "wf_text.h"
#include "wf_units.h"
#include "wf_wrap.h"

static const struct wf_option options[] = {
	{ "link", 'l', "NAME", "only this link" },
	{ "allow-untrustworthy", 0, NULL, "judge a run that its own verdict does not trust, too" },
	{ "allow-few", 0, NULL, "take limits for kept that so few packets cannot show" },
	WF_CMD_JSON_OPTIONS,
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

/* All directions of all links, judged. */
struct verdict {
	struct wf_gate gate;
	const char *only; /* a link's name, or NULL */
	bool allow_untrustworthy, allow_few;
	json_t *links;    /* to be filled; NULL: as text */
	bool *met;        /* by (class of the gate + 1) * 2 + side; 0: the direction itself */
	uint32_t judged;  /* directions and classes with packets */
	bool failed, few; /* a limit was missed; was not shown */
	bool trustworthy;
	const json_t *reasons, *remedies; /* why not, and what to do about each */
	struct wf_err *err;
};

static const char *const sides[] = { "ab", "ba" };

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
	static const char *const word[] = { "pass", "FAIL", "few " };
	char observed[WF_TEXT_MAX], limit[WF_TEXT_MAX], margin[WF_TEXT_MAX], n[WF_TEXT_MAX];
	double off = r->limit - r->observed;

	printf("  %s  %-10s %12s  <= %-10s ", word[r->outcome], wf_gate_table[r->measure].name,
		value_text(r, r->observed, observed), value_text(r, r->limit, limit));
	if (r->outcome != WF_GATE_TOO_FEW) {
		printf("%12s %s\n", value_text(r, off < 0 ? -off : off, margin),
			off < 0 ? "above" : "below");
		return;
	}
	printf("too few packets: %s", wf_text_count((uint64_t)r->packets, n));
	if (r->bound > 0)
		printf(" show <= %s", value_text(r, r->bound, margin));
	if (r->needed < 1e18)
		printf(", %s could", wf_text_count((uint64_t)r->needed, n));
	putchar('\n');
}

static json_t *
result_json(const struct wf_gate_result *r)
{
	static const char *const word[] = { "pass", "fail", "too_few" };
	json_t *j = json_pack("{s:s,s:f,s:f,s:f,s:b,s:s,s:I}", "measure",
		wf_gate_table[r->measure].name, "limit", r->limit, "observed", r->observed,
		"margin", r->limit - r->observed, "pass", r->outcome == WF_GATE_PASS, "outcome",
		word[r->outcome], "packets", (json_int_t)(r->packets < 1e18 ? r->packets : 1e18));

	if (r->measure >= WF_GATE_LOSS)
		json_object_set_new(j, "upper_bound", json_real(r->bound));
	if (r->outcome == WF_GATE_TOO_FEW && r->needed < 1e18)
		json_object_set_new(j, "packets_needed", json_integer((json_int_t)r->needed));
	return j;
}

/* One direction of a link or of a class. 0 or -EINVAL. */
static int
judge(struct verdict *v, const struct wf_gate_limits *limits, const char *what, const char *side,
	const json_t *direction, json_t *out, bool *met)
{
	struct wf_gate_result r[WF_GATE_MEASURES];
	json_t *list = out != NULL ? json_array() : NULL;
	int n = wf_gate_check(limits, direction, r, v->err);

	if (out == NULL && n >= 0)
		printf("\n%s %s%s\n", what, side, n == 0 ? ": no packets, not judged" : "");
	for (int i = 0; i < n; i++) {
		v->failed |= r[i].outcome == WF_GATE_FAIL;
		v->few |= r[i].outcome == WF_GATE_TOO_FEW;
		if (out == NULL)
			print_result(&r[i]);
		else
			json_array_append_new(list, result_json(&r[i]));
	}
	v->judged += n > 0;
	*met |= n > 0;
	if (out != NULL)
		json_object_set_new(out, side, list);
	return n < 0 ? n : 0;
}

static const json_t *
find_class(const json_t *direction, const char *name)
{
	const char *other;
	json_t *class;
	size_t i;

	json_array_foreach(json_object_get(direction, "classes"), i, class)
	{
		other = json_string_value(json_object_get(class, "name"));
		if (other != NULL && strcmp(other, name) == 0)
			return class;
	}
	return NULL;
}

static int
judge_class(struct verdict *v, const json_t *link, uint32_t i, json_t *out)
{
	const struct wf_gate_class *c = &v->gate.classes[i];
	const char *name = json_string_value(json_object_get(link, "name"));
	json_t *own = out != NULL ? json_pack("{s:s}", "name", c->name) : NULL;
	char what[2 * WF_NAME_MAX + 16];
	int rc = 0;

	snprintf(what, sizeof(what), "%.*s, class %s,", WF_NAME_MAX, name, c->name);
	for (int side = 0; side < 2 && rc == 0; side++) {
		const json_t *class = find_class(json_object_get(link, sides[side]), c->name);

		if (class != NULL && c->side[side].given != 0)
			rc = judge(v, &c->side[side], what, sides[side], class, own,
				&v->met[2 * (i + 1) + (uint32_t)side]);
	}
	if (out != NULL)
		json_array_append_new(json_object_get(out, "classes"), own);
	return rc;
}

static int
judge_link(struct verdict *v, const json_t *link)
{
	const char *name = json_string_value(json_object_get(link, "name"));
	json_t *out;
	int rc = 0;

	if (name == NULL)
		return wf_err_add(v->err, NULL, NULL, "a link of the stats has no name");
	if (v->only != NULL && strcmp(name, v->only) != 0)
		return 0;
	out = v->links != NULL ? json_pack("{s:s,s:[]}", "name", name, "classes") : NULL;
	for (int side = 0; side < 2 && rc == 0; side++)
		if (v->gate.side[side].given != 0)
			rc = judge(v, &v->gate.side[side], name, sides[side],
				json_object_get(link, sides[side]), out, &v->met[side]);
	for (uint32_t i = 0; i < v->gate.n_classes && rc == 0; i++)
		rc = judge_class(v, link, i, out);
	if (out != NULL)
		json_array_append_new(v->links, out);
	return rc;
}

/* What the gate names and no packet went through. */
static void
find_unmet(struct verdict *v)
{
	for (uint32_t i = 0; i <= v->gate.n_classes; i++) {
		const struct wf_gate_class *c = i > 0 ? &v->gate.classes[i - 1] : NULL;
		const bool *named = c != NULL ? c->named : v->gate.named, *met = &v->met[2 * i];
		const char *what = c != NULL ? c->name : "no class";

		for (int side = 0; side < 2; side++) {
			if (!named[side] || met[side])
				continue;
			v->few = true;
			if (v->links == NULL)
				printf("\n%s%s %s: too few packets: none\n",
					c != NULL ? "class " : "", c != NULL ? what : "direction",
					sides[side]);
		}
		if (c == NULL || met[0] || met[1] || named[0] || named[1])
			continue;
		v->few = true;
		if (v->links == NULL)
			printf("\nclass %s: too few packets: none\n", what);
	}
}

static int
judge_all(struct verdict *v, const json_t *stats)
{
	const json_t *links = json_object_get(stats, "links");
	const json_t *verdict = json_object_get(stats, "verdict");
	const char *schema = json_string_value(json_object_get(stats, "schema"));
	size_t i;
	json_t *link;

	if (schema == NULL || strncmp(schema, "wirefault.stats/", 16) != 0 || !json_is_array(links))
		return wf_err_add(v->err, NULL,
			"Take that of wfctl stats -o json, or of wirefault offline --stats",
			"this is not a stats document");
	v->trustworthy = json_is_true(json_object_get(verdict, "trustworthy"));
	v->reasons = json_object_get(verdict, "reasons");
	v->remedies = json_object_get(verdict, "remedies");
	v->met = calloc(2 * ((size_t)v->gate.n_classes + 1), sizeof(*v->met));
	if (v->met == NULL)
		return wf_err_add(v->err, NULL, NULL, "out of memory");
	json_array_foreach(links, i, link) if (judge_link(v, link) < 0) return -EINVAL;
	if (v->judged == 0)
		return wf_err_add(v->err, NULL,
			v->only != NULL ? "Is it the name of a link?" : NULL,
			"no packet went through%s%s: there is nothing to judge",
			v->only != NULL ? " " : "", v->only != NULL ? v->only : "");
	find_unmet(v);
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

/* The word for all, and the exit code that goes with it. */
static const char *
outcome(const struct verdict *v, int *code)
{
	*code = WF_EXIT_FAILED;
	if (v->failed)
		return "fail";
	*code = WF_EXIT_UNSHOWN;
	if (!v->trustworthy && !v->allow_untrustworthy)
		return "untrustworthy";
	if (v->few && !v->allow_few)
		return "too_few";
	*code = WF_EXIT_OK;
	return "pass";
}

static void
report_text(const struct verdict *v, const char *word)
{
	json_t *reason;
	size_t i;

	if (!v->trustworthy) {
		printf("\nThe run is NOT trustworthy%s\n", json_array_size(v->reasons) > 0
								   ? ", because"
								   : ": it has no such verdict.");
		json_array_foreach(v->reasons, i, reason)
		{
			const char *remedy = json_string_value(json_array_get(v->remedies, i));

			fputs("  - ", stdout);
			wf_wrap(json_is_string(reason) ? json_string_value(reason) : "?", 4, 4,
				stdout);
			printf("\n%s", remedy != NULL ? "    " : "");
			if (remedy != NULL) {
				wf_wrap(remedy, 4, 4, stdout);
				putchar('\n');
			}
		}
	}
	putchar('\n');
	if (strcmp(word, "untrustworthy") == 0)
		printf("Result: not shown. The run cannot be trusted (--allow-untrustworthy judges "
		       "it all the same).\n");
	else if (strcmp(word, "too_few") == 0)
		printf("Result: too few packets. Send more (--allow-few passes it all the "
		       "same).\n");
	else
		printf("Result: %s%s%s.\n", word,
			v->trustworthy ? "" : ", in a run that is NOT trustworthy",
			v->few && *word == 'p' ? ", although too few packets show it" : "");
}

static int
report(const struct verdict *v)
{
	int code;
	const char *word = outcome(v, &code);
	json_t *all;

	if (v->links == NULL) {
		report_text(v, word);
		return code;
	}
	all = json_pack("{s:s,s:s,s:b,s:s,s:b,s:O*,s:b,s:b,s:O}", "schema", "wirefault.gate/1",
		"title", v->gate.title != NULL ? v->gate.title : "", "pass", code == WF_EXIT_OK,
		"outcome", word, "trustworthy", v->trustworthy, "reasons", v->reasons,
		"allow_untrustworthy", v->allow_untrustworthy, "allow_few", v->allow_few, "links",
		v->links);
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	printf("\n");
	json_decref(all);
	return code;
}

static int
gate(const char *limits, const char *path, struct verdict *v)
{
	json_t *stats = NULL;
	int rc = wf_gate_read_file(limits, &v->gate, v->err);

	if (rc == 0 && (stats = read_stats(path, v->err)) == NULL)
		rc = -EINVAL;
	if (rc == 0 && v->links == NULL)
		printf("%s\n", v->gate.title != NULL ? v->gate.title : limits);
	if (rc == 0)
		rc = judge_all(v, stats);
	rc = rc < 0 ? wf_cmd_refuse(v->err) : report(v);
	json_decref(stats);
	free(v->met);
	wf_gate_fini(&v->gate);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values values;
	struct verdict v = { 0 };
	int rc = wf_cmd_options(&wf_cmd_gate, argc, argv, &values);
	bool json = false;

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
	v.allow_untrustworthy = wf_cmd_value(&wf_cmd_gate, &values, "allow-untrustworthy") != NULL;
	v.allow_few = wf_cmd_value(&wf_cmd_gate, &values, "allow-few") != NULL;
	if (wf_cmd_json(&wf_cmd_gate, &values, &json, v.err) < 0) {
		rc = wf_cmd_refuse(v.err);
	} else {
		v.links = json ? json_array() : NULL;
		rc = gate(argv[values.first_rest], argv[values.first_rest + 1], &v);
	}
	json_decref(v.links);
	wf_err_free(v.err);
	return rc;
}

const struct wf_cmd wf_cmd_gate = {
	.name = "gate",
	.arguments = "LIMITS STATS.json",
	.summary =
		"Holds what was measured against limits: exit code 0 if all were kept, 1 if one "
		"was missed, 3 if that is not shown (too few packets, or a run not to be trusted)",
	.run = run,
	.options = options,
	.words = true,
};
