/* SPDX-License-Identifier: BSD-3-Clause
 * Configured and realised delays at the same shares of packets.
 */
#include "wf_scenario_cdf.h"

static const double shares[] = { 0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35,
	0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999,
	1 };

static uint64_t
realised(const struct wf_hist *h, double share)
{
	if (share <= 0)
		return h->min_ns;
	return share < 1 ? wf_hist_quantile(h, share) : h->max_ns;
}

json_t *
wf_scenario_cdf_json(const struct wf_configured_law *law, const struct wf_measure *m)
{
	json_t *share, *configured, *real;

	if (law->n == 0 || m->delay.count == 0)
		return NULL;
	share = json_array();
	configured = json_array();
	real = json_array();
	for (uint32_t i = 0; i < WF_ARRAY_SIZE(shares); i++) {
		json_array_append_new(share, json_real(shares[i]));
		json_array_append_new(configured,
			json_integer((json_int_t)wf_configured_quantile(law, shares[i])));
		json_array_append_new(
			real, json_integer((json_int_t)realised(&m->delay, shares[i])));
	}
	return json_pack(
		"{s:o,s:o,s:o}", "share", share, "configured_ns", configured, "realised_ns", real);
}

static uint32_t
values(const json_t *cdf, const char *key, double unit, double out[WF_ARRAY_SIZE(shares)])
{
	const json_t *list = json_object_get(cdf, key), *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		if (i == WF_ARRAY_SIZE(shares))
			break;
		out[i] = json_number_value(v) / unit;
	}
	return (uint32_t)i;
}

bool
wf_scenario_cdf_plot(struct wf_doc *p, const json_t *measure, const char *name)
{
	const json_t *cdf = json_object_get(measure, "delay_cdf");
	double share[WF_ARRAY_SIZE(shares)], configured[WF_ARRAY_SIZE(shares)],
		real[WF_ARRAY_SIZE(shares)];
	uint32_t n = values(cdf, "share", 0.01, share);
	struct wf_doc_line line[2] = { { "configured", configured, share,
					       values(cdf, "configured_ns", 1e6, configured) },
		{ "realised", real, share, values(cdf, "realised_ns", 1e6, real) } };
	char title[128];

	if (n == 0 || line[0].n != n || line[1].n != n || configured[n - 1] <= 0)
		return false;
	snprintf(title, sizeof(title), "Delays of %s, configured and realised", name);
	wf_doc_plot(p, &(struct wf_doc_plot){ .title = title,
			       .x_name = "ms",
			       .y_name = "% of packets at most",
			       .line = line,
			       .n_lines = 2 });
	return true;
}
