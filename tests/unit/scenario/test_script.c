/* SPDX-License-Identifier: BSD-3-Clause
 * Scripts: whatever phases and faults overlap, what stands at an instant is what the definition
 * says of it; and what begins a run and clocks, what ramps do, and what is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_script.h"

#define S     WF_NS_PER_S
#define START (5 * S)

static struct wf_node *
base(void)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *n = wf_conf_read_text(
		"seed = 42; ports = ( { name = \"a\"; device = \"net_null0\"; },"
		" { name = \"b\"; device = \"net_null1\"; } );"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];"
		" ab = { delay = \"1ms\"; loss = \"1%\"; }; ba = { delay = \"2ms\"; }; } );",
		"base.conf", false, err);

	assert_non_null(n);
	wf_err_free(err);
	return n;
}

/* A scenario and its script over the base. */
struct rig {
	struct wf_scenarios s;
	struct wf_node *base;
	struct wf_script script;
	struct wf_err *err;
};

static int
make(struct rig *r, const char *text)
{
	*r = (struct rig){ .err = wf_err_new(), .base = base() };
	if (wf_scenarios_read_text(text, "s.conf", &r->s, r->err) < 0) {
		wf_err_print(r->err, stderr);
		fail_msg("%s", text);
	}
	return wf_script_make(&r->s.at[0], r->base, 42, &r->script, r->err);
}

static void
put(struct rig *r)
{
	wf_script_fini(&r->script);
	wf_scenarios_free(&r->s);
	wf_node_free(r->base);
	wf_err_free(r->err);
}

/* ---- The definition ---- */

enum { DELAY, LOSS, KEYS };
static const char *const block[KEYS] = { "delay", "loss" }, *const leaf[KEYS] = { "mean", "p" };

#define PARTS 6
/* A phase or a fault: values of keys, 0: not said. */
struct part {
	int start, end; /* s */
	int value[2][KEYS];
	bool named[2];
};

struct model {
	int n_phases, n_faults;
	struct part phase[PARTS], fault[PARTS];
};

static void
definition(const struct model *m, int second, int out[2][KEYS])
{
	const int configured[2][KEYS] = { { 1, 1 }, { 2, 0 } };

	memcpy(out, configured, sizeof(configured));
	for (int i = 0; i < m->n_phases; i++)
		for (int side = 0; side < 2; side++)
			if (m->phase[i].start <= second && second < m->phase[i].end &&
				m->phase[i].named[side])
				memcpy(out[side], m->phase[i].value[side], sizeof(out[side]));
	for (int i = 0; i < m->n_faults; i++)
		for (int side = 0; side < 2; side++)
			for (int k = 0; k < KEYS; k++)
				if (m->fault[i].start <= second && second < m->fault[i].end &&
					m->fault[i].value[side][k] != 0)
					out[side][k] = m->fault[i].value[side][k];
}

/* ---- What is drawn ---- */

static unsigned drawn = 1;

static int
draw(int n)
{
	return rand_r(&drawn) % n;
}

static void
write_part(const struct part *p, FILE *out)
{
	static const char *const side_name[] = { "ab", "ba" };

	for (int side = 0; side < 2; side++) {
		if (!p->named[side])
			continue;
		fprintf(out, " %s = {", side_name[side]);
		if (p->value[side][DELAY] != 0)
			fprintf(out, " delay = \"%dms\";", p->value[side][DELAY]);
		if (p->value[side][LOSS] != 0)
			fprintf(out, " loss = \"%d%%\";", p->value[side][LOSS]);
		fputs(" };", out);
	}
}

static void
draw_part(struct part *p, int phase)
{
	for (int side = 0; side < 2; side++) {
		p->named[side] = draw(3) > 0 || (!phase && side == 0);
		for (int k = 0; k < KEYS && p->named[side]; k++)
			p->value[side][k] = draw(2) ? 1 + draw(90) : 0;
	}
}

static void
draw_scenario(struct model *m, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	int now = 0;

	*m = (struct model){ .n_phases = draw(PARTS + 1), .n_faults = draw(PARTS + 1) };
	fprintf(out, "schema_version = 1; name = \"x\"; duration = \"100s\"; phases = (");
	for (int i = 0; i < m->n_phases; i++) {
		struct part *p = &m->phase[i];

		p->start = now;
		p->end = now += 1 + draw(16);
		draw_part(p, 1);
		fprintf(out, "%s{ name = \"p%d\"; duration = \"%ds\";", i > 0 ? ", " : "", i,
			p->end - p->start);
		write_part(p, out);
		fputs(" }", out);
	}
	fprintf(out, "); faults = (");
	for (int i = 0; i < m->n_faults; i++) {
		struct part *p = &m->fault[i];

		p->start = draw(99);
		p->end = p->start + 1 + draw(100 - p->start);
		draw_part(p, 0);
		fprintf(out, "%s{ name = \"f%d\"; schedule = \"start:%d%%,duration:%ds\";",
			i > 0 ? ", " : "", i, p->start, p->end - p->start);
		write_part(p, out);
		fputs(" }", out);
	}
	fprintf(out, ");\n");
	fclose(out);
}

static int
effective(const struct wf_setup *s, int side, int key)
{
	struct wf_node *dir = wf_conf_dir_node(
		wf_conf_owner_node(s->tree, "wan", NULL), (enum wf_side)side, false);
	const struct wf_node *b = wf_node_get(dir, block[key]), *n;

	n = b != NULL ? wf_node_get(b, leaf[key]) : NULL;
	return n != NULL ? atoi(n->string) : 0;
}

static void
is_as_defined(const struct model *m, const struct wf_setup *s, const char *text)
{
	int second = s->plan->from_ns >= START ? (int)((s->plan->from_ns - START) / S) : 100;
	int want[2][KEYS];

	definition(m, second, want);
	for (int side = 0; side < 2; side++)
		for (int k = 0; k < KEYS; k++)
			if (effective(s, side, k) != want[side][k])
				fail_msg("%s: at %ds side %d has %s %d, not %d", text, second, side,
					block[k], effective(s, side, k), want[side][k]);
}

static void
any_overlap_is_what_the_definition_says_of_each_instant(void **state)
{
	for (int round = 0; round < 150; round++) {
		struct wf_script_walk w;
		struct model m;
		char text[4096];
		struct rig r;
		wf_ns_t last_ns = 0;

		draw_scenario(&m, text, sizeof(text));
		assert_int_equal(make(&r, text), 0);
		assert_int_equal(wf_script_begin(&w, &r.script, r.base, START, r.err), 0);
		is_as_defined(&m, w.setup, text);
		while (wf_script_next(&w, r.err) > 0) {
			/* Nothing changes by itself before the next one. */
			for (int s = (int)((last_ns - START) / S);
				last_ns != 0 && START + s * S < w.setup->plan->from_ns; s++) {
				int then[2][KEYS], now[2][KEYS];

				definition(&m, (int)((last_ns - START) / S), then);
				definition(&m, s, now);
				assert_memory_equal(then, now, sizeof(now));
			}
			is_as_defined(&m, w.setup, text);
			last_ns = w.setup->plan->from_ns;
		}
		assert_int_equal(last_ns, START + 100 * S);
		assert_int_equal(wf_err_count(r.err), 0);
		wf_script_end(&w);
		put(&r);
	}
}

static void
a_phase_begins_clocks_and_the_first_one_a_run(void **state)
{
	struct wf_script_walk w;
	struct rig r;

	assert_int_equal(make(&r, "schema_version = 1; name = \"x\"; duration = \"30s\";"
				  "phases = ( { name = \"a\"; duration = \"10s\"; },"
				  " { name = \"b\"; duration = \"10s\"; ab = { }; } );"
				  "faults = ( { name = \"f\"; schedule = \"start:12s,duration:3s\";"
				  " ba = { loss = 1; }; } );"),
		0);
	assert_int_equal(r.script.n, 5);
	assert_int_equal(wf_script_begin(&w, &r.script, r.base, START, r.err), 0);
	assert_int_equal(wf_script_next(&w, r.err), 1);
	assert_int_equal(w.setup->plan->dir[1].origin_ns, START);
	assert_true(r.script.step[0].change->run && r.script.step[0].change->run_key == 42);
	assert_true(r.script.step[0].begins && !r.script.step[1].change->run);
	assert_int_equal(wf_script_next(&w, r.err), 1);
	assert_int_equal(w.setup->plan->dir[0].origin_ns, START + 10 * S);
	assert_int_equal(w.setup->plan->dir[1].origin_ns, START + 10 * S);
	assert_int_equal(effective(w.setup, 0, LOSS), 0); /* what it names has nothing else */
	assert_int_equal(wf_script_next(&w, r.err), 1);
	assert_int_equal(w.setup->plan->dir[1].origin_ns, START + 10 * S);
	assert_int_equal(r.script.step[2].faults, 1);
	assert_int_equal(wf_script_next(&w, r.err), 1);
	assert_int_equal(wf_script_next(&w, r.err), 1);
	assert_int_equal(r.script.step[4].phase, UINT32_MAX);
	assert_int_equal(wf_script_next(&w, r.err), 1);
	assert_int_equal(w.setup->overrides.n, 0);
	assert_int_equal(wf_script_next(&w, r.err), 0);
	wf_script_end(&w);
	put(&r);
}

static void
a_ramp_is_steps_of_the_stated_width(void **state)
{
	struct wf_script_walk w;
	struct rig r;

	assert_int_equal(make(&r, "schema_version = 1; name = \"x\"; phases = ("
				  " { name = \"a\"; duration = \"1s\"; step = \"300ms\"; ramp = "
				  "\"step\"; ab = { delay = \"10ms -> 40ms\"; }; } );"),
		0);
	assert_int_equal(r.script.n, 4);
	assert_int_equal(wf_script_begin(&w, &r.script, r.base, START, r.err), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(wf_script_next(&w, r.err), 1);
		assert_int_equal(w.setup->plan->from_ns, START + i * 300 * WF_NS_PER_MS);
		assert_int_equal(effective(w.setup, 0, DELAY), 10 + 10 * i);
	}
	assert_int_equal(r.script.step[3].change->for_ns, 100 * WF_NS_PER_MS);
	wf_script_end(&w);
	put(&r);
}

static void
refused(const char *text, const char *message)
{
	struct rig r;
	char line[400] = "";

	if (make(&r, text) == 0)
		assert_true(wf_script_timeline(&r.script, r.base, 1, NULL, r.err) < 0);
	assert_non_null(wf_err_item(r.err, 0));
	wf_err_format(wf_err_item(r.err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", text, line, message);
	put(&r);
}

#define HEAD "schema_version = 1; name = \"x\"; duration = \"9s\";\n"

static void
what_makes_no_sense_there_is_refused(void **state)
{
	refused(HEAD "faults = ( { name = \"f\"; link = \"lan\"; ab = { loss = 1; }; } );",
		"there is no link \"lan\"");
	refused(HEAD "faults = ( { name = \"f\"; class = \"c\"; ab = { loss = 1; }; } );",
		"link \"wan\" has no class \"c\"");
	refused(HEAD "\nfaults = ( { name = \"f\"; ab = { losss = 1; }; } );",
		"s.conf:3: links.wan.ab.losss: unknown key");
	refused(HEAD
		"phases = ( { name = \"p\"; duration = \"9s\"; ab = { delay = \"1ms -> 5Mbit\"; "
		"}; } );",
		"does not lead from one value of this key to another");
	refused(HEAD "phases = ( { name = \"p\"; duration = \"9s\"; ab = { blackhole = \"0 -> 1\"; "
		     "}; } );",
		"does not lead from one value of this key to another");
	refused(HEAD "faults = ( { name = \"f\"; ab = { loss = 3; }; } );", "links.wan.ab.loss");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_overlap_is_what_the_definition_says_of_each_instant),
		cmocka_unit_test(a_phase_begins_clocks_and_the_first_one_a_run),
		cmocka_unit_test(a_ramp_is_steps_of_the_stated_width),
		cmocka_unit_test(what_makes_no_sense_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
