/* SPDX-License-Identifier: BSD-3-Clause
 * Changes at random.
 */
#include "random_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const patches[] = {
	"delay.distribution=normal delay.mean=5ms delay.stddev=2ms",
	"delay.distribution=normal delay.mean=9ms delay.stddev=3ms delay.order=free",
	"delay.distribution=constant delay.mean=3ms delay.order=flow delay.stddev=null",
	"delay.distribution=constant delay.mean=4ms delay.amplitude=3ms delay.frequency=14",
	"delay=null",
	"loss.model=gilbert-elliott loss.plr=10% loss.mean_burst=3 loss.p=null",
	"loss.model=bernoulli loss.p=5%",
	"loss=null",
	"duplicate.p=5% duplicate.copies=2",
	"corrupt.p=10%",
	"rate=40Mbit",
	"rate=20Mbit queue.aqm=codel queue.limit=100pkt",
	"rate=25Mbit queue.aqm=fq_codel queue.limit=200pkt",
	"rate=null queue=null",
	"reorder.p=5%",
	"outage.period=60ms outage.down=10ms",
	"outage=null duplicate=null",
};

struct wf_node *
random_base(void)
{
	static const char text[] =
		"seed = 42;\n"
		"ports = ( { name = \"a\"; device = \"net_null0\"; },\n"
		" { name = \"b\"; device = \"net_null1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n"
		" ab = { delay = \"2ms\"; loss = \"1%\"; };\n ba = { delay = \"1ms\"; };\n"
		" classes = (\n"
		"  { name = \"dns\"; match = { proto = \"udp\"; dport = \"53\"; };\n"
		"    ab = { delay = \"8ms\"; }; ba = { loss = \"2%\"; }; },\n"
		"  { name = \"tcp\"; match = { proto = \"tcp\"; }; scope = \"flow\";\n"
		"    ab = { rate = \"3Mbit\"; loss = { model = \"gilbert-elliott\"; plr = \"3%\";\n"
		"      mean_burst = 2.0; }; }; } ); } );\n";
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, "test.conf", false, err);

	assert_non_null(tree);
	wf_err_free(err);
	return tree;
}

struct wf_change *
random_change(struct fit_random *r)
{
	static const char *const class[] = { "", "", "dns", "tcp" };
	struct wf_change *c = wf_change_new(0, 0);
	struct wf_change_item item = { .link = "wan", .patch = wf_node_new(WF_NODE_GROUP, NULL) };
	uint64_t sides = 1 + fit_under(r, 3);
	struct wf_err *err = wf_err_new();
	char *words = strdup(patches[fit_under(r, WF_ARRAY_SIZE(patches))]), *rest = words;

	item.side[0] = sides & 1;
	item.side[1] = sides & 2;
	snprintf(item.class, sizeof(item.class), "%s", class[fit_under(r, 4)]);
	for (char *w; (w = strsep(&rest, " ")) != NULL;)
		assert_int_equal(wf_conf_patch_set(item.patch, w, err), 0);
	assert_int_equal(wf_change_add(c, &item), 0);
	free(words);
	wf_err_free(err);
	return c;
}
