/* SPDX-License-Identifier: BSD-3-Clause
 * Histograms as a whole: the buckets of every delay and release error in the statistics.
 */
#include <errno.h>

#include "wf_json.h"

/* [[lower bound in ns, count], ...] of those that are not empty. */
static json_t *
buckets(const struct wf_hist *h)
{
	json_t *j = json_array();

	for (uint32_t i = 0; j != NULL && i < WF_HIST_BUCKETS; i++) {
		if (h->bucket[i] == 0)
			continue;
		if (json_array_append_new(j, json_pack("[I,I]", (json_int_t)wf_hist_lower(i),
						     (json_int_t)h->bucket[i])) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

/* To `name` of what was measured, if it has that. */
static int
add(json_t *measured, const char *name, const struct wf_hist *h)
{
	json_t *summary = json_object_get(measured, name);

	return summary != NULL ? json_object_set_new(summary, "buckets", buckets(h)) : 0;
}

static int
add_dir(json_t *j, const struct wf_snap_dir *d)
{
	json_t *class;
	size_t i;

	if (add(j, "delay_ns", &d->s.delay) < 0 || add(j, "release_error_ns", &d->s.error) < 0)
		return -ENOMEM;
	json_array_foreach(json_object_get(j, "classes"), i, class)
	{
		const struct wf_class_times *t = d->classes[i].times;

		if (t != NULL && (add(class, "delay_ns", &t->delay) < 0 ||
					 add(class, "release_error_ns", &t->error) < 0))
			return -ENOMEM;
	}
	return 0;
}

int
wf_json_add_buckets(json_t *stats, const struct wf_snapshot *snap)
{
	json_t *link;
	size_t i;

	json_array_foreach(json_object_get(stats, "links"), i, link)
	{
		const struct wf_snap_dir *d = snap->links[i].dir;

		if (add_dir(json_object_get(link, "ab"), &d[WF_AB]) < 0 ||
			add_dir(json_object_get(link, "ba"), &d[WF_BA]) < 0)
			return -ENOMEM;
	}
	return 0;
}
