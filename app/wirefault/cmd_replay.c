/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault replay FILE... --port eth0`: captures onto one interface, or a conversation onto two,
 * without a configuration; the same as a pcap port and a plain wire in one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_dp.h"
#include "interrupt.h"
#include "progress.h"
#include "wf_device.h"
#include "wf_json.h"
#include "wf_port.h"
#include "wf_replay.h"
#include "wf_report.h"

/* How often is looked whether it is over. Workers make no system call that would tell. */
#define LOOK_NS  (50 * WF_NS_PER_MS)
#define DRAIN_NS (1 * WF_NS_PER_S)

/* Those from PACE to LAST are arguments of the pcap port, by the same names. */
enum { PORT, PORT2, PACE, LOOPS, GAP, PACKETS, DURATION, LATE, SPLIT, TRUNCATED, MEMORY, LAST };

static const struct wf_option options[] = {
	[PORT] = { "port", 'p', "DEVICE", "where the packets leave: an interface or a device" },
	[PORT2] = { "port2", 0, "DEVICE", "where the other side of --split leaves" },
	[PACE] = { "pace", 0, "PACE",
		"x1 (default: its own gaps), x10, 1000pps, 100Mbit, 100Mbit/l1, 1ms, top" },
	[LOOPS] = { "loops", 'l', "N", "how often (default 1); 0: until TERM or INT" },
	[GAP] = { "gap", 0, "TIME", "between loops and files (default 0)" },
	[PACKETS] = { "packets", 'n', "N", "end after so many" },
	[DURATION] = { "duration", 'd', "TIME", "end after this long" },
	[LATE] = { "late", 0, "POLICY", "catch-up (default), slip or drop" },
	[SPLIT] = { "split", 0, "RULE",
		"first, syn, mac=ADDRESS, ip=PREFIX, port=N or interface=N: what --port sends" },
	[TRUNCATED] = { "truncated", 0, "HOW",
		"packets that were not captured in full: skip (default), pad or send" },
	[MEMORY] = { "memory", 0, "SIZE", "that packets may take (default 256MB)" },
	[LAST] = { "with", 'w', "ARGUMENTS",
		"more for --port, such as dmac=02:00:00:00:00:01,ttl=-1; the reference lists "
		"them" },
	{ "with2", 0, "ARGUMENTS", "the same for --port2" },
	{ "force", 0, NULL,
		"take a NIC even if it carries the default route or this session, a core even if "
		"another wirefault polls there" },
	WF_CMD_MEMORY_OPTIONS,
	WF_CMD_JSON_OPTIONS,
	{ "quiet", 'q', NULL, "no progress and no table" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

struct replay {
	struct wf_option_values v;
	struct wf_loaded loaded;
	struct wf_dp_options opt;
	struct wf_dp *dp;
	struct wf_progress progress;
	bool json, quiet;
};

static const char *
value(const struct replay *r, const char *name)
{
	return wf_cmd_value(&wf_cmd_replay, &r->v, name);
}

/* ---- The configuration that it stands for ---- */

/* "pcap,file=a+b,pace=x2,dmac=...". Heap; NULL: out of memory. */
static char *
device_of(const struct replay *r, char **files, int n)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs("pcap,file=", out);
	for (int i = 0; i < n; i++)
		fprintf(out, "%s%s", i > 0 ? "+" : "", files[i]);
	for (int i = PACE; i < LAST; i++)
		if (value(r, options[i].name) != NULL)
			fprintf(out, ",%s=%s", options[i].name, value(r, options[i].name));
	if (value(r, "with") != NULL)
		fprintf(out, ",%s", value(r, "with"));
	return fclose(out) == 0 ? text : NULL;
}

/* { name = NAME; KEY = VALUE; } into the list. */
static int
add_port(struct wf_node *ports, const char *name, const char *device)
{
	struct wf_node *p = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_node *n = wf_node_string("name", name), *d = wf_node_string("device", device);

	if (p == NULL || n == NULL || d == NULL)
		return -ENOMEM;
	wf_node_append(p, n);
	wf_node_append(p, d);
	wf_node_append(ports, p);
	return 0;
}

static int
add_link(struct wf_node *links, const char *name, const char *a, const char *b)
{
	struct wf_node *l = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_node *n = wf_node_string("name", name),
		       *pair = wf_node_new(WF_NODE_LIST, "ports");
	struct wf_node *x = wf_node_string(NULL, a), *y = wf_node_string(NULL, b);

	if (l == NULL || n == NULL || pair == NULL || x == NULL || y == NULL)
		return -ENOMEM;
	wf_node_append(pair, x);
	wf_node_append(pair, y);
	wf_node_append(l, n);
	wf_node_append(l, pair);
	wf_node_append(links, l);
	return 0;
}

static struct wf_node *
make_tree(const struct replay *r, const char *device)
{
	struct wf_node *tree = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_node *ports = wf_node_new(WF_NODE_LIST, "ports");
	struct wf_node *links = wf_node_new(WF_NODE_LIST, "links");
	const char *with2 = value(r, "with2");
	char *other = NULL;
	int rc;

	if (tree == NULL || ports == NULL || links == NULL ||
		asprintf(&other, "pcap,of=capture%s%s", with2 != NULL ? "," : "",
			with2 != NULL ? with2 : "") < 0)
		return NULL;
	rc = add_port(ports, "capture", device);
	rc |= add_port(ports, "out", value(r, "port"));
	rc |= add_link(links, "replay", "capture", "out");
	if (value(r, "port2") != NULL) {
		rc |= add_port(ports, "capture2", other);
		rc |= add_port(ports, "out2", value(r, "port2"));
		rc |= add_link(links, "replay2", "capture2", "out2");
	}
	wf_node_append(tree, ports);
	wf_node_append(tree, links);
	free(other);
	return rc == 0 ? tree : NULL;
}

static int
prepare(struct replay *r, int n, char **files, struct wf_err *err)
{
	struct wf_node *tree = NULL;
	char *device;

	wf_cmd_json(&wf_cmd_replay, &r->v, &r->json, err);
	r->opt = wf_cmd_dp(&wf_cmd_replay, &r->v, err);
	r->opt.quiet = r->quiet = value(r, "quiet") != NULL;
	if (n == 0)
		wf_err_add(err, NULL, "Write wirefault replay talk.pcap --port eth1",
			"there is no capture");
	if (value(r, "port") == NULL)
		wf_err_add(err, NULL, "Add --port eth1", "nothing says where packets leave");
	if (value(r, "port2") != NULL && value(r, "split") == NULL)
		wf_err_add(err, NULL, "Add --split first, or another rule",
			"nothing says what --port2 sends");
	if (value(r, "with2") != NULL && value(r, "port2") == NULL)
		wf_err_add(err, NULL, "Add --port2 DEVICE", "--with2 is for --port2");
	if (wf_err_count(err) > 0)
		return -EINVAL;
	device = device_of(r, files, n);
	if (device != NULL)
		tree = make_tree(r, device);
	free(device);
	if (tree == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (wf_load_tree(tree, NULL, &r->loaded, err) < 0)
		return -EINVAL;
	for (uint32_t i = 0; i < r->loaded.conf->n_ports; i++)
		wf_port_check(&r->loaded.conf->ports[i], err);
	return wf_err_count(err) == 0 ? 0 : -EINVAL;
}

/* ---- The run ---- */

/* Until all is sent. -EIO: the files can't be read any more. */
static int
wait_for_end(struct replay *r)
{
	static struct wf_snap_replay look; /* too large for a stack; one thread */
	const char *name;
	const struct wf_replay *replay = wf_dp_replay(r->dp, 0, &name);

	for (;;) {
		wf_replay_look(replay, wf_dp_now(r->dp), &look);
		if (look.state > WF_REPLAY_PAUSED || wf_interrupt_wait(LOOK_NS) < 0)
			break;
		wf_progress_show(&r->progress, look.packets,
			look.progress > 0 ? (uint64_t)(look.progress * 1e6) : 0,
			look.progress > 0 ? 1000000 : 0);
	}
	wf_progress_end(&r->progress);
	return look.state == WF_REPLAY_FAILED ? -EIO : 0;
}

static int
report(struct replay *r, struct wf_err *err)
{
	struct wf_snapshot *snap = wf_dp_snapshot(r->dp);
	json_t *doc = snap != NULL ? wf_json_stats(snap) : NULL;

	wf_snapshot_free(snap);
	if (doc == NULL)
		return wf_err_add(err, NULL, NULL, "no report: a worker does not answer");
	if (r->json) {
		json_dumpf(doc, stdout, JSON_INDENT(2));
		printf("\n");
	} else if (!r->quiet) {
		wf_report_table(doc, stdout);
	}
	json_decref(doc);
	return 0;
}

static int
send_all(struct replay *r, struct wf_err *err)
{
	struct wf_plan *plan;
	int rc;

	if (wf_device_resolve(r->loaded.conf, NULL) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	plan = wf_plan_compile(r->loaded.conf, r->loaded.seed, NULL, err);
	r->dp = plan != NULL ? wf_dp_new(r->loaded.conf, &r->opt, err) : NULL;
	if (r->dp == NULL || wf_plan_arm(plan, err) < 0) {
		wf_plan_free(plan);
		return -EINVAL;
	}
	wf_progress_begin(&r->progress, stderr, r->quiet);
	rc = wf_dp_start(r->dp, plan, err);
	if (rc == 0 && wait_for_end(r) < 0)
		rc = wf_err_add(err, NULL, "What was sent until then is in the report",
			"a file can't be read any more");
	wf_dp_stop(r->dp, DRAIN_NS);
	if (report(r, err) < 0)
		rc = -EINVAL;
	return rc;
}

static int
run(int argc, char **argv)
{
	struct replay r = { 0 };
	struct wf_err *err = wf_err_new();
	int rc = wf_cmd_options(&wf_cmd_replay, argc, argv, &r.v);

	if (rc < 0 && err != NULL) {
		wf_interrupt_hold();
		if (prepare(&r, argc - r.v.first_rest, argv + r.v.first_rest, err) < 0)
			rc = wf_cmd_refuse(err);
		else
			rc = send_all(&r, err) < 0 ? WF_EXIT_FAILED : WF_EXIT_OK;
		if (rc == WF_EXIT_FAILED)
			wf_err_print(err, stderr);
	}
	wf_dp_free(r.dp);
	wf_unload(&r.loaded);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_replay = {
	.name = "replay",
	.arguments = "FILE... --port DEVICE [--split RULE --port2 DEVICE] [OPTIONS]",
	.summary = "Sends captures onto an interface, or both sides of a conversation onto two, on "
		   "an exact schedule",
	.run = run,
	.options = options,
	.words = true,
};
