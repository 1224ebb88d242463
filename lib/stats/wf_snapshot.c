/* SPDX-License-Identifier: BSD-3-Clause
 * Snapshots' memory. Control threads only.
 */
#include "wf_snapshot.h"

#include <errno.h>
#include <stdlib.h>

struct wf_snapshot *
wf_snapshot_new(uint32_t n_links, uint32_t n_ports, uint32_t n_workers)
{
	struct wf_snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->n_links = n_links;
	s->n_ports = n_ports;
	s->n_workers = n_workers;
	s->links = calloc(n_links ? n_links : 1, sizeof(*s->links));
	s->ports = calloc(n_ports ? n_ports : 1, sizeof(*s->ports));
	s->workers = calloc(n_workers ? n_workers : 1, sizeof(*s->workers));
	if (s->links == NULL || s->ports == NULL || s->workers == NULL) {
		wf_snapshot_free(s);
		return NULL;
	}
	for (uint32_t i = 0; i < n_links; i++)
		for (int side = 0; side < 2; side++) {
			wf_dir_stats_init(&s->links[i].dir[side].s);
			s->links[i].dir[side].on_time_ns = WF_ON_TIME_NS;
		}
	return s;
}

int
wf_snapshot_classes(struct wf_snap_dir *dir, uint32_t n)
{
	dir->classes = calloc(n ? n : 1, sizeof(*dir->classes));
	if (dir->classes == NULL)
		return -ENOMEM;
	dir->n_classes = n;
	return 0;
}

int
wf_snapshot_times(struct wf_snap_class *class, const struct wf_class_times *src)
{
	if (src == NULL)
		return 0;
	if (class->times == NULL)
		class->times = wf_class_times_new();
	if (class->times == NULL)
		return -ENOMEM;
	wf_class_times_merge(class->times, src);
	return 0;
}

static void
free_dir(struct wf_snap_dir *d)
{
	for (uint32_t i = 0; i < d->n_classes; i++)
		free(d->classes[i].times);
	free(d->classes);
}

void
wf_snapshot_free(struct wf_snapshot *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; s->links != NULL && i < s->n_links; i++)
		for (int side = 0; side < 2; side++)
			free_dir(&s->links[i].dir[side]);
	free(s->links);
	for (uint32_t i = 0; s->ports != NULL && i < s->n_ports; i++)
		free(s->ports[i].replay);
	free(s->ports);
	free(s->workers);
	free(s->reasons);
	free(s);
}

struct wf_count
wf_snapshot_unaccounted(const struct wf_snapshot *s)
{
	struct wf_count sum = { 0, 0 };

	for (uint32_t i = 0; i < s->n_links; i++) {
		for (int side = 0; side < 2; side++) {
			const struct wf_snap_dir *d = &s->links[i].dir[side];

			sum.packets += (uint64_t)llabs(d->unaccounted_packets);
			sum.bytes += (uint64_t)llabs(d->unaccounted_bytes);
		}
	}
	return sum;
}
