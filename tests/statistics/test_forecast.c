/* SPDX-License-Identifier: BSD-3-Clause
 * Every forecast against what the pipeline does: all configurations that the documentation shows,
 * and those of the golden tests. WF_TEST_LONG=1: more packets, and 10 seeds.
 *
 * test_forecast FOLDER: of the sources.
 */
#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "eal.h"
#include "wf_verify.h"

static const char *sources;
static uint32_t packets = 10000;
static uint64_t seeds = 1;
static uint32_t n_findings, n_stages[WF_BLOCK_COUNT];

/* Where order moves the delays, the mean has to be right without that. */
static bool
is_explained(const struct wf_verdict *v, const struct wf_finding *f)
{
	if (!(v->order_ns > 0))
		return false;
	return strcmp(f->name, "delay mean") != 0 ||
	       fabs(f->simulated - v->order_ns - f->predicted) <=
		       WF_VERIFY_OFF * v->finding[1].predicted / sqrt(v->packets) + 1;
}

static void
check_class(const char *name, const struct wf_plan *plan, uint32_t dir, uint16_t class_id)
{
	uint8_t ids[WF_BLOCK_COUNT];
	uint32_t n = wf_verify_stages(&plan->dir[dir].classes[class_id], ids);
	struct wf_verdict v;

	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(wf_verify(plan, dir, class_id, ids[i], packets, &v), 0);
		n_stages[ids[i]]++;
		for (uint8_t k = 0; k < v.n; k++) {
			const struct wf_finding *f = &v.finding[k];

			n_findings++;
			if (f->differs && !is_explained(&v, f))
				fail_msg("%s, direction %u, class %s, seed %llu: %s: predicted %g, "
					 "simulated %g, error %g",
					name, dir, plan->dir[dir].classes[class_id].about->name,
					(unsigned long long)plan->seed, f->name, f->predicted,
					f->simulated, f->error);
		}
	}
}

/* NULL: it does not stand alone, as it names files that the text around it makes. */
static void
check_tree(const char *name, struct wf_node *tree)
{
	struct wf_err *err = wf_err_new();
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;

	for (uint64_t seed = 1; conf != NULL && seed <= seeds; seed++) {
		struct wf_plan *plan = wf_plan_compile(conf, seed, NULL, err);

		for (uint32_t d = 0; plan != NULL && d < plan->n_dirs; d++)
			for (uint16_t k = 0; k < plan->dir[d].n_classes; k++)
				check_class(name, plan, d, k);
		wf_plan_free(plan);
	}
	wf_conf_free(conf);
	wf_node_free(tree);
	wf_err_free(err);
}

static void
golden_configurations(void **state)
{
	struct wf_err *err = wf_err_new();
	char pattern[1024];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/tests/golden/conf/*.conf", sources);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++)
		check_tree(g.gl_pathv[i], wf_conf_read_file(g.gl_pathv[i], err));
	globfree(&g);
	wf_err_free(err);
}

/* The blocks of a page that are marked as configurations. */
static void
check_page(const char *path)
{
	struct wf_err *err = wf_err_new();
	FILE *in = fopen(path, "re");
	char line[1024], text[16384];
	size_t n = 0;
	bool inside = false;

	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (!inside) {
			inside = strcmp(line, "```libconfig\n") == 0;
			n = 0;
		} else if (strcmp(line, "```\n") == 0) {
			inside = false;
			check_tree(path, wf_conf_read_text(text, path, true, err));
		} else {
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", line);
			assert_true(n < sizeof(text));
		}
	}
	fclose(in);
	wf_err_free(err);
}

static void
documented_configurations(void **state)
{
	static const char *const where[] = { "README.md", "docs/tutorial/*.md", "docs/howto/*.md",
		"docs/explanation/*.md", "docs/reference/*.md" };
	char pattern[1024];
	glob_t g;

	for (size_t w = 0; w < WF_ARRAY_SIZE(where); w++) {
		snprintf(pattern, sizeof(pattern), "%s/%s", sources, where[w]);
		assert_int_equal(glob(pattern, 0, NULL, &g), 0);
		for (size_t i = 0; i < g.gl_pathc; i++)
			check_page(g.gl_pathv[i]);
		globfree(&g);
	}
}

static void
shipped_configurations(void **state)
{
	struct wf_err *err = wf_err_new();
	char pattern[1024];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/config/{*.conf,profiles/*.conf}", sources);
	assert_int_equal(glob(pattern, GLOB_BRACE, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++)
		check_tree(g.gl_pathv[i], wf_conf_read_file(g.gl_pathv[i], err));
	globfree(&g);
	wf_err_free(err);
}

static const char *const examples[] = {
	"delay = \"20ms\";",
	"delay = { min = \"5ms\"; max = \"30ms\"; order = \"free\"; };",
	"delay = { distribution = \"uniform\"; mean = \"2ms\"; stddev = \"3ms\"; order = "
	"\"free\"; };",
	"delay = { mean = \"20ms\"; stddev = \"2ms\"; order = \"free\"; };",
	"delay = { mean = \"20ms\"; stddev = \"2ms\"; order = \"free\"; rho = 0.6; };",
	"delay = { mean = \"20ms\"; stddev = \"2ms\"; order = \"free\"; rho = -0.6; };",
	"delay = { mean = \"20ms\"; stddev = \"2ms\"; order = \"free\"; half_life = "
	"\"5ms\"; };",
	"delay = { mean = \"20ms\"; amplitude = \"5ms\"; frequency = 10.0; order = "
	"\"free\"; };",
	"delay = { mean = \"20ms\"; stddev = \"2ms\"; amplitude = \"5ms\"; frequency = "
	"3.0; "
	"waveform = \"square\"; order = \"free\"; };",
	"delay = { mean = \"4ms\"; stddev = \"1ms\"; amplitude = \"5ms\"; frequency = "
	"300.0; "
	"waveform = \"saw\"; order = \"free\"; };",
	"delay = { mean = \"20ms\"; stddev = \"2ms\"; spike_p = \"3%\"; spike_min = "
	"\"10ms\"; "
	"spike_max = \"90ms\"; order = \"free\"; };",
	"delay = { mean = \"1ms\"; stddev = \"2ms\"; order = \"free\"; };",
	"delay = { mean = \"1ms\"; stddev = \"2ms\"; below_zero = \"redraw\"; order = "
	"\"free\"; };",
	"delay = { mean = \"20ms\"; stddev = \"9ms\"; cap = \"25ms\"; order = \"free\"; };",
	"delay = { distribution = \"exponential\"; mean = \"8ms\"; order = \"free\"; };",
	"delay = { distribution = \"lognormal\"; mean = \"40ms\"; stddev = \"15ms\"; order "
	"= \"free\"; };",
	"delay = { distribution = \"gamma\"; mean = \"40ms\"; stddev = \"15ms\"; order = "
	"\"free\"; };",
	"delay = { distribution = \"weibull\"; mean = \"40ms\"; stddev = \"15ms\"; order = "
	"\"free\"; };",
	"delay = { distribution = \"pareto\"; shape = 5; scale = \"10ms\"; order = "
	"\"free\"; };",
	"delay = { distribution = \"pareto-normal\"; mean = \"40ms\"; stddev = \"5ms\"; "
	"cap "
	"= \"80ms\"; order = \"free\"; };",
	"delay = { distribution = \"bimodal\"; mean = \"20ms\"; stddev = \"1ms\"; mean2 = "
	"\"80ms\"; stddev2 = \"5ms\"; share2 = \"20%\"; order = \"free\"; };",
	"loss = \"1%\";",
	"loss = { p = \"5%\"; correlation = \"60%\"; };",
	"loss = { model = \"gilbert-elliott\"; p = 0.02; r = 0.2; h = 0.3; k = 0.99; };",
	"loss = { model = \"4-state\"; p13 = \"2%\"; p31 = \"30%\"; p32 = \"20%\"; p23 = "
	"\"40%\"; p14 = \"1%\"; };",
	"loss = { model = \"markov\"; matrix = \"0.9 0.1; 0.5 0.5\"; state_loss = \"0% "
	"100%\"; };",
	"loss = { model = \"fault-5state\"; };",
	"loss = { model = \"ber\"; ber = 1e-5; };",
	"loss = { model = \"every\"; every = 7; };",
	"loss = { model = \"burst\"; burst = 5; period = \"10ms\"; };",
	"arq = { p = \"10%\"; rtt = \"8ms\"; };",
	"arq = { p = \"40%\"; p_retry = \"70%\"; rtt = \"5ms\"; max_retries = 6; };",
	"arq = { p = \"30%\"; correlation = \"50%\"; rtt = \"5ms\"; in_order = false; };",
	"arq = { p = \"30%\"; max_retries = 0; };",
	"corrupt = \"3%\";",
	"corrupt = { ber = 1e-5; layer = \"payload\"; };",
	"corrupt = { p = \"10%\"; truncate = 100; };",
	"corrupt = { p = \"20%\"; correlation = \"50%\"; };",
	"unreachable = \"7%\";",
	"dns = { answer = \"nxdomain\"; p = \"30%\"; };",
	"dns = { answer = \"timeout\"; p = \"30%\"; };",
	"rewrite = { p = \"25%\"; dscp = 46; };",
	"rewrite = { p = \"25%\"; correlation = \"50%\"; vlan = \"push\"; vlan_id = 7; };",
	"reset = { p = \"2%\"; };",
	"reset = { p = \"2%\"; to = \"sender\"; };",
	"target = { on = \"data\"; p = \"5%\"; };",
	"target = { on = \"any\"; min_bytes = 1000; p = \"5%\"; };",
	"duplicate = { p = \"10%\"; copies = 3; spacing = \"2ms\"; };",
	"outage = { period = \"30s\"; down = \"1s\"; offset = \"5s\"; };",
	"rate = \"1kbit\";",
	"rate = { rate = \"400Gbit\"; overhead = \"0B\"; };",
	"rate = { rate = \"10Mbit\"; cell = 48; cell_overhead = 5; };",
	"rate = { rate = \"10Mbit\"; burst = \"100kB\"; mode = \"police\"; };",
	"rate = { rate = \"10Mbit\"; burst = \"100kB\"; }; queue = { limit = \"10ms\"; };",
	"rate = \"10Mbit\"; queue = { limit = \"100kB\"; drop = \"head\"; };",
	"rate = \"10Mbit\"; queue = { aqm = \"fq-codel\"; };",
	"slot = { min = \"1ms\"; max = \"5ms\"; packets = 10; };",
};

/* Each law and model alone, as the tables of the documentation have them. */
static void
every_law_and_model(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(examples); i++) {
		struct wf_err *err = wf_err_new();
		uint32_t before = n_findings;
		char text[2048];

		snprintf(text, sizeof(text),
			"ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; "
			"device = \"net_null1\"; } );\n"
			"links = ( { name = \"l\"; ports = [ \"a\", \"b\" ]; ab = { %s }; } );",
			examples[i]);
		check_tree(examples[i], wf_conf_read_text(text, examples[i], false, err));
		if (n_findings == before)
			fail_msg("nothing was tried of %s", examples[i]);
		wf_err_free(err);
	}
}

static void
all_that_can_be_tried_has_been(void **state)
{
	static const uint8_t some[] = { WF_BLOCK_OUTAGE, WF_BLOCK_RESET, WF_BLOCK_UNREACHABLE,
		WF_BLOCK_DNS, WF_BLOCK_REWRITE, WF_BLOCK_RATE, WF_BLOCK_SLOT, WF_BLOCK_TARGET,
		WF_BLOCK_LOSS, WF_BLOCK_ARQ, WF_BLOCK_CORRUPT, WF_BLOCK_DUPLICATE, WF_BLOCK_DELAY };

	for (size_t i = 0; i < WF_ARRAY_SIZE(some); i++)
		assert_true(n_stages[some[i]] > 0);
	print_message("# %u findings\n", n_findings);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_law_and_model),
		cmocka_unit_test(golden_configurations),
		cmocka_unit_test(documented_configurations),
		cmocka_unit_test(shipped_configurations),
		cmocka_unit_test(all_that_can_be_tried_has_been),
	};

	sources = argc > 1 ? argv[1] : ".";
	if (getenv("WF_TEST_LONG") != NULL) {
		packets = 100000;
		seeds = 10;
	}
	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
