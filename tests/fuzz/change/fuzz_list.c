/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a list of changes: refused with a reason, or read, in order of time, and merged into
 * a configuration or refused there. libFuzzer.
 */
#include "text.h"
#include "wf_changes.h"

static void
merge(const struct wf_changes *c)
{
	static const char base[] = "ports = ( { name = \"a\"; device = \"net_null0\"; },"
				   " { name = \"b\"; device = \"net_null1\"; } );"
				   "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );";
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(base, "base", false, err);

	for (uint32_t i = 0; i < c->n; i++) {
		char text[WF_CHANGE_TEXT];

		require(c->change[i]->n_items > 0);
		require(i == 0 || c->change[i - 1]->at_ns <= c->change[i]->at_ns);
		wf_change_format(c->change[i], text);
		if (wf_change_fits(c->change[i], tree, err) &&
			wf_change_merge(c->change[i], tree, err) < 0)
			break;
	}
	wf_node_free(tree);
	wf_err_free(err);
}

static void
fuzz_text(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_changes c = { 0 };
	struct wf_node *tree;

	tree = wf_conf_read_text(text, "fuzz", false, err);
	if (tree != NULL) {
		int rc = wf_changes_read(tree, &c, err);

		require((rc == 0) == (wf_err_count(err) == 0));
		require(rc == 0 || c.n == 0);
		merge(&c);
	}
	wf_changes_free(&c);
	wf_node_free(tree);
	wf_err_free(err);
}
