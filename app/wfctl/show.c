/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl status`, `stats` and `ports`: what is measured. One thread.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "tables.h"
#include "wf_drop.h"
#include "wf_report.h"
#include "wf_text.h"
#include "wf_wrap.h"

static uint64_t
integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static const char *
string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "?";
}

int
wfctl_stats(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *stats = NULL;
	int rc = client_get(o, "/v1/stats", &stats);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(stats);
	else if (rc == WFCTL_OK && o->csv)
		wfctl_csv_stats(stats);
	else if (rc == WFCTL_OK)
		wf_report_table(stats, stdout);
	json_decref(stats);
	return rc;
}

static const struct csv_column port_columns[] = {
	{ "port", "name" },
	{ "device", "device" },
	{ "kind", "kind" },
	{ "interface", "interface" },
	{ "link_up", "link_up" },
	{ "state", "state" },
	{ "downs", "downs" },
	{ "mtu", "mtu" },
	{ "queues", "queues" },
	{ "rx_missed", "rx_missed" },
	{ "rx_nombuf", "rx_nombuf" },
	{ "rx_errors", "rx_errors" },
	{ "tx_errors", "tx_errors" },
	{ 0 },
};

/* How a port knows when frames came, where it does not find out by looking. */
static const char *
frames(const char *arrival)
{
	if (strcmp(arrival, "hardware") == 0)
		return ", frames stamped by the device";
	return strcmp(arrival, "stamped") == 0 ? ", frames stamped" : "";
}

int
wfctl_ports(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL, *p;
	int rc = client_get(o, "/v1/ports", &reply);
	size_t i;

	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK && o->csv) {
		wfctl_csv_list(json_object_get(reply, "ports"), port_columns);
	} else if (rc == WFCTL_OK) {
		printf("%-10s %-20s %-8s %-10s %5s %6s %10s %9s %9s\n", "port", "device", "kind",
			"link", "downs", "mtu", "missed", "rx errors", "tx errors");
		json_array_foreach(json_object_get(reply, "ports"), i, p)
		{
			uint64_t all = integer(p, "rx_missed") + integer(p, "rx_nombuf");
			char missed[WF_TEXT_MAX], rx[WF_TEXT_MAX], tx[WF_TEXT_MAX];

			printf("%-10.10s %-20.20s %-8.8s %-10s %5llu %6llu %10s %9s %9s\n",
				string(p, "name"), string(p, "device"), string(p, "kind"),
				string(p, "state"), (unsigned long long)integer(p, "downs"),
				(unsigned long long)integer(p, "mtu"), wf_text_count(all, missed),
				wf_text_count(integer(p, "rx_errors"), rx),
				wf_text_count(integer(p, "tx_errors"), tx));
			printf("%11s%llu queue pair%s of %llu slots to receive and %llu to "
			       "send%s%s%s\n",
				"", (unsigned long long)integer(p, "queues"),
				integer(p, "queues") == 1 ? "" : "s",
				(unsigned long long)integer(p, "rx_slots"),
				(unsigned long long)integer(p, "tx_slots"),
				json_is_string(json_object_get(p, "interface")) ? ", on " : "",
				string(p, "interface"), frames(string(p, "arrival")));
		}
	}
	json_decref(reply);
	return rc;
}

struct totals {
	uint64_t rx, tx, queued;
	uint64_t lost[WF_DROP_BY_OTHER + 1]; /* by whom */
};

static void
add_direction(struct totals *t, const json_t *d)
{
	const json_t *dropped = json_object_get(d, "dropped");

	t->rx += integer(json_object_get(d, "rx"), "packets");
	t->tx += integer(json_object_get(d, "tx"), "packets");
	t->queued += integer(json_object_get(d, "queued"), "packets");
	for (int i = 1; i < WF_DROP_COUNT; i++)
		t->lost[wf_drop_info[i].by] +=
			integer(json_object_get(dropped, wf_drop_info[i].name), "packets");
}

static void
print_packets(const json_t *stats)
{
	struct totals t = { 0 };
	char a[WF_TEXT_MAX], b[WF_TEXT_MAX];
	json_t *link;
	size_t i;

	json_array_foreach(json_object_get(stats, "links"), i, link)
	{
		add_direction(&t, json_object_get(link, "ab"));
		add_direction(&t, json_object_get(link, "ba"));
	}
	printf("  received       %s\n  sent           %s\n", wf_text_count(t.rx, a),
		wf_text_count(t.tx, b));
	printf("  in flight      %s\n", wf_text_count(t.queued, a));
	printf("  lost           %s as configured, %s by wirefault itself",
		wf_text_count(t.lost[WF_DROP_BY_MODEL], a),
		wf_text_count(t.lost[WF_DROP_BY_EMULATOR], b));
	if (t.lost[WF_DROP_BY_OTHER] != 0)
		printf(", %s otherwise", wf_text_count(t.lost[WF_DROP_BY_OTHER], a));
	putchar('\n');
}

static void
print_status(const json_t *version, const json_t *stats)
{
	const json_t *verdict = json_object_get(stats, "verdict");
	char age[WF_TEXT_MAX];
	json_t *j;
	size_t i;

	printf("wirefault %s, running for %s\n", string(version, "version"),
		wf_text_age(integer(stats, "uptime_ns"), age));
	printf("  links          %zu\n", json_array_size(json_object_get(stats, "links")));
	json_array_foreach(json_object_get(stats, "ports"), i, j) printf("  port %-9s %s\n",
		string(j, "name"), json_is_true(json_object_get(j, "link_up")) ? "up" : "DOWN");
	printf("  generation     %llu\n", (unsigned long long)integer(stats, "generation"));
	if (json_is_string(json_object_get(stats, "seed"))) /* from 2^63 on */
		printf("  seed           %s\n", string(stats, "seed"));
	else
		printf("  seed           %llu\n", (unsigned long long)integer(stats, "seed"));
	print_packets(stats);
	printf("  verdict        %s\n", json_is_true(json_object_get(verdict, "trustworthy"))
						? "trustworthy"
						: "NOT trustworthy");
	json_array_foreach(json_object_get(verdict, "reasons"), i, j)
	{
		fputs("                 - ", stdout);
		wf_wrap(json_is_string(j) ? json_string_value(j) : "?", 19, 19, stdout);
		putchar('\n');
	}
}

/* The few members of the stats document that `status` shows, and the version. */
static int
print_status_json(const json_t *version, const json_t *stats)
{
	json_t *j = json_pack("{s:O?,s:O?,s:O?,s:O?,s:O?,s:O?}", "version",
		json_object_get(version, "version"), "uptime_ns",
		json_object_get(stats, "uptime_ns"), "generation",
		json_object_get(stats, "generation"), "seed", json_object_get(stats, "seed"),
		"unaccounted", json_object_get(stats, "unaccounted"), "verdict",
		json_object_get(stats, "verdict"));
	int rc = j != NULL ? client_print_json(j) : WFCTL_FAILED;

	json_decref(j);
	return rc;
}

int
wfctl_status(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *version = NULL, *stats = NULL;
	int rc = client_get(o, "/v1/version", &version);

	if (rc == WFCTL_OK)
		rc = client_get(o, "/v1/stats", &stats);
	if (rc == WFCTL_OK && o->json)
		rc = print_status_json(version, stats);
	else if (rc == WFCTL_OK)
		print_status(version, stats);
	json_decref(version);
	json_decref(stats);
	return rc;
}
