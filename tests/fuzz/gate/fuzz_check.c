/* SPDX-License-Identifier: BSD-3-Clause
 * Any JSON as a direction of a stats document, against a gate that limits everything: refused with
 * a reason, or results that say what they should. libFuzzer.
 */
#include "fuzz.h"
#include "wf_gate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char all[] =
		"mean = \"1ms\"; p50 = \"1ms\"; p90 = \"1ms\"; p99 = \"1ms\"; "
		"p99_9 = \"1ms\"; max = \"1ms\"; variation = \"1ms\"; loss = 0.1; "
		"error = 0.1;";
	struct wf_gate_result r[WF_GATE_MEASURES];
	struct wf_err *err = wf_err_new();
	json_t *j = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
	struct wf_gate g;
	int n;

	if (wf_gate_read_text(all, "all", &g, err) < 0)
		abort();
	n = wf_gate_check(&g.side[0], j, r, err);
	if (n > WF_GATE_MEASURES || (n < 0) != (wf_err_count(err) > 0))
		abort();
	for (int i = 0; i < n; i++)
		if (r[i].observed < 0 ||
			(r[i].outcome == WF_GATE_FAIL) != (r[i].observed > r[i].limit) ||
			!(r[i].bound >= 0 && r[i].bound <= 1) || !(r[i].needed >= 0) ||
			(r[i].outcome == WF_GATE_PASS && r[i].bound > r[i].limit && r[i].limit > 0))
			abort();
	wf_gate_fini(&g);
	json_decref(j);
	wf_err_free(err);
	return 0;
}
