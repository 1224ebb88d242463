/* SPDX-License-Identifier: BSD-3-Clause
 * The keys of the delay stage, and which of them go together.
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_delay.h"
#include "wf_stages.h"

const char *const wf_delay_laws[] = { "constant", "uniform", "normal", "exponential", "lognormal",
	"gamma", "weibull", "pareto", "pareto-normal", "bimodal", "netem", "samples", "trace",
	NULL };
static const char *const order_names[] = { "fifo", "flow", "free", NULL };
static const char *const below_zero_names[] = { "clamp", "redraw", NULL };
static const char *const clock_names[] = { "time", "packet", NULL };
static const char *const interpolation_names[] = { "hold", "linear", NULL };
static const char *const draw_names[] = { "packet", "burst", "flow", NULL };

#define LONGEST       "1h"
#define LAW_BIT(name) (1u << WF_LAW_##name)
#define SHAPED        (LAW_BIT(LOGNORMAL) | LAW_BIT(GAMMA) | LAW_BIT(WEIBULL) | LAW_BIT(PARETO))
#define BELOW_ZERO_LAWS                                                                            \
	(LAW_BIT(UNIFORM) | LAW_BIT(NORMAL) | LAW_BIT(PARETO_NORMAL) | LAW_BIT(BIMODAL) |          \
		LAW_BIT(NETEM))

const struct wf_param wf_delay_params[] = {
	[WF_DELAY_MEAN] = { .name = "mean",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, mean),
		.fallback = "0ms",
		.max = LONGEST,
		.help = "mean delay" },
	[WF_DELAY_STDDEV] = { .name = "stddev",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, stddev),
		.fallback = "0ms",
		.max = LONGEST,
		.belongs = SHAPED | BELOW_ZERO_LAWS,
		.help = "standard deviation of the delay" },
	[WF_DELAY_LAW] = { .name = "distribution",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, law),
		.choices = wf_delay_laws,
		.help = "law of the delay; by default uniform with min and max, normal with a "
			"stddev, constant otherwise" },
	[WF_DELAY_MIN] = { .name = "min",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, min),
		.max = LONGEST,
		.belongs = LAW_BIT(UNIFORM),
		.help = "uniform: the shortest delay" },
	[WF_DELAY_MAX] = { .name = "max",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, max),
		.max = LONGEST,
		.belongs = LAW_BIT(UNIFORM),
		.help = "uniform: the longest delay" },
	[WF_DELAY_CAP] = { .name = "cap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, cap),
		.max = LONGEST,
		.help = "no delay is longer than this" },
	[WF_DELAY_BELOW_ZERO] = { .name = "below_zero",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, below_zero),
		.fallback = "clamp",
		.choices = below_zero_names,
		.help = "what a draw below zero becomes: zero, or another draw" },
	[WF_DELAY_ORDER] = { .name = "order",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, order),
		.fallback = "fifo",
		.choices = order_names,
		.help = "may packets overtake: never, only those of other flows, or freely" },
	[WF_DELAY_SHAPE] = { .name = "shape",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct wf_delay_params, shape),
		.min = "0.1",
		.max = "1000",
		.belongs = SHAPED,
		.help = "with scale, instead of mean and stddev; lognormal: sd of the logarithm" },
	[WF_DELAY_SCALE] = { .name = "scale",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, scale),
		.min = "1ns",
		.max = LONGEST,
		.belongs = SHAPED,
		.help = "with shape; lognormal: the median; pareto: the shortest delay" },
	[WF_DELAY_MEAN2] = { .name = "mean2",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, mean2),
		.max = LONGEST,
		.belongs = LAW_BIT(BIMODAL),
		.help = "bimodal: mean of the second mode" },
	[WF_DELAY_STDDEV2] = { .name = "stddev2",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, stddev2),
		.fallback = "0ms",
		.max = LONGEST,
		.belongs = LAW_BIT(BIMODAL),
		.help = "bimodal: standard deviation of the second mode" },
	[WF_DELAY_SHARE2] = { .name = "share2",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_delay_params, share2),
		.min = "0.1%",
		.max = "99.9%",
		.belongs = LAW_BIT(BIMODAL),
		.help = "bimodal: probability of the second mode" },
	[WF_DELAY_FILE_NAME] = { .name = "file",
		.type = WF_PARAM_STRING,
		.names_file = true,
		.offset = offsetof(struct wf_delay_params, file),
		.belongs = LAW_BIT(NETEM) | LAW_BIT(SAMPLES) | LAW_BIT(TRACE),
		.help = "netem: a .dist table; samples: durations, one a line" },
	[WF_DELAY_DRAW] = { .name = "draw",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, draw),
		.fallback = "packet",
		.choices = draw_names,
		.help = "what gets a draw of its own: a packet, a burst of them, or a flow" },
	[WF_DELAY_GAP] = { .name = "gap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, gap),
		.fallback = "1ms",
		.min = "1us",
		.max = LONGEST,
		.help = "draw = burst: a packet this long after the one before begins a new "
			"burst" },
	[WF_DELAY_RHO] = { .name = "rho",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct wf_delay_params, rho),
		.min = "-0.999",
		.max = "0.999",
		.help = "correlation of a draw with the one before, of the copula: see the "
			"manual" },
	[WF_DELAY_HALF_LIFE] = { .name = "half_life",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, half_life),
		.min = "1us",
		.max = "24h",
		.help = "instead of rho: time after which the correlation is one half" },
	[WF_DELAY_AMPLITUDE] = { .name = "amplitude",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, amplitude),
		.fallback = "0ms",
		.max = LONGEST,
		.help = "periodic jitter: the most that it adds, or takes off" },
	[WF_DELAY_FREQUENCY] = { .name = "frequency",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct wf_delay_params, frequency),
		.min = "0.0001",
		.max = "1000000",
		.help = "periodic jitter: periods a second, in Hz" },
	[WF_DELAY_WAVEFORM] = { .name = "waveform",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, waveform),
		.fallback = "sine",
		.choices = wf_wave_names,
		.help = "periodic jitter: its form, from the start of the run; saw rises" },
	[WF_DELAY_SPIKE_P] = { .name = "spike_p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_delay_params, spike_p),
		.fallback = "0%",
		.help = "probability that a packet gets a spike on top of its delay" },
	[WF_DELAY_SPIKE_MIN] = { .name = "spike_min",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, spike_min),
		.fallback = "0ms",
		.max = LONGEST,
		.help = "the lowest spike; all up to spike_max are equally likely" },
	[WF_DELAY_SPIKE_MAX] = { .name = "spike_max",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_delay_params, spike_max),
		.max = LONGEST,
		.help = "the highest spike" },
	[WF_DELAY_CANCEL_BIAS] = { .name = "cancel_bias",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_delay_params, cancel_bias),
		.fallback = "false",
		.help = "take off what keeping order adds to the mean, as far as delays above zero "
			"allow" },
	[WF_DELAY_CLOCK] = { .name = "clock",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, clock),
		.choices = clock_names,
		.belongs = LAW_BIT(TRACE),
		.help = "trace: its rows are of instants since the start, or of one packet each" },
	[WF_DELAY_INTERPOLATION] = { .name = "interpolation",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_delay_params, interpolation),
		.fallback = "hold",
		.choices = interpolation_names,
		.belongs = LAW_BIT(TRACE),
		.help = "trace by time: a delay stays until the next row, or goes straight to it" },
	[WF_DELAY_LOOP] = { .name = "loop",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_delay_params, loop),
		.fallback = "true",
		.belongs = LAW_BIT(TRACE),
		.help = "trace: begin again at its end, or stay at the last delay" },
	{ 0 },
};

int
wf_delay_law(const struct wf_delay_params *p)
{
	if (wf_param_given(p, WF_DELAY_LAW))
		return p->law;
	if (wf_param_given(p, WF_DELAY_MIN) || wf_param_given(p, WF_DELAY_MAX))
		return WF_LAW_UNIFORM;
	return p->stddev > 0 ? WF_LAW_NORMAL : WF_LAW_CONSTANT;
}

/* Is a delay a draw at all? */
static bool
draws(int law)
{
	return law != WF_LAW_CONSTANT && law != WF_LAW_TRACE;
}

/* Keys that the law has no use for. */
static int
check_foreign(const struct wf_delay_params *p, int law, struct wf_block_compile *c)
{
	const struct wf_param_choice chosen = { wf_delay_params, WF_DELAY_LAW, law,
		"Leave the key out, or choose a distribution that has it" };
	int rc = wf_param_foreign(&chosen, WF_DELAY_SHAPE, WF_PARAM_LAST, p, c->where, c->err);

	if (wf_param_given(p, WF_DELAY_STDDEV) && p->stddev > 0 && law != WF_LAW_CONSTANT &&
		!wf_param_belongs(&wf_delay_params[WF_DELAY_STDDEV], law))
		rc = wf_err_add(c->err, c->where, "Leave it out",
			"distribution \"%s\" has no \"stddev\" of its own", wf_delay_laws[law]);
	if (wf_param_given(p, WF_DELAY_INTERPOLATION) && law == WF_LAW_TRACE &&
		p->clock == WF_DELAY_BY_PACKET)
		rc = wf_err_add(c->err, c->where, "Leave it out",
			"\"interpolation\" is for traces by time");
	if (p->mean > 0 && (law == WF_LAW_SAMPLES || law == WF_LAW_TRACE))
		rc = wf_err_add(c->err, c->where, "Leave it out",
			"distribution \"%s\" has no \"mean\" but that of its file",
			wf_delay_laws[law]);
	if (p->below_zero == WF_DELAY_REDRAW && wf_param_given(p, WF_DELAY_BELOW_ZERO) &&
		law > WF_LAW_NORMAL && !(BELOW_ZERO_LAWS >> law & 1))
		rc = wf_err_add(c->err, c->where, "Leave below_zero out",
			"distribution \"%s\" never draws below zero", wf_delay_laws[law]);
	if (wf_param_given(p, WF_DELAY_GAP) && p->draw != WF_DELAY_PER_BURST)
		rc = wf_err_add(c->err, c->where, "Add draw = \"burst\"",
			"\"gap\" is for delays drawn per burst");
	if (p->draw != WF_DELAY_PER_PACKET && !draws(law))
		rc = wf_err_add(c->err, c->where, "Choose a distribution",
			"\"draw\" has no meaning for delays that are not drawn");
	return rc;
}

/* Keys that the law must have. */
static int
check_complete(const struct wf_delay_params *p, int law, struct wf_block_compile *c)
{
	bool shape = wf_param_given(p, WF_DELAY_SHAPE), scale = wf_param_given(p, WF_DELAY_SCALE);
	bool moments = p->mean > 0 || p->stddev > 0;
	int rc = 0;

	if ((SHAPED >> law & 1) && moments && (shape || scale))
		rc = wf_err_add(c->err, c->where, "Use mean and stddev, or shape and scale",
			"two descriptions of one %s distribution are given", wf_delay_laws[law]);
	else if ((SHAPED >> law & 1) && !(shape && scale) && !(p->mean > 0 && p->stddev > 0))
		rc = wf_err_add(c->err, c->where, "Give mean and stddev, or shape and scale",
			"distribution \"%s\" needs two parameters", wf_delay_laws[law]);
	if (law == WF_LAW_EXPONENTIAL && p->mean == 0)
		rc = wf_err_add(c->err, c->where, "Write mean = \"10ms\"",
			"distribution \"exponential\" needs a \"mean\"");
	if ((law == WF_LAW_PARETO_NORMAL || law == WF_LAW_NETEM) && p->stddev == 0)
		rc = wf_err_add(c->err, c->where, "Write stddev = \"5ms\"",
			"distribution \"%s\" needs a \"stddev\"", wf_delay_laws[law]);
	if (law == WF_LAW_BIMODAL &&
		!(wf_param_given(p, WF_DELAY_MEAN2) && wf_param_given(p, WF_DELAY_SHARE2)))
		rc = wf_err_add(c->err, c->where, "Write mean2 = \"80ms\" and share2 = \"20%\"",
			"distribution \"bimodal\" needs \"mean2\" and \"share2\"");
	if ((law == WF_LAW_NETEM || law == WF_LAW_SAMPLES || law == WF_LAW_TRACE) &&
		p->file == NULL)
		rc = wf_err_add(c->err, c->where, "Write file = \"delays.txt\"",
			"distribution \"%s\" needs a \"file\"", wf_delay_laws[law]);
	return rc;
}

/* Keys of a law's bounds. */
static int
check_bounds(const struct wf_delay_params *p, int law, struct wf_block_compile *c)
{
	bool bounds = wf_param_given(p, WF_DELAY_MIN) || wf_param_given(p, WF_DELAY_MAX);
	bool moments = wf_param_given(p, WF_DELAY_MEAN) || wf_param_given(p, WF_DELAY_STDDEV);
	int rc = 0;

	if (bounds && law != WF_LAW_UNIFORM)
		rc = wf_err_add(c->err, c->where, "Use cap to bound other distributions",
			"\"min\" and \"max\" belong to distribution \"uniform\", not \"%s\"",
			wf_delay_laws[law]);
	if (bounds && law == WF_LAW_UNIFORM && moments)
		rc = wf_err_add(c->err, c->where, "Use min and max, or mean and stddev",
			"two descriptions of one uniform distribution are given");
	if (bounds && law == WF_LAW_UNIFORM && !wf_param_given(p, WF_DELAY_MAX))
		rc = wf_err_add(c->err, c->where, "Write max = \"30ms\"", "\"max\" is missing");
	if (bounds && law == WF_LAW_UNIFORM && p->min > p->max && wf_param_given(p, WF_DELAY_MAX))
		rc = wf_err_add(c->err, c->where, "Swap them", "\"min\" is above \"max\"");
	if (law == WF_LAW_CONSTANT && p->stddev > 0)
		rc = wf_err_add(c->err, c->where, "Choose distribution \"normal\" or \"uniform\"",
			"distribution \"constant\" has no \"stddev\"");
	return rc;
}

/* Correlation, waves, spikes and bias. */
static int
check_shape(const struct wf_delay_params *p, int law, struct wf_block_compile *c)
{
	bool rho = wf_param_given(p, WF_DELAY_RHO), half = wf_param_given(p, WF_DELAY_HALF_LIFE);
	bool hz = wf_param_given(p, WF_DELAY_FREQUENCY);
	bool steady = law == WF_LAW_CONSTANT && p->amplitude == 0 && p->spike_p == 0;
	int rc = 0;

	if (rho && half)
		rc = wf_err_add(c->err, c->where, "Leave one of them out",
			"\"rho\" is correlation by packet and \"half_life\" by time: not both");
	if ((rho || half) && !draws(law))
		rc = wf_err_add(c->err, c->where, "Choose a distribution",
			"delays that are not drawn have nothing to correlate");
	if ((rho || half) && p->draw == WF_DELAY_PER_FLOW)
		rc = wf_err_add(c->err, c->where, "Use draw = \"packet\" or \"burst\"",
			"delays drawn per flow do not follow one another");
	if (p->amplitude > 0 && !hz)
		rc = wf_err_add(c->err, c->where, "Write frequency = 50.0",
			"periodic jitter needs a \"frequency\"");
	if (p->amplitude == 0 && (hz || wf_param_given(p, WF_DELAY_WAVEFORM)))
		rc = wf_err_add(c->err, c->where, "Write amplitude = \"2ms\"",
			"periodic jitter needs an \"amplitude\"");
	if (p->spike_p > 0 && !wf_param_given(p, WF_DELAY_SPIKE_MAX))
		rc = wf_err_add(c->err, c->where, "Write spike_max = \"80ms\"",
			"spikes need a \"spike_max\"");
	if (p->spike_p == 0 &&
		(wf_param_given(p, WF_DELAY_SPIKE_MIN) || wf_param_given(p, WF_DELAY_SPIKE_MAX)))
		rc = wf_err_add(c->err, c->where, "Write spike_p = \"1%\"",
			"spikes need a probability, \"spike_p\"");
	if (p->spike_p > 0 && p->spike_min > p->spike_max && wf_param_given(p, WF_DELAY_SPIKE_MAX))
		rc = wf_err_add(
			c->err, c->where, "Swap them", "\"spike_min\" is above \"spike_max\"");
	if (p->cancel_bias && (p->order == WF_DELAY_FREE || steady))
		rc = wf_err_add(c->err, c->where, "Leave cancel_bias out",
			"there is no bias to cancel: %s",
			steady ? "the delay is constant" : "packets need not keep their order");
	return rc;
}

int
wf_delay_check(const struct wf_delay_params *p, int law, struct wf_block_compile *c)
{
	int rc = check_bounds(p, law, c);

	rc |= check_foreign(p, law, c);
	rc |= check_complete(p, law, c);
	return rc | check_shape(p, law, c);
}

bool
wf_delay_is_fifo(void *const *blocks)
{
	const struct wf_delay_params *p = blocks[WF_BLOCK_DELAY];

	return p != NULL && p->order == WF_DELAY_FIFO;
}
