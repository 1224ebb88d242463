/* SPDX-License-Identifier: BSD-3-Clause
 * What `wirefault test self` runs: one link of a configuration, its ports replaced, and the same
 * without anything between them. Control thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "test_self.h"
#include "wf_generator_args.h"

/* The tree of one link, between a generator and a sink (or another generator). */
static int
cut_out(struct wf_node *tree, struct wf_self *s, const char *name, struct wf_err *err)
{
	struct wf_node *link = wf_cut_find(tree, name, err);
	struct wf_generator_spec spec;
	char *device;
	int rc;

	if (link == NULL)
		return -EINVAL;
	if (asprintf(&device, "generator%s%s", *s->traffic != 0 ? "," : "", s->traffic) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	rc = wf_generator_parse(device, 0, &spec, &(struct wf_where){ .path = "--traffic" }, err);
	if (rc == 0)
		rc = wf_cut_link(tree, link,
			(const char *const[2]){ device, s->both ? device : "sink" }, err);
	/* At a rate that might take for ever, and says nothing of costs anyway. */
	if (rc == 0 && spec.pps == 0 && spec.bps == 0)
		s->warm = 2 * (uint64_t)spec.flows * (s->both ? 2 : 1);
	if (rc == 0 && wf_cut_room(tree, (uint64_t)spec.flows * (s->both ? 2 : 1)) < 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	free(device);
	return rc;
}

int
wf_self_load(struct wf_self *s, const struct wf_bridge *from, const char *name, const char *seed,
	struct wf_err *err)
{
	struct wf_loaded whole;
	struct wf_node *tree, *wire = NULL;

	/* First as it is: what is wrong with it is said of the file's own lines. */
	if (wf_load(from, seed, &whole, err) < 0)
		return -EINVAL;
	tree = whole.tree;
	whole.tree = NULL;
	if (cut_out(tree, s, name, err) == 0)
		wire = wf_node_clone(tree);
	if (wire == NULL) {
		wf_node_free(tree);
	} else {
		wf_cut_wire(wf_node_get(wire, "links")->first);
		wf_load_tree(wire, seed, &s->wire, err);
		wf_load_tree(tree, seed, &s->link, err);
		s->wire.seed = s->link.seed = whole.seed;
	}
	wf_unload(&whole);
	return s->wire.conf != NULL && s->link.conf != NULL ? 0 : -EINVAL;
}

void
wf_self_unload(struct wf_self *s)
{
	wf_unload(&s->link);
	wf_unload(&s->wire);
	free(s->reasons);
}
