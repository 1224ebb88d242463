/* SPDX-License-Identifier: BSD-3-Clause
 * What a configuration can't change while packets flow: the workers' tables, ports and sockets are
 * made for it. Control threads only.
 */
#include <errno.h>
#include <string.h>

#include "wf_setup.h"

/* Keys that are used up when the ports and workers start. */
static const char *const start_keys[] = { "ports", "workers", "memory", "by_value", "max_flows",
	"flow_idle", "idle", "control", "capture" };

static bool
same(const struct wf_node *a, const struct wf_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return wf_node_equal(a, b);
}

static int
needs_restart(struct wf_err *err, const char *what)
{
	struct wf_where where = { NULL, 0, what };

	wf_err_add(err, &where, "Stop wirefault and start it with the new file",
		"cannot change while wirefault runs");
	return -ENOTSUP;
}

/* Links may not come, go, move or change their ports. */
static int
check_links(const struct wf_conf *now, const struct wf_conf *next, struct wf_err *err)
{
	if (now->n_links != next->n_links)
		return needs_restart(err, "links");
	for (uint32_t i = 0; i < now->n_links; i++) {
		const struct wf_conf_link *a = &now->links[i], *b = &next->links[i];

		if (strcmp(a->name, b->name) != 0 || a->port[0] != b->port[0] ||
			a->port[1] != b->port[1])
			return needs_restart(err, "links");
	}
	return 0;
}

int
wf_setup_keep(const struct wf_setup *before, const struct wf_setup *next, struct wf_err *err)
{
	/* A saved configuration names the same files, by their whole paths. */
	struct wf_node *now = wf_conf_portable(before->tree);
	struct wf_node *then = wf_conf_portable(next->tree);
	int rc = now != NULL && then != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < WF_ARRAY_SIZE(start_keys) && rc != -ENOMEM; i++)
		if (!same(wf_node_get(now, start_keys[i]), wf_node_get(then, start_keys[i])))
			rc = needs_restart(err, start_keys[i]);
	wf_node_free(now);
	wf_node_free(then);
	if (rc == -ENOMEM)
		return rc;
	return check_links(before->conf, next->conf, err) < 0 ? -ENOTSUP : rc;
}
