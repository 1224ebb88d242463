/* SPDX-License-Identifier: BSD-3-Clause
 * Choosing cores, and telling EAL about them. Control thread.
 */
#include "wf_cores.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "wf_eal.h"

static unsigned
last_core(const cpu_set_t *set)
{
	unsigned last = 0;

	for (unsigned c = 0; c < CPU_SETSIZE; c++)
		if (CPU_ISSET(c, set))
			last = c;
	return last;
}

unsigned
wf_cores_default(void)
{
	cpu_set_t allowed;

	return sched_getaffinity(0, sizeof(allowed), &allowed) < 0 ? 0 : last_core(&allowed);
}

static int
check_worker(unsigned core, const cpu_set_t *allowed, const cpu_set_t *taken,
	const struct wf_where *where, struct wf_err *err)
{
	char text[WF_EAL_CORES_TEXT];
	char hint[WF_EAL_CORES_TEXT + 64];

	if (core >= CPU_SETSIZE || !CPU_ISSET(core, allowed)) {
		snprintf(hint, sizeof(hint), "This process may use the cores %s",
			wf_eal_cores(allowed, text));
		return wf_err_add(err, where, hint, "core %u cannot be used", core);
	}
	if (CPU_ISSET(core, taken))
		return wf_err_add(err, where,
			"Two poll-mode workers on one core take turns of milliseconds: name "
			"each core once",
			"two workers on core %u", core);
	return 0;
}

int
wf_cores_choose(const struct wf_conf *conf, const cpu_set_t *allowed, struct wf_cores *out,
	struct wf_err *err)
{
	struct wf_where where = { .file = conf->file, .path = "workers" };
	cpu_set_t taken;
	int ret = 0;

	CPU_ZERO(&taken);
	out->n_workers = conf->n_workers ? conf->n_workers : 1;
	for (uint32_t w = 0; w < out->n_workers; w++) {
		unsigned core = conf->n_workers ? conf->workers[w] : last_core(allowed);

		if (check_worker(core, allowed, &taken, &where, err) < 0)
			ret = -EINVAL;
		else
			CPU_SET(core, &taken);
		out->worker[w] = core;
	}
	CPU_XOR(&out->control, allowed, &taken);
	out->shared = CPU_COUNT(&out->control) == 0;
	if (out->shared)
		out->control = taken;
	return ret;
}

char *
wf_cores_eal(const struct wf_cores *c)
{
	char control[WF_EAL_CORES_TEXT], *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	if (!f)
		return NULL;
	fprintf(f, "0@(%s)", wf_eal_cores(&c->control, control));
	for (uint32_t w = 0; w < c->n_workers; w++)
		fprintf(f, ",%u@%u", w + 1, c->worker[w]);
	if (fclose(f) != 0) {
		free(out);
		return NULL;
	}
	return out;
}
