/* SPDX-License-Identifier: BSD-3-Clause
 * Where a load test takes place. Control thread.
 */
#include "load_target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cut.h"
#include "interrupt.h"
#include "wf_device.h"
#include "wf_eal.h"

/* A tester on either side of a device, or on one; names of ports are what reports say. */
static const char two_ports[] =
	"ports = ( { name = \"from\"; device = \"tester\"; }, { name = \"tx\"; device = \"sink\"; "
	"},\n"
	"  { name = \"rx\"; device = \"sink\"; }, { name = \"to\"; device = \"tester\"; } );\n"
	"links = ( { name = \"out\"; ports = [ \"from\", \"tx\" ]; },\n"
	"  { name = \"back\"; ports = [ \"rx\", \"to\" ]; } );\n";
static const char one_port[] = "ports = ( { name = \"from\"; device = \"tester\"; }, { name = "
			       "\"tx\"; device = \"sink\"; } );\n"
			       "links = ( { name = \"out\"; ports = [ \"from\", \"tx\" ]; } );\n";

static struct wf_node *
port_of(const struct wf_node *tree, const char *name)
{
	for (struct wf_node *p = wf_node_get(tree, "ports")->first; p != NULL; p = p->next)
		if (strcmp(wf_node_get(p, "name")->string, name) == 0)
			return p;
	return NULL;
}

/* Packets of the longest frame pass all ports. */
static int
make_wide(struct wf_node *tree, const struct wf_load_settings *s)
{
	uint32_t most = wf_generator_most_bytes(&s->traffic);

	for (uint32_t i = 0; i < s->n_sizes; i++)
		most = s->size[i] > most + 4 ? s->size[i] - 4 : most;
	if (most <= 1514)
		return 0;
	for (struct wf_node *p = wf_node_get(tree, "ports")->first; p != NULL; p = p->next) {
		struct wf_node *mtu = wf_node_get(p, "mtu");

		if (mtu == NULL) {
			mtu = wf_node_new(WF_NODE_INT, "mtu");
			if (mtu == NULL)
				return -ENOMEM;
			wf_node_append(p, mtu);
		}
		mtu->integer = (int64_t)most - 14;
	}
	return 0;
}

static int
load_device(struct wf_load_place *p, const struct wf_load_settings *s, struct wf_err *err)
{
	struct wf_bridge from = { .text = p->rx != NULL ? two_ports : one_port };
	struct wf_node *tree = wf_bridge_read(&from, err);
	int rc = tree != NULL ? wf_bridge_set_device(port_of(tree, "tx"), p->tx, err) : -EINVAL;

	if (rc == 0 && p->rx != NULL)
		rc = wf_bridge_set_device(port_of(tree, "rx"), p->rx, err);
	if (rc == 0 && p->workers != NULL)
		rc = wf_cut_workers(tree, p->workers, err);
	if (rc == 0 && (make_wide(tree, s) < 0 || wf_cut_room(tree, s->traffic.flows) < 0))
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc < 0) {
		wf_node_free(tree);
		return rc;
	}
	return wf_load_tree(tree, p->seed, &p->loaded, err);
}

/* The link alone between testers. */
static int
load_link(struct wf_load_place *p, const struct wf_load_settings *s, struct wf_err *err)
{
	static const char *const testers[2] = { "tester", "tester" };
	struct wf_loaded whole;
	struct wf_node *tree, *link;
	uint64_t seed;
	int rc = -EINVAL;

	/* First as it is: what is wrong with it is said of the file's own lines. */
	if (wf_load(&p->from, p->seed, &whole, err) < 0)
		return -EINVAL;
	tree = whole.tree;
	seed = whole.seed;
	whole.tree = NULL;
	wf_unload(&whole);
	link = wf_cut_find(tree, p->link, err);
	if (link != NULL)
		rc = wf_cut_link(tree, link, testers, err);
	if (rc == 0 && p->workers != NULL)
		rc = wf_cut_workers(tree, p->workers, err);
	if (rc == 0 && (make_wide(tree, s) < 0 || wf_cut_room(tree, s->traffic.flows) < 0))
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc < 0) {
		wf_node_free(tree);
		return rc;
	}
	rc = wf_load_tree(tree, p->seed, &p->loaded, err);
	p->loaded.seed = seed;
	return rc;
}

int
wf_load_place_load(struct wf_load_place *p, const struct wf_load_settings *s, struct wf_err *err)
{
	int rc = p->tx != NULL ? load_device(p, s, err) : load_link(p, s, err);

	if (rc == 0 && !p->offline && wf_device_resolve(p->loaded.conf, NULL) < 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc == 0)
		p->plan = wf_plan_compile(p->loaded.conf, p->loaded.seed, NULL, err);
	return rc == 0 && p->plan != NULL ? 0 : -EINVAL;
}

static void
name_target(const struct wf_load_place *p, struct wf_load_target *out)
{
	static const char *const sides[2] = { "ab", "ba" };

	out->kind = p->tx != NULL ? "device" : p->offline ? "offline" : "in process";
	out->clock = p->offline ? "virtual" : "TSC";
	if (p->tx != NULL)
		snprintf(out->name, sizeof(out->name), "%.70s to %.70s", p->tx,
			p->rx != NULL ? p->rx : p->tx);
	else
		snprintf(out->name, sizeof(out->name), "link %s, %s, seed %llu",
			p->loaded.conf->links[0].name, sides[p->side],
			(unsigned long long)p->loaded.seed);
}

int
wf_load_place_open(struct wf_load_place *p, struct wf_load_target *out, struct wf_err *err)
{
	name_target(p, out);
	if (p->offline) {
		p->twin = (struct wf_load_offline){ p->plan, p->loaded.conf, (uint32_t)p->side };
		out->trial = wf_load_offline_trial;
		out->ctx = &p->twin;
		return wf_eal_offline(err) < 0 || wf_plan_arm(p->plan, err) < 0 ? -EINVAL : 0;
	}
	wf_interrupt_hold();
	out->trial = wf_load_live_trial;
	out->ctx = &p->live;
	p->live.device = p->tx != NULL;
	/* Ports of the configuration, in its order. */
	p->live.from_port = p->tx != NULL ? 0 : p->loaded.conf->links[0].port[p->side];
	p->live.to_port = p->tx == NULL   ? p->loaded.conf->links[0].port[!p->side]
			  : p->rx == NULL ? 0
					  : 3;
	return wf_load_live_open(&p->live, p->loaded.conf, &p->plan, &p->dp, err);
}

void
wf_load_place_close(struct wf_load_place *p)
{
	wf_load_live_close(&p->live);
}

void
wf_load_place_fini(struct wf_load_place *p)
{
	wf_plan_free(p->plan);
	p->plan = NULL;
	wf_unload(&p->loaded);
}
