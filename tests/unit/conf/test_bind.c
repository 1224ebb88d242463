/* SPDX-License-Identifier: BSD-3-Clause
 * What a valid configuration means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rig.h"
#include "wf_stages.h"

static void
ports_and_links_are_enough(void **state)
{
	struct wf_conf *c = rig_conf(RIG_LINK(""));

	assert_string_equal(c->file, "t.conf");
	assert_false(c->seed_given);
	assert_int_equal(c->n_workers, 0);
	assert_int_equal(c->memory_bytes, 0);
	assert_int_equal(c->by_value_bytes, 64);
	assert_int_equal(c->max_flows, 65536);
	assert_int_equal(c->flow_idle_ns, 60 * WF_NS_PER_S);
	assert_string_equal(c->control.socket, WF_CONF_DEFAULT_SOCKET);
	assert_int_equal(c->n_links, 1);
	assert_string_equal(c->links[0].name, "wan");
	assert_int_equal(c->links[0].port[0], 0);
	assert_int_equal(c->links[0].port[1], 1);
	assert_false(c->links[0].dir[WF_AB].present);
	assert_false(c->links[0].dir[WF_BA].present);
	assert_int_equal(c->links[0].n_classes, 0);
	wf_conf_free(c);
}

static void
the_top_level_is_read(void **state)
{
	struct wf_conf *c = rig_conf(
		"schema_version = 1; seed = 42; workers = [ 3, 1 ];"
		" memory = \"1GB\"; by_value = \"0\"; max_flows = 1000; flow_idle = \"5s\";"
		" control = { socket = \"/tmp/x.sock\"; };\n" RIG_LINK(""));

	assert_true(c->seed_given);
	assert_int_equal(c->seed, 42);
	assert_int_equal(c->n_workers, 2);
	assert_int_equal(c->workers[0], 3);
	assert_int_equal(c->workers[1], 1);
	assert_int_equal(c->memory_bytes, 1000000000);
	assert_int_equal(c->by_value_bytes, 0);
	assert_int_equal(c->max_flows, 1000);
	assert_int_equal(c->flow_idle_ns, 5 * WF_NS_PER_S);
	assert_string_equal(c->control.socket, "/tmp/x.sock");
	wf_conf_free(c);
}

static void
a_seed_has_64_bits(void **state)
{
	static const struct {
		const char *text;
		uint64_t seed;
	} seeds[] = { { "seed = 0;", 0 }, { "seed = 5000000000L;", 5000000000 },
		{ "seed = \"18446744073709551615\";", UINT64_MAX },
		{ "seed = \"0xffffffffffffffff\";", UINT64_MAX }, { "seed = 0x10;", 16 },
		{ "seed = \"010\";", 10 } };
	char text[512];

	for (size_t i = 0; i < WF_ARRAY_SIZE(seeds); i++) {
		struct wf_conf *c;

		strcpy(text, seeds[i].text);
		strcat(text, RIG_LINK(""));
		c = rig_conf(text);
		assert_true(c->seed == seeds[i].seed && c->seed_given);
		wf_conf_free(c);
	}
}

static void
ports_have_a_device_and_a_place(void **state)
{
	struct wf_conf *c =
		rig_conf("ports = (\n{ name = \"a\"; device = \"net_tap0,iface=x\"; },\n"
			 "{ name = \"b-1.x_y\"; device = \"0000:03:00.1\"; mtu = 9000; } );\n"
			 "links = ( { name = \"l\"; ports = ( \"b-1.x_y\", \"a\" ); } );");

	assert_int_equal(c->n_ports, 2);
	assert_string_equal(c->ports[0].device, "net_tap0,iface=x");
	assert_int_equal(c->ports[0].mtu, 0);
	assert_int_equal(c->ports[1].mtu, 9000);
	assert_string_equal(c->ports[1].where.file, "t.conf");
	assert_int_equal(c->ports[1].where.line, 3);
	assert_string_equal(c->ports[1].where.path, "ports.b-1.x_y");
	assert_int_equal(c->links[0].port[0], 1);
	assert_int_equal(c->links[0].port[1], 0);
	wf_conf_free(c);
}

static void
only_the_stages_that_are_named_are_there(void **state)
{
	struct wf_conf *c = rig_conf(RIG_LINK("ab = { delay = \"20ms\";\n queue = \"64kB\"; };"));
	const struct wf_conf_dir *d = &c->links[0].dir[WF_AB];
	const struct wf_queue_params *q = d->block[WF_BLOCK_QUEUE];
	const struct wf_param *mean = &wf_block_registry[WF_BLOCK_DELAY]->params[0];
	char text[WF_PARAM_TEXT];

	assert_true(d->present);
	for (int i = 0; i < WF_BLOCK_COUNT; i++)
		assert_int_equal(d->block[i] != NULL, i == WF_BLOCK_DELAY || i == WF_BLOCK_QUEUE);
	assert_int_equal(q->limit.kind, WF_LIMIT_BYTES);
	assert_int_equal(q->limit.value, 64000);
	assert_string_equal(mean->name, "mean");
	assert_string_equal(wf_param_format(mean, d->block[WF_BLOCK_DELAY], text), "20ms");
	assert_true(wf_param_given(d->block[WF_BLOCK_DELAY], 0));
	assert_false(wf_param_given(d->block[WF_BLOCK_DELAY], 1));
	assert_int_equal(d->block_where[WF_BLOCK_QUEUE].line, 4);
	assert_string_equal(d->block_where[WF_BLOCK_QUEUE].path, "links.wan.ab.queue");
	wf_conf_free(c);
}

static void
blackhole_is_a_switch(void **state)
{
	struct wf_conf *c =
		rig_conf(RIG_LINK("ab = { blackhole = true; }; ba = { blackhole = false; };"));
	const struct wf_block *ops = wf_block_registry[WF_BLOCK_BLACKHOLE];
	char text[WF_PARAM_TEXT];

	for (int side = 0; side < 2; side++)
		assert_string_equal(wf_param_format(&ops->params[0],
					    c->links[0].dir[side].block[WF_BLOCK_BLACKHOLE], text),
			side == WF_AB ? "true" : "false");
	wf_conf_free(c);
}

static void
bypass_and_scope_belong_to_the_direction(void **state)
{
	struct wf_conf *c =
		rig_conf(RIG_LINK("ab = { bypass = true; }; ba = { scope = \"flow\"; };"));

	assert_true(c->links[0].dir[WF_AB].bypass);
	assert_int_equal(c->links[0].dir[WF_AB].scope, WF_SCOPE_CLASS);
	assert_false(c->links[0].dir[WF_BA].bypass);
	assert_int_equal(c->links[0].dir[WF_BA].scope, WF_SCOPE_FLOW);
	wf_conf_free(c);
}

static void
classes_keep_their_order_and_their_own_directions(void **state)
{
	struct wf_conf *c = rig_conf(RIG_LINK("classes = ( { name = \"voip\"; match = { proto = "
					      "\"udp\"; dport = \"5060-5090\"; };"
					      " scope = \"flow\"; ab = { loss = \"1%\"; }; },"
					      " { name = \"rest\"; match = {}; ba = {}; } );"));
	const struct wf_conf_link *l = &c->links[0];

	assert_int_equal(l->n_classes, 2);
	assert_string_equal(l->classes[0].name, "voip");
	assert_int_equal(l->classes[0].scope, WF_SCOPE_FLOW);
	assert_int_equal(l->classes[0].match.proto, 17);
	assert_int_equal(l->classes[0].match.dport.hi, 5090);
	assert_true(l->classes[0].dir[WF_AB].present);
	assert_non_null(l->classes[0].dir[WF_AB].block[WF_BLOCK_LOSS]);
	assert_false(l->classes[0].dir[WF_BA].present);
	assert_string_equal(l->classes[1].name, "rest");
	assert_int_equal(l->classes[1].scope, WF_SCOPE_CLASS);
	assert_int_equal(l->classes[1].match.has, 0);
	assert_true(l->classes[1].dir[WF_BA].present);
	wf_conf_free(c);
}

static void
a_filter_may_replace_the_match_or_stand_beside_it(void **state)
{
	struct wf_conf *c = rig_conf(RIG_LINK("classes = ( { name = \"x\"; ab = {};\n"
					      " filter = \"less 200\"; },"
					      " { name = \"y\"; match = { proto = \"udp\"; };"
					      " filter = \"less 100\"; ab = {}; } );"));
	const struct wf_conf_class *k = c->links[0].classes;

	assert_string_equal(k[0].filter, "less 200");
	assert_int_equal(k[0].match.has, 0);
	assert_int_equal(k[0].filter_where.line, 4);
	assert_string_equal(k[0].filter_where.path, "links.wan.classes.x.filter");
	assert_string_equal(k[1].filter, "less 100");
	assert_int_equal(k[1].match.has, WF_MATCH_PROTO);
	wf_conf_free(c);
	rig_refuses(RIG_LINK("classes = ( { name = \"x\"; filter = ( 1 ); ab = {}; } );"),
		"t.conf:3: links.wan.classes.x.filter: a single value is expected here.\n");
	rig_refuses(RIG_LINK("classes = ( { name = \"x\"; ab = {}; } );"),
		"t.conf:3: links.wan.classes.x: \"match\" is missing. Write match = { proto = "
		"\"udp\"; }.\n");
}

static void
the_name_of_the_class_of_neighbours_is_taken(void **state)
{
	rig_refuses(RIG_LINK("classes = ( { name = \"neighbours\"; match = {}; ab = {}; } );"),
		"t.conf:3: links.wan.classes.neighbours.name: \"neighbours\" is the class that "
		"exempt_neighbours makes. Choose another name.\n");
}

/* The manual is made of them. */
static void
the_sections_end_and_every_row_has_a_help(void **state)
{
	size_t sections = 0;

	for (const struct wf_conf_section *s = wf_conf_sections; s->heading != NULL; s++) {
		assert_non_null(s->summary);
		assert_true(wf_param_count(s->params) > 0);
		for (const struct wf_param *p = s->params; p->name != NULL; p++)
			if (p->help == NULL || p->help[strlen(p->help) - 1] == '.')
				fail_msg("%s.%s has no help without a full stop", s->heading,
					p->name);
		sections++;
	}
	assert_int_equal(sections, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_and_links_are_enough),
		cmocka_unit_test(the_top_level_is_read),
		cmocka_unit_test(a_seed_has_64_bits),
		cmocka_unit_test(ports_have_a_device_and_a_place),
		cmocka_unit_test(only_the_stages_that_are_named_are_there),
		cmocka_unit_test(blackhole_is_a_switch),
		cmocka_unit_test(bypass_and_scope_belong_to_the_direction),
		cmocka_unit_test(classes_keep_their_order_and_their_own_directions),
		cmocka_unit_test(the_name_of_the_class_of_neighbours_is_taken),
		cmocka_unit_test(a_filter_may_replace_the_match_or_stand_beside_it),
		cmocka_unit_test(the_sections_end_and_every_row_has_a_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
