/* SPDX-License-Identifier: BSD-3-Clause
 * The law of the time until a window of a slot opens. A time below zero is drawn again: windows
 * open one after the other.
 */
#include "wf_slot_law.h"

#include <errno.h>

const char *const wf_slot_law_names[] = { "constant", "uniform", "normal", "exponential",
	"lognormal", "gamma", "weibull", "pareto", "pareto-normal", "bimodal", "netem", "samples",
	NULL };

#define KEY(name) (1u << WF_SLOT_##name)
#define MOMENTS   (KEY(MEAN) | KEY(STDDEV))
#define SHAPED    (KEY(SHAPE) | KEY(SCALE))

/* Keys that a law needs, all of one set or all of the other, and what it may have besides. */
static const struct {
	unsigned one, other, more;
	const char *say;
} keys[] = {
	[WF_LAW_CONSTANT] = { KEY(MIN), KEY(MEAN), 0, "\"mean\"" },
	[WF_LAW_UNIFORM] = { KEY(MIN), KEY(MIN), KEY(MAX), "\"min\" and \"max\"" },
	[WF_LAW_NORMAL] = { MOMENTS, MOMENTS, 0, "\"mean\" and \"stddev\"" },
	[WF_LAW_EXPONENTIAL] = { KEY(MEAN), KEY(MEAN), 0, "\"mean\"" },
	[WF_LAW_LOGNORMAL] = { MOMENTS, SHAPED, 0, "mean and stddev, or shape and scale" },
	[WF_LAW_GAMMA] = { MOMENTS, SHAPED, 0, "mean and stddev, or shape and scale" },
	[WF_LAW_WEIBULL] = { MOMENTS, SHAPED, 0, "mean and stddev, or shape and scale" },
	[WF_LAW_PARETO] = { MOMENTS, SHAPED, 0, "mean and stddev, or shape and scale" },
	[WF_LAW_PARETO_NORMAL] = { MOMENTS, MOMENTS, 0, "\"mean\" and \"stddev\"" },
	[WF_LAW_BIMODAL] = { KEY(MEAN) | KEY(MEAN2) | KEY(SHARE2),
		KEY(MEAN) | KEY(MEAN2) | KEY(SHARE2), KEY(STDDEV) | KEY(STDDEV2),
		"\"mean\", \"mean2\" and \"share2\"" },
	[WF_LAW_NETEM] = { MOMENTS | KEY(FILE), MOMENTS | KEY(FILE), 0,
		"\"mean\", \"stddev\" and \"file\"" },
	[WF_LAW_SAMPLES] = { KEY(FILE), KEY(FILE), 0, "\"file\"" },
};

static int
check_bounds(const struct wf_slot_law_params *p, const struct wf_block_compile *c)
{
	bool max = wf_param_given(p, WF_SLOT_MAX);

	if (max && p->max < p->min)
		return wf_err_add(c->err, c->where, "Write min = \"1ms\"; max = \"5ms\"",
			"\"max\" is below \"min\"");
	if (p->law == WF_LAW_UNIFORM ? (max ? p->max : p->min) == 0
				     : p->law == WF_LAW_CONSTANT && p->min == 0 && p->mean == 0)
		return wf_err_add(c->err, c->where, "Write min = \"1ms\"",
			"windows that open at once are no slots");
	return 0;
}

static int
check(const struct wf_slot_law_params *p, const struct wf_block_compile *c)
{
	const unsigned law_keys = ((1u << WF_SLOT_CAP) - 1) & ~KEY(LAW);
	unsigned given = (unsigned)p->given & law_keys, one = keys[p->law].one;
	unsigned other = keys[p->law].other;

	if (!wf_param_given(p, WF_SLOT_LAW) && (given & KEY(MIN)) == 0)
		return wf_err_add(c->err, c->where, "Write min = \"1ms\"; max = \"5ms\"",
			"\"min\" is missing");
	given &= ~keys[p->law].more;
	if (given != one && given != other)
		return wf_err_add(c->err, c->where, "See the explanation of slots",
			"distribution \"%s\" needs %s, and no other keys of a law",
			wf_slot_law_names[p->law], keys[p->law].say);
	if ((given & KEY(STDDEV)) != 0 && p->stddev == 0)
		return wf_err_add(c->err, c->where, "Write stddev = \"1ms\"",
			"distribution \"%s\" needs a \"stddev\" above 0",
			wf_slot_law_names[p->law]);
	if ((given & KEY(MEAN)) != 0 && p->law != WF_LAW_BIMODAL && p->law != WF_LAW_CONSTANT &&
		p->mean == 0)
		return wf_err_add(c->err, c->where, "Write mean = \"5ms\"",
			"distribution \"%s\" needs a \"mean\" above 0", wf_slot_law_names[p->law]);
	return check_bounds(p, c);
}

int
wf_slot_law(const struct wf_slot_law_params *p, struct wf_block_compile *c, struct wf_law *out,
	wf_ns_t *longest_ns)
{
	bool max = wf_param_given(p, WF_SLOT_MAX), capped = wf_param_given(p, WF_SLOT_CAP);
	struct wf_law_params q = {
		.law = p->law,
		.mean = p->mean != 0 ? p->mean : p->min, /* constant: either */
		.stddev = p->stddev,
		.shape = p->shape,
		.scale = p->scale,
		.low = p->min,
		.high = max ? p->max : p->min,
		.bounds = true,
		.mean2 = p->mean2,
		.stddev2 = p->stddev2,
		.share2 = p->share2,
		.file = p->file,
		.capped = capped,
		.redraw = true,
		.cap = p->cap,
	};

	if (check(p, c) < 0)
		return -EINVAL;
	if (capped && p->cap == 0)
		return wf_err_add(c->err, c->where, "Write cap = \"50ms\"",
			"windows that open at once are no slots");
	if (wf_law_compile(&q, c, out) < 0)
		return -EINVAL;
	if (out->form == WF_FORM_LINEAR)
		*longest_ns = (wf_ns_t)out->linear.low_ns + out->linear.span_ns - 1;
	else if (out->form == WF_FORM_VALUES)
		*longest_ns = wf_law_sample(out, UINT64_MAX);
	else
		*longest_ns = 0;
	if (capped && (*longest_ns == 0 || p->cap < *longest_ns))
		*longest_ns = p->cap;
	return 0;
}
