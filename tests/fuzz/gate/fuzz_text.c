/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as a gate: refused with reasons, or limits that say what they should. libFuzzer.
 */
#include "text.h"
#include "wf_gate.h"

static void
check_limits(const struct wf_gate_limits *l)
{
	for (int i = 0; i < WF_GATE_MEASURES; i++) {
		if (!wf_param_given(l, (size_t)i))
			continue;
		if (i < WF_GATE_LOSS ? l->delay_ns[i] > 3600 * WF_NS_PER_S
				     : !(l->share[i - WF_GATE_LOSS] >= 0 &&
					       l->share[i - WF_GATE_LOSS] <= 1))
			abort();
	}
}

static void
fuzz_text(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_gate g;
	int rc;

	rc = wf_gate_read_text(text, "fuzz", &g, err);
	if ((rc < 0) != (wf_err_count(err) > 0))
		abort();
	for (int side = 0; side < 2 && rc == 0; side++) {
		check_limits(&g.side[side]);
		for (uint32_t i = 0; i < g.n_classes; i++) {
			check_limits(&g.classes[i].side[side]);
			if (g.classes[i].name[0] == 0 ||
				(g.classes[i].named[side] && g.classes[i].side[side].given == 0))
				abort();
		}
	}
	if (rc == 0)
		wf_gate_fini(&g);
	wf_err_free(err);
}
