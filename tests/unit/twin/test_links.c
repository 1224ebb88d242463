/* SPDX-License-Identifier: BSD-3-Clause
 * Several links, several sources and generated packets in one run: each link fares as it does
 * alone, and sources of one direction as their merge by hand.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_generator_args.h"
#include "wf_source_generator.h"

#define PACKETS 3000

static const char text[] =
	"ports = ( { name = \"a\"; device = \"sink\"; }, { name = \"b\"; device = \"sink\"; },"
	" { name = \"c\"; device = \"sink\"; }, { name = \"d\"; device = \"sink\"; },"
	" { name = \"e\"; device = \"sink\"; }, { name = \"f\"; device = \"sink\"; } );"
	"links = ( { name = \"one\"; ports = [ \"a\", \"b\" ]; ab = { loss = \"20%\";"
	"  delay = { mean = \"3ms\"; stddev = \"1ms\"; order = \"free\"; }; }; ba = { duplicate = "
	"\"9%\"; }; },"
	" { name = \"unused\"; ports = [ \"c\", \"d\" ]; },"
	" { name = \"two\"; ports = [ \"e\", \"f\" ]; ab = { rate = \"5Mbit\"; queue = \"20pkt\"; "
	"}; } );";

static struct wf_conf *conf;
static struct wf_plan *plan;
static char dir[] = "/tmp/wf-test-links.XXXXXX";

/* What one run gave. */
struct result {
	struct wf_snapshot *snap;
	uint8_t *file[6];
	size_t bytes[6];
};

static int
start(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, "test", false, err);

	if (rig_start(state) < 0 || mkdtemp(dir) == NULL)
		return -1;
	conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	plan = conf != NULL ? wf_plan_compile(conf, 7, NULL, err) : NULL;
	wf_err_print(err, stderr);
	wf_node_free(tree);
	rig.err = err;
	return plan != NULL ? wf_plan_arm(plan, err) : -1;
}

static int
end(void **state)
{
	wf_plan_free(plan);
	wf_conf_free(conf);
	return rmdir(dir) + rig_end(state);
}

static struct wf_source *
generated(const char *device, wf_ns_t start_ns)
{
	struct wf_where where = { .path = "test" };
	struct wf_generator_spec spec;
	struct wf_source *s;

	assert_int_equal(wf_generator_parse(device, 0, &spec, &where, rig.err), 0);
	s = wf_source_generator(&spec, EPOCH + start_ns);
	assert_non_null(s);
	return s;
}

static void
take_file(struct result *r, uint32_t d, const char *path)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	r->bytes[d] = (size_t)ftell(f);
	rewind(f);
	r->file[d] = malloc(r->bytes[d]);
	assert_int_equal(fread(r->file[d], 1, r->bytes[d], f), r->bytes[d]);
	fclose(f);
	unlink(path);
}

/* Runs n inputs, which end with it. */
static struct result
run(const struct wf_twin_input *in, uint32_t n)
{
	struct wf_cap_writer *out[6] = { 0 };
	struct wf_twin_params q = { .plan = plan,
		.conf = conf,
		.in = in,
		.n_in = n,
		.out = out,
		.burst = 32,
		.max_held = 1 << 16 };
	struct result r = { 0 };
	char path[6][64];

	for (uint32_t d = 0; d < 6; d++) {
		snprintf(path[d], sizeof(path[d]), "%s/%u", dir, d);
		out[d] = wf_cap_create(path[d], 65535, rig.err);
	}
	assert_int_equal(wf_twin_run(&q, &r.snap, rig.err), 0);
	assert_int_equal(wf_snapshot_unaccounted(r.snap).packets, 0);
	for (uint32_t d = 0; d < 6; d++) {
		assert_int_equal(wf_cap_finish(out[d]), 0);
		take_file(&r, d, path[d]);
	}
	for (uint32_t i = 0; i < n; i++)
		wf_source_free(in[i].source);
	return r;
}

static void
drop(struct result *r)
{
	wf_snapshot_free(r->snap);
	for (uint32_t d = 0; d < 6; d++)
		free(r->file[d]);
}

static struct wf_twin_input
input(uint32_t number)
{
	static const char *const device[] = { "generator,flows=50,pps=20000,packets=3000",
		"generator,flows=3,pps=7001,packets=3000,ip=6,size=100+900",
		"generator,flows=9,pps=10007,packets=3000,size=imix,order=shuffle" };
	static const uint32_t to[] = { 0, 1, 4 };

	return (struct wf_twin_input){ generated(device[number], number * 13), to[number] };
}

static void
test_each_link_as_alone(void **state)
{
	struct wf_twin_input all[3] = { input(2), input(0), input(1) }; /* in any order */
	struct wf_twin_input one[2] = { input(0), input(1) }, two[1] = { input(2) };
	struct result r = run(all, 3), first = run(one, 2), second = run(two, 1);

	assert_int_equal(r.snap->n_links, 2);
	assert_string_equal(r.snap->links[0].name, "one");
	assert_string_equal(r.snap->links[1].name, "two");
	assert_string_equal(r.snap->links[1].port[1], "f");
	assert_int_equal(first.snap->n_links, 1);
	assert_string_equal(second.snap->links[0].name, "two");
	for (int side = 0; side < 2; side++) {
		assert_int_equal(r.snap->links[0].dir[side].s.c.rx.packets, PACKETS);
		assert_memory_equal(&r.snap->links[0].dir[side].s,
			&first.snap->links[0].dir[side].s, sizeof(struct wf_dir_stats));
		assert_memory_equal(&r.snap->links[1].dir[side].s,
			&second.snap->links[0].dir[side].s, sizeof(struct wf_dir_stats));
	}
	assert_in_range(r.snap->links[1].dir[0].s.c.dropped[WF_DROP_queue_full].packets, 100, 2900);
	for (uint32_t d = 0; d < 6; d++) {
		const struct result *alone = d < 4 ? &first : &second;

		assert_int_equal(r.bytes[d], alone->bytes[d]);
		assert_memory_equal(r.file[d], alone->file[d], r.bytes[d]);
	}
	drop(&r);
	drop(&first);
	drop(&second);
}

/* Two sources into one direction: at equal times the first of the list first. */
static void
test_two_sources_of_a_direction(void **state)
{
	struct wf_twin_input in[2] = { { generated("generator,pps=1000,packets=5,sport=1", 0), 5 },
		{ generated("generator,pps=500,packets=5,sport=2", 0), 5 } };
	static const uint8_t order[10] = { 1, 2, 1, 1, 2, 1, 1, 2, 2, 2 };
	struct result r = run(in, 2);
	struct wf_cap_packet p;
	struct wf_cap_reader *c;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/x", dir);
	f = fopen(path, "wb");
	fwrite(r.file[5], 1, r.bytes[5], f);
	fclose(f);
	c = wf_cap_open(path, NULL, rig.err);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(wf_cap_read(c, &p, rig.err), 1);
		assert_int_equal(p.data[35], order[i]);
	}
	assert_int_equal(wf_cap_read(c, &p, rig.err), 0);
	wf_cap_close(c);
	unlink(path);
	drop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_link_as_alone),
		cmocka_unit_test(test_two_sources_of_a_direction),
	};

	return cmocka_run_group_tests_name("links", tests, start, end);
}
