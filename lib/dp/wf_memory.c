/* SPDX-License-Identifier: BSD-3-Clause
 * The choice between hugepages and ordinary memory, and how much of it. Control thread.
 */
#include "wf_memory.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/sysinfo.h>

#define MIB ((uint64_t)1024 * 1024)

/* Ordinary memory is touched page by page at the start: more than this only when asked for. */
#define PLAIN_DEFAULT_MAX (512 * MIB)
/* Fewer hugepages than this are not worth a start with them. */
#define HUGE_HOLD_MIN (32 * MIB)

static uint64_t
free_hugepages_in(const char *dir, uint64_t page_kib)
{
	char path[512];
	uint64_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/%s/free_hugepages", dir);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%" SCNu64, &n) != 1)
		n = 0;
	fclose(f);
	return n * page_kib * 1024;
}

void
wf_memory_look(struct wf_memory_has *has)
{
	DIR *d = opendir("/sys/kernel/mm/hugepages");
	struct sysinfo si;

	has->huge_free_bytes = 0;
	for (struct dirent *e; d && (e = readdir(d));) {
		uint64_t kib;

		if (sscanf(e->d_name, "hugepages-%" SCNu64 "kB", &kib) == 1)
			has->huge_free_bytes += free_hugepages_in(e->d_name, kib);
	}
	if (d)
		closedir(d);
	has->ram_bytes = sysinfo(&si) == 0 ? (uint64_t)si.totalram * si.mem_unit : 0;
}

/* All together is no more than the machine has? */
static int
check_ram(const struct wf_where *where, const struct wf_memory_has *has, uint64_t table_bytes,
	const struct wf_memory *out, struct wf_err *err)
{
	uint64_t beside = out->fixed_bytes + table_bytes;

	if (out->hold_bytes + beside <= has->ram_bytes)
		return 0;
	return wf_err_add(err, where, "Lower `memory`, `max_flows` or the number of workers",
		"%" PRIu64 " MiB are needed (%" PRIu64
		" beside `memory`), the machine has %" PRIu64,
		(out->hold_bytes + beside) / MIB, beside / MIB, has->ram_bytes / MIB);
}

static void
choose_plain(const struct wf_memory_has *has, struct wf_memory *out)
{
	out->huge = false;
	if (out->by_default) {
		out->hold_bytes = has->ram_bytes / 4;
		if (out->hold_bytes > PLAIN_DEFAULT_MAX)
			out->hold_bytes = PLAIN_DEFAULT_MAX;
	}
}

int
wf_memory_choose(const struct wf_conf *conf, enum wf_dp_huge huge, const struct wf_memory_has *has,
	uint64_t fixed_bytes, uint64_t table_bytes, struct wf_memory *out, struct wf_err *err)
{
	struct wf_where where = { .file = conf->file, .path = "memory" };
	uint64_t need;

	out->by_default = conf->memory_bytes == 0;
	out->hold_bytes = conf->memory_bytes;
	out->fixed_bytes = fixed_bytes;
	if (huge == WF_DP_HUGE_NO) {
		choose_plain(has, out);
		return check_ram(&where, has, table_bytes, out, err);
	}
	need = fixed_bytes + (out->by_default ? HUGE_HOLD_MIN : out->hold_bytes);
	if (has->huge_free_bytes >= need) {
		out->huge = true;
		if (out->by_default)
			out->hold_bytes = has->huge_free_bytes - fixed_bytes;
		return check_ram(&where, has, table_bytes, out, err);
	}
	if (huge == WF_DP_HUGE_AUTO) {
		choose_plain(has, out);
		return check_ram(&where, has, table_bytes, out, err);
	}
	return wf_err_add(err, &where,
		"Reserve them with `sysctl vm.nr_hugepages=N`, or do without hugepages",
		"%" PRIu64 " MiB of hugepages are needed, %" PRIu64 " MiB are free",
		(need + MIB - 1) / MIB, has->huge_free_bytes / MIB);
}
