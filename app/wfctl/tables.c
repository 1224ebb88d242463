/* SPDX-License-Identifier: BSD-3-Clause
 * What verbs print with -o csv: the same numbers as JSON has, a row a thing. One thread.
 */
#include <stdio.h>
#include <string.h>

#include "tables.h"
#include "wf_drop.h"
#include "wf_types.h"

/* "wan,ab," */
static void
write_before(const json_t *link, const char *side, char *out, size_t size)
{
	const char *name = json_string_value(json_object_get(link, "name"));

	/* A name with a comma is quoted, so that it is one value. */
	snprintf(out, size, strpbrk(name, ",\"") != NULL ? "\"%s\",%s," : "%s,%s,", name, side);
}

static const struct csv_column stats_columns[] = {
	{ "rx_packets", "rx.packets" },
	{ "rx_bytes", "rx.bytes" },
	{ "tx_packets", "tx.packets" },
	{ "tx_bytes", "tx.bytes" },
	{ "queued_packets", "queued.packets" },
	{ "dup_created_packets", "dup_created.packets" },
	{ "forged_packets", "forged.packets" },
	{ "marked_packets", "marked.packets" },
	{ "corrupted_packets", "corrupted.packets" },
	{ "delay_min_ns", "delay_ns.min" },
	{ "delay_mean_ns", "delay_ns.mean" },
	{ "delay_p50_ns", "delay_ns.p50" },
	{ "delay_p90_ns", "delay_ns.p90" },
	{ "delay_p99_ns", "delay_ns.p99" },
	{ "delay_max_ns", "delay_ns.max" },
	{ "release_error_p50_ns", "release_error_ns.p50" },
	{ "release_error_p99_ns", "release_error_ns.p99" },
	{ "release_error_max_ns", "release_error_ns.max" },
	{ 0 },
};

void
wfctl_csv_stats(const json_t *stats)
{
	struct csv_column columns[WF_ARRAY_SIZE(stats_columns) + WF_DROP_COUNT];
	char path[WF_DROP_COUNT][64], name[WF_DROP_COUNT][64], before[2 * WF_NAME_MAX];
	size_t n = WF_ARRAY_SIZE(stats_columns) - 1, i;
	const json_t *link;

	memcpy(columns, stats_columns, sizeof(stats_columns));
	for (int cause = 1; cause < WF_DROP_COUNT; cause++) {
		snprintf(path[cause], 64, "dropped.%s.packets", wf_drop_info[cause].name);
		snprintf(name[cause], 64, "dropped_%s", wf_drop_info[cause].name);
		columns[n++] = (struct csv_column){ name[cause], path[cause] };
	}
	columns[n] = (struct csv_column){ 0 };
	csv_head("link,direction,", columns);
	json_array_foreach(json_object_get(stats, "links"), i, link)
	{
		write_before(link, "ab", before, sizeof(before));
		csv_row(before, columns, json_object_get(link, "ab"));
		write_before(link, "ba", before, sizeof(before));
		csv_row(before, columns, json_object_get(link, "ba"));
	}
}

void
wfctl_csv_list(const json_t *list, const struct csv_column *columns)
{
	const json_t *row;
	size_t i;

	csv_head("", columns);
	json_array_foreach(list, i, row) csv_row("", columns, row);
}

/* A key of a direction a row. */
static void
print_dir(const json_t *link, const char *class, const char *side, const json_t *dir)
{
	const char *block, *key;
	json_t *keys, *value;

	json_object_foreach((json_t *)dir, block, keys)
	{
		bool group = json_is_object(keys);

		if (!group) {
			csv_value(json_object_get(link, "name"));
			printf(",%s,%s,%s,", class, side, block);
			csv_value(keys);
			putchar('\n');
			continue;
		}
		json_object_foreach(keys, key, value)
		{
			csv_value(json_object_get(link, "name"));
			printf(",%s,%s,%s.%s,", class, side, block, key);
			csv_value(value);
			putchar('\n');
		}
	}
}

void
wfctl_csv_links(const json_t *links)
{
	const json_t *link, *class;
	size_t i, k;

	puts("link,class,direction,key,value");
	json_array_foreach(links, i, link)
	{
		print_dir(link, "", "ab", json_object_get(link, "ab"));
		print_dir(link, "", "ba", json_object_get(link, "ba"));
		json_array_foreach(json_object_get(link, "classes"), k, class)
		{
			const char *name = json_string_value(json_object_get(class, "name"));

			print_dir(link, name, "ab", json_object_get(class, "ab"));
			print_dir(link, name, "ba", json_object_get(class, "ba"));
		}
	}
}
