/* SPDX-License-Identifier: BSD-3-Clause
 * The target that is known by formulas.
 */
#include "model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int
trial(void *ctx, const struct wf_load_offer *o, struct wf_load_result *r, struct wf_err *err)
{
	struct model *m = ctx;
	double s = 0, n = 0;

	m->trials++;
	for (uint32_t i = 0; i < o->n_phases; i++) {
		const struct wf_generator_spec *p = &o->phase[i];
		double pass, rate = (double)p->pps;

		s = (double)p->packets / rate;
		n = (double)p->packets;
		r->offered += p->packets;
		if (m->tester_pps > 0 && rate > m->tester_pps)
			n *= m->tester_pps / rate;
		pass = fmin(n, floor(m->capacity_pps * s + m->buffer));
		if (m->police_pps > 0)
			pass = fmin(pass, floor(m->police_pps * s));
		if (m->trials == m->fail_at)
			pass = 0;
		r->sent += (uint64_t)n;
		r->t.received += (uint64_t)pass;
	}
	r->t.sent = r->sent;
	r->t.lost = r->sent - r->t.received;
	r->missed = m->missed;
	r->recovered_ns = o->n_phases > 1 ? m->recovered_ns : 0;
	if (r->t.received > 0) {
		wf_hist_add_times(&r->delay, m->delay_ns, r->t.received);
		wf_hist_add(&r->delay, m->delay_ns + m->spread_ns);
	}
	return 0;
}

void
model_load(struct wf_load *l, struct model *m, const char *test, const char *traffic,
	const char *const *options)
{
	struct wf_err *err = wf_err_new();

	*l = (struct wf_load){ .test = test,
		.target = { .kind = "model", .clock = "virtual", .trial = trial, .ctx = m } };
	snprintf(l->target.name, sizeof(l->target.name), "a <model> & \"more\"");
	assert_int_equal(wf_load_settings_init(&l->settings), 0);
	for (; *options != NULL; options++) {
		const char *value = strchr(*options, '=') + 1;
		char name[32];
		int row;

		snprintf(name, sizeof(name), "%.*s", (int)(value - 1 - *options), *options);
		row = wf_param_find(wf_load_table, name);
		assert_true(row >= 0);
		assert_int_equal(wf_param_set(wf_load_table, (size_t)row, value, &l->settings,
					 &(struct wf_where){ .path = name }, err),
			0);
	}
	if (wf_load_settings_check(&l->settings, test, traffic, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
}

void
model_run(struct wf_load *l)
{
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_load_run(l, err), 0);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
}

void
model_found(const struct wf_load *l, uint32_t i, const char *name, double value,
	enum wf_load_outcome outcome)
{
	assert_true(i < l->n_findings);
	assert_string_equal(l->finding[i].name, name);
	if (fabs(l->finding[i].value - value) > 1e-9 * fabs(value))
		fail_msg("%s is %.12g, not %.12g", name, l->finding[i].value, value);
	assert_int_equal(l->finding[i].outcome, outcome);
}
