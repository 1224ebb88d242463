/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as a file of scenarios: refused with reasons, or scripts without gaps. libFuzzer.
 */
#include "text.h"
#include "wf_script.h"

/* Steps follow each other without a gap, to the end. */
static void
check_steps(const struct wf_scenario *s, const struct wf_script *script)
{
	wf_ns_t at_ns = 0;

	for (uint32_t i = 0; i < script->n; i++) {
		require(script->step[i].change->at_ns == at_ns);
		at_ns += script->step[i].change->for_ns;
		require(script->step[i].change->for_ns > 0 || i + 1 == script->n);
	}
	require(s->end_ns == UINT64_MAX || at_ns == s->end_ns);
}

/* Whatever phase may end before its time does so half-way. */
static void
end_early(struct wf_scenario *s)
{
	for (uint32_t i = wf_until_next(s, 0); i < s->n_phases; i = wf_until_next(s, i + 1)) {
		const struct wf_phase *p = &s->phase[i];

		wf_until_end_phase(
			s, i, p->start_ns + (p->end_ns - p->start_ns) / 2, WF_UNTIL_PACKETS);
	}
}

static void
check_script(struct wf_scenario *s)
{
	static const char base[] = "ports = ( { name = \"a\"; device = \"net_null0\"; },"
				   " { name = \"b\"; device = \"net_null1\"; } );"
				   "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );";
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(base, "base", false, err);
	struct wf_script script;

	if (wf_script_make(s, tree, 1, &script, err) == 0) {
		require(script.n > 0 && wf_err_count(err) == 0);
		check_steps(s, &script);
		end_early(s);
		/* Instants that were one may be several now, and too many. */
		if (wf_script_remake(&script, s, tree, err) == 0)
			check_steps(s, &script);
		wf_script_fini(&script);
	} else {
		require(wf_err_count(err) > 0 && script.n == 0);
	}
	wf_node_free(tree);
	wf_err_free(err);
}

static void
fuzz_text(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;
	int rc;

	rc = wf_scenarios_read_text(text, "fuzz", &s, err);
	require((rc < 0) == (wf_err_count(err) > 0) && (rc == 0 || s.n == 0));
	for (uint32_t i = 0; i < s.n; i++)
		check_script(&s.at[i]);
	wf_scenarios_free(&s);
	wf_err_free(err);
}
