/* SPDX-License-Identifier: BSD-3-Clause
 * The delays that a scenario configures, as a distribution: what `delay` of a direction draws for
 * evenly sent packets while phases of a name last, with its waves, spikes and traces; not what
 * order, queues or a link that sends again add. So it can be held against what was realised.
 * Control threads only.
 */
#ifndef WF_CONFIGURED_H
#define WF_CONFIGURED_H

#include "wf_script.h"
#include "wf_seen.h"

/* So many draws of a direction and group, and one for each step of the script. */
#define WF_CONFIGURED_DRAWS 2048u

struct wf_configured {
	uint32_t n_groups; /* as in struct wf_seen */
	struct wf_configured_law {
		uint32_t n;  /* draws; 0: nothing is configured */
		wf_ns_t *ns; /* [n], rising */
	} * law;             /* [n_dirs * n_groups] */
	uint32_t n_laws;
};

/* Up to duration_ns. 0 or -ENOMEM; -EINVAL: files of the configuration can't be read any more. */
int wf_configured_make(const struct wf_seen *seen, const struct wf_script *script,
	const struct wf_node *base, wf_ns_t duration_ns, struct wf_configured *out);
void wf_configured_fini(struct wf_configured *c);
/* What this share of packets is not to exceed; the law has draws. */
wf_ns_t wf_configured_quantile(const struct wf_configured_law *law, double q);

#endif
