/* SPDX-License-Identifier: BSD-3-Clause
 * Predicted against simulated, for the user.
 */
#include "check_simulate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_text.h"
#include "wf_eal.h"

#define USUAL      20000u /* packets of a stage */
#define ALL_STAGES 400000u

static uint32_t
count_stages(const struct wf_plan *plan)
{
	uint8_t ids[WF_BLOCK_COUNT];
	uint32_t n = 0;

	for (uint32_t d = 0; d < plan->n_dirs; d++)
		for (uint16_t k = 0; k < plan->dir[d].n_classes; k++)
			n += wf_verify_stages(&plan->dir[d].classes[k], ids);
	return n;
}

static uint32_t
usual_packets(uint32_t stages)
{
	uint32_t n = stages > 0 ? ALL_STAGES / stages : 0;

	return n > USUAL ? USUAL : n;
}

static int
try_class(const struct wf_plan *plan, uint32_t dir, uint16_t class_id,
	const struct wf_whole_traffic *traffic, struct wf_simulated *out)
{
	struct wf_simulated_class *c = &out->class[out->n_classes];
	uint8_t ids[WF_BLOCK_COUNT];
	uint32_t n = wf_verify_stages(&plan->dir[dir].classes[class_id], ids);

	for (uint32_t i = 0; i < n; i++) {
		struct wf_simulated_stage *s = &out->stage[out->n++];

		s->dir = dir;
		s->class_id = class_id;
		if (wf_verify(plan, dir, class_id, ids[i], traffic->packets, &s->v) < 0)
			return -ENOMEM;
	}
	if (n == 0)
		return 0;
	out->n_classes++;
	c->dir = dir;
	c->class_id = class_id;
	return wf_whole_try(plan, dir, class_id, traffic, &c->whole) < 0 ? -ENOMEM : 0;
}

int
wf_simulate(const struct wf_plan *plan, const struct wf_whole_traffic *traffic,
	struct wf_simulated *out, struct wf_err *err)
{
	struct wf_whole_traffic t = *traffic;
	uint32_t stages = count_stages(plan);
	int rc = 0;

	*out = (struct wf_simulated){ 0 };
	if (t.packets == 0)
		t.packets = usual_packets(stages);
	if (stages == 0 || t.packets < WF_VERIFY_LEAST) {
		out->left_out = stages;
		return 0;
	}
	out->stage = calloc(stages, sizeof(*out->stage));
	out->class = calloc(stages, sizeof(*out->class)); /* none has more than stages */
	if (out->stage == NULL || out->class == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (wf_eal_offline(err) < 0)
		return -EINVAL;
	for (uint32_t d = 0; d < plan->n_dirs && rc == 0; d++)
		for (uint16_t k = 0; k < plan->dir[d].n_classes && rc == 0; k++)
			rc = try_class(plan, d, k, &t, out);
	return rc == 0 ? 0
		       : wf_err_add(err, NULL, "Simulate fewer packets, or use --no-simulate",
				 "out of memory");
}

void
wf_simulated_free(struct wf_simulated *s)
{
	free(s->stage);
	free(s->class);
	*s = (struct wf_simulated){ 0 };
}

static const char *
value_text(double x, enum wf_unit unit, int digits, char out[WF_CHECK_TEXT])
{
	if (isnan(x))
		return "-";
	switch (unit) {
	case WF_UNIT_NS:
		return x > 0 ? wf_check_time(x, digits, out) : "0";
	case WF_UNIT_BPS:
		return wf_check_rate(x, digits, out);
	case WF_UNIT_SHARE:
		snprintf(out, WF_CHECK_TEXT, "%.*g%%", digits < 4 ? digits : 4, x * 100);
		return out;
	default:
		snprintf(out, WF_CHECK_TEXT, fabs(x) < 1 ? "%.3f" : "%.4g", x);
		return out;
	}
}

static const char *
off_text(const struct wf_finding *f, char out[WF_CHECK_TEXT])
{
	if (f->bound && !isnan(f->predicted) && !f->differs)
		return "within";
	if (isnan(f->off))
		return f->differs ? "beyond" : "-";
	if (isinf(f->off))
		return "exact value missed";
	snprintf(out, WF_CHECK_TEXT, "%+.1f", f->off);
	return out;
}

static void
stage_table(const struct wf_simulated_stage *s, const struct wf_plan *plan, FILE *out)
{
	const struct wf_plan_class *k = &plan->dir[s->dir].classes[s->class_id];
	char gap[WF_CHECK_TEXT], a[WF_CHECK_TEXT], b[WF_CHECK_TEXT], c[WF_CHECK_TEXT];

	for (uint8_t i = 0; i < s->v.n; i++) {
		const struct wf_finding *f = &s->v.finding[i];

		fprintf(out, "  %-12.12s %-2s %-12.12s %-13s %12s %12s %8s%s\n",
			plan->link_name[s->dir / 2], s->dir & 1 ? "ba" : "ab", k->about->name,
			f->name, value_text(f->predicted, f->unit, 5, a),
			value_text(f->simulated, f->unit, 5, b), off_text(f, c),
			f->differs ? "  differs" : "");
	}
	if (s->v.note[0] != '\0')
		wf_check_note(out, 18, "A packet each %s: %s.", wf_check_time(s->v.gap_ns, 3, gap),
			s->v.note);
}

/* All stages of each class together. */
static void
whole_table(const struct wf_simulated *s, const struct wf_plan *plan, FILE *out)
{
	fprintf(out,
		"\nall stages together: %u packets of %u bytes each\n"
		"  %-12s %-2s %-12s %9s %9s %9s %9s %9s %7s %9s\n",
		s->class[0].whole.packets, s->class[0].whole.frame_bytes, "link", "", "class",
		"gap", "delay", "sd", "p50", "p99", "lost", "order");
	for (uint32_t i = 0; i < s->n_classes; i++) {
		const struct wf_simulated_class *c = &s->class[i];
		const struct wf_whole *w = &c->whole;
		char t[7][WF_CHECK_TEXT];

		fprintf(out, "  %-12.12s %-2s %-12.12s %9s %9s %9s %9s %9s %7s %9s\n",
			plan->link_name[c->dir / 2], c->dir & 1 ? "ba" : "ab",
			plan->dir[c->dir].classes[c->class_id].about->name,
			wf_check_time(w->gap_ns, 4, t[0]),
			value_text(w->mean_ns, WF_UNIT_NS, 4, t[1]),
			value_text(w->stddev_ns, WF_UNIT_NS, 4, t[2]),
			value_text(w->p50_ns, WF_UNIT_NS, 4, t[3]),
			value_text(w->p99_ns, WF_UNIT_NS, 4, t[4]),
			value_text(w->lost, WF_UNIT_SHARE, 3, t[5]),
			value_text(w->order_ns, WF_UNIT_NS, 4, t[6]));
	}
	wf_check_note(out, 0,
		"gap: between packets, by default half of the rate; --gap and --frame state "
		"another "
		"traffic. order: of the delay, waiting for packets before. A class is tried alone: "
		"a rate that it shares is all its own.");
}

void
wf_simulated_table(const struct wf_simulated *s, const struct wf_plan *plan, FILE *out)
{
	if (s->left_out > 0)
		fprintf(out, "\n%u stages were not simulated, as they are many: --simulate does.\n",
			s->left_out);
	if (s->n == 0)
		return;
	fprintf(out, "\nsimulated: %u packets a stage, seed %llu\n", s->stage[0].v.packets,
		(unsigned long long)plan->seed);
	fprintf(out, "  %-12s %-2s %-12s %-13s %12s %12s %8s\n", "link", "", "class", "",
		"predicted", "simulated", "off");
	for (uint32_t i = 0; i < s->n; i++)
		stage_table(&s->stage[i], plan, out);
	wf_check_note(out, 0,
		"off: simulated - predicted, in standard errors of the simulation. "
		"differs: by more than chance, %g of them.",
		WF_VERIFY_OFF);
	whole_table(s, plan, out);
}

/* JSON has no NaN and no infinity. */
static json_t *
number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *
finding_json(const struct wf_finding *f)
{
	static const char *const unit[] = { [WF_UNIT_NS] = "ns",
		[WF_UNIT_BPS] = "bit/s",
		[WF_UNIT_SHARE] = "",
		[WF_UNIT_NUMBER] = "" };
	char name[32];

	snprintf(name, sizeof(name), "%s", f->name);
	for (char *c = name; *c != '\0'; c++)
		if (*c == ' ')
			*c = '_';
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "name", name, "unit", unit[f->unit],
		"predicted", number(f->predicted), "simulated", number(f->simulated),
		"standard_error", number(f->error), "off", number(f->off), "differs", f->differs);
}

json_t *
wf_simulated_whole_json(const struct wf_simulated *s, uint32_t dir, uint16_t class_id)
{
	for (uint32_t i = 0; i < s->n_classes; i++) {
		const struct wf_whole *w = &s->class[i].whole;

		if (s->class[i].dir != dir || s->class[i].class_id != class_id)
			continue;
		return json_pack("{s:I, s:I, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f}",
			"packets", (json_int_t)w->packets, "frame_bytes",
			(json_int_t)w->frame_bytes, "gap_ns", w->gap_ns, "delay_mean_ns",
			number(w->mean_ns), "delay_stddev_ns", number(w->stddev_ns), "delay_p50_ns",
			number(w->p50_ns), "delay_p99_ns", number(w->p99_ns), "delay_max_ns",
			number(w->max_ns), "order_ns", number(w->order_ns), "lost", w->lost,
			"copies", w->copies);
	}
	return json_null();
}

json_t *
wf_simulated_json(const struct wf_simulated *s, uint32_t dir, uint16_t class_id)
{
	json_t *all = json_array();

	for (uint32_t i = 0; i < s->n; i++) {
		const struct wf_verdict *v = &s->stage[i].v;
		json_t *findings;

		if (s->stage[i].dir != dir || s->stage[i].class_id != class_id)
			continue;
		findings = json_array();
		for (uint8_t k = 0; k < v->n; k++)
			json_array_append_new(findings, finding_json(&v->finding[k]));
		json_array_append_new(
			all, json_pack("{s:s, s:I, s:f, s:f, s:s, s:o}", "stage",
				     wf_block_registry[v->stage]->name, "packets",
				     (json_int_t)v->packets, "gap_ns", v->gap_ns, "order_ns",
				     v->order_ns, "note", v->note, "findings", findings));
	}
	return all;
}
