/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as a file of scenarios: refused with reasons, or scripts without gaps. libFuzzer.
 */
#include "text.h"
#include "wf_script.h"

static void
check_script(const struct wf_scenario *s)
{
	static const char base[] = "ports = ( { name = \"a\"; device = \"net_null0\"; },"
				   " { name = \"b\"; device = \"net_null1\"; } );"
				   "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );";
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(base, "base", false, err);
	struct wf_script script;
	wf_ns_t at_ns = 0;

	if (wf_script_make(s, tree, 1, &script, err) == 0) {
		require(script.n > 0 && wf_err_count(err) == 0);
		for (uint32_t i = 0; i < script.n; i++) {
			require(script.step[i].change->at_ns == at_ns);
			at_ns += script.step[i].change->for_ns;
			require(script.step[i].change->for_ns > 0 || i + 1 == script.n);
		}
		require(s->end_ns == UINT64_MAX || at_ns == s->end_ns);
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
