/* SPDX-License-Identifier: BSD-3-Clause
 * The measurements of `wirefault test calibrate`: the clock, the core, and a plain wire between a
 * generator that keeps a schedule and a sink; or, with two ports that are joined outside, from the
 * generator out by the one and back in by the other. Control thread, but for `told`.
 */
#include "test_calibrate.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "progress.h"
#include "wf_device.h"

/* Frames of these lengths and up, WF_CALIBRATE_MARKS of them in turn. */
#define LEAST_BYTES 91
#define CLOCK_READS 1000000
#define GAPS_NS     WF_NS_PER_S
/* Workers and caches have come to rest. */
#define WARM_NS (200 * WF_NS_PER_MS)
#define LOOK_NS (50 * WF_NS_PER_MS)

/* Direction ab of the link to the first port, and of that from the second. */
enum { DIR_OUT = 0, DIR_BACK = 2 };

/* What one worker was told of packets' fates; the control thread reads when it has ended. */
struct log {
	struct wf_calibrate_seen *left, *came;
	uint64_t n_left, n_came, room;
};

/* Worker. */
static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	struct wf_calibrate_seen seen = { h->rx_ns, h->len_bytes - LEAST_BYTES };
	struct log *log = ctx;

	if (seen.mark >= WF_CALIBRATE_MARKS)
		return;
	if (h->dir == DIR_OUT && cause == WF_DROP_NONE && log->n_left < log->room)
		log->left[log->n_left++] = seen;
	else if (h->dir == DIR_BACK && log->n_came < log->room)
		log->came[log->n_came++] = seen;
}

static void
measure_clock(struct wf_calibrate *c, const struct wf_clock *clock)
{
	volatile wf_ns_t sink = 0;
	wf_ns_t best_ns = UINT64_MAX;

	/* The least of several: nobody took the core away then. */
	for (int round = 0; round < 5; round++) {
		wf_ns_t start_ns = wf_clock_ns(clock), ns;

		for (int i = 0; i < CLOCK_READS; i++)
			sink = wf_clock_ns(clock);
		ns = sink - start_ns;
		best_ns = ns < best_ns ? ns : best_ns;
	}
	c->clock_read_ns = (double)best_ns / CLOCK_READS;
	c->clock_hz = clock->hz;
}

/* Ticks of the core that the hypervisor gave to others, and all. false: nobody knows. */
static bool
stolen(unsigned core, uint64_t *steal, uint64_t *all)
{
	FILE *f = fopen("/proc/stat", "re");
	char line[512], name[16];
	bool found = false;

	snprintf(name, sizeof(name), "cpu%u ", core);
	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL) {
		char *at = line + strlen(name);

		if (strncmp(line, name, strlen(name)) != 0)
			continue;
		*all = 0;
		for (int i = 0; i < 8; i++) { /* user nice system idle iowait irq softirq steal */
			*steal = strtoull(at, &at, 10);
			*all += *steal;
		}
		found = true;
	}
	if (f != NULL)
		fclose(f);
	return found;
}

/* On the worker's core, and back to where it was. */
static int
measure_core(struct wf_calibrate *c, const struct wf_clock *clock)
{
	uint64_t steal[2], all[2];
	cpu_set_t before, only;
	bool known;

	c->gaps = calloc(1, sizeof(*c->gaps));
	if (c->gaps == NULL)
		return -ENOMEM;
	CPU_ZERO(&only);
	CPU_SET(c->core, &only);
	if (sched_getaffinity(0, sizeof(before), &before) < 0 ||
		sched_setaffinity(0, sizeof(only), &only) < 0)
		return -errno;
	known = stolen(c->core, &steal[0], &all[0]);
	measure_clock(c, clock);
	wf_gaps_measure(c->gaps, clock, GAPS_NS);
	known = known && stolen(c->core, &steal[1], &all[1]) && all[1] > all[0];
	c->steal = known ? (double)(steal[1] - steal[0]) / (double)(all[1] - all[0]) : -1;
	return sched_setaffinity(0, sizeof(before), &before) < 0 ? -errno : 0;
}

/* The configuration: heap. Ports are named as users wrote them. */
static char *
text_of(const struct wf_calibrate *c)
{
	const char *comma = c->ports != NULL ? strchr(c->ports, ',') : NULL;
	char *out = NULL, sizes[WF_CALIBRATE_MARKS * 5];
	size_t used = 0;
	int n;

	for (uint32_t i = 0; i < WF_CALIBRATE_MARKS; i++)
		used += (size_t)snprintf(
			sizes + used, sizeof(sizes) - used, "%s%u", i ? "+" : "", LEAST_BYTES + i);

	if (comma == NULL)
		n = asprintf(&out,
			"workers = [ %u ];\n"
			"ports = ( { name = \"g\"; device = \"generator,pps=%llu,size=%s\"; },\n"
			"  { name = \"s\"; device = \"sink\"; } );\n"
			"links = ( { name = \"calibrate\"; ports = [ \"g\", \"s\" ]; } );\n",
			c->core, (unsigned long long)c->pps, sizes);
	else
		n = asprintf(&out,
			"workers = [ %u ];\n"
			"ports = ( { name = \"g\"; device = \"generator,pps=%llu,size=%s\"; },\n"
			"  { name = \"s\"; device = \"sink\"; },\n"
			"  { name = \"a\"; device = \"%.*s\"; }, { name = \"b\"; device = \"%s\"; "
			"} );\n"
			"links = ( { name = \"calibrate\"; ports = [ \"g\", \"a\" ]; },\n"
			"  { name = \"back\"; ports = [ \"b\", \"s\" ]; } );\n",
			c->core, (unsigned long long)c->pps, sizes, (int)(comma - c->ports),
			c->ports, comma + 1);
	return n < 0 ? NULL : out;
}

static int
wait_and_show(const struct wf_calibrate *c, const struct wf_dp *dp)
{
	wf_ns_t start_ns = wf_dp_now(dp), done_ns = 0;
	struct wf_progress progress;
	int rc = 0;

	wf_progress_begin(&progress, stderr, c->quiet);
	while (rc == 0 && done_ns < c->duration_ns) {
		wf_ns_t left_ns = c->duration_ns - done_ns;

		wf_progress_show(
			&progress, done_ns * c->pps / WF_NS_PER_S, done_ns, c->duration_ns);
		rc = wf_interrupt_wait(left_ns < LOOK_NS ? left_ns : LOOK_NS);
		done_ns = wf_dp_now(dp) - start_ns;
	}
	wf_progress_end(&progress);
	return rc;
}

static void
keep(struct wf_calibrate *c, struct wf_snapshot *snap)
{
	const struct wf_dir_stats *d = &snap->links[0].dir[WF_AB].s;
	const struct wf_snap_worker *w = &snap->workers[0];

	wf_hist_merge(&c->added, &d->delay);
	c->sent = d->c.tx.packets;
	for (int i = 1; i < WF_DROP_COUNT; i++)
		c->dropped += d->c.dropped[i].packets;
	for (uint32_t p = 0; p < snap->n_ports; p++)
		c->missed += snap->ports[p].rx_missed;
	c->turn_ns = w->loops > 0 ? (double)snap->since_reset_ns / (double)w->loops : 0;
	c->longest_turn_ns = w->stall_max_ns;
	c->trustworthy = snap->trustworthy;
	c->reasons = snap->reasons;
	c->n_reasons = snap->n_reasons;
	snap->reasons = NULL;
	snap->n_reasons = 0;
}

/* Warm, then for so long. */
static int
measure_wire(struct wf_calibrate *c, struct wf_dp *dp, struct wf_err *err)
{
	struct wf_snapshot *snap = NULL;
	int rc = wf_interrupt_wait(WARM_NS);

	if (rc == 0 && wf_dp_reset(dp) < 0)
		rc = -ETIMEDOUT;
	if (rc == 0)
		rc = wait_and_show(c, dp);
	if (rc == 0 && (snap = wf_dp_snapshot(dp)) == NULL)
		rc = -ETIMEDOUT;
	if (rc == -ETIMEDOUT)
		wf_err_add(err, NULL, "Is its core taken by something else?",
			"a worker does not answer");
	if (snap != NULL)
		keep(c, snap);
	wf_snapshot_free(snap);
	return rc;
}

static int
run_wire(struct wf_calibrate *c, const struct wf_loaded *l, const struct wf_dp_options *opt,
	struct wf_err *err)
{
	struct wf_plan *plan = wf_plan_compile(l->conf, 1, NULL, err);
	struct wf_dp *dp = plan != NULL ? wf_dp_new(l->conf, opt, err) : NULL;
	int rc;

	if (dp == NULL || wf_plan_arm(plan, err) < 0) {
		wf_plan_free(plan);
		wf_dp_free(dp);
		return -EINVAL;
	}
	wf_dp_describe(dp, c->setup, sizeof(c->setup));
	rc = wf_dp_start(dp, plan, err);
	if (rc == 0)
		rc = measure_wire(c, dp, err);
	wf_dp_stop(dp, 0);
	wf_dp_free(dp);
	return rc;
}

static int
run_logged(struct wf_calibrate *c, const struct wf_loaded *l, const struct wf_dp_options *options,
	struct wf_err *err)
{
	struct log log = { .room = c->pps * (c->duration_ns / WF_NS_PER_S + 10) };
	struct wf_tap tap = { told, &log };
	struct wf_dp_options opt = *options;
	int rc = -ENOMEM;

	log.left = calloc(log.room, sizeof(*log.left));
	log.came = calloc(log.room, sizeof(*log.came));
	if (c->ports != NULL)
		opt.tap = &tap;
	if (log.left != NULL && log.came != NULL)
		rc = run_wire(c, l, &opt, err);
	if (rc == 0 && c->ports != NULL)
		c->came = wf_calibrate_match(log.left, log.n_left, log.came, log.n_came, &c->path);
	if (rc == 0 && c->ports != NULL && c->came == 0)
		rc = wf_err_add(err, NULL,
			"Join the two ports by a cable, or their far ends by a loop",
			"nothing of what was sent on the first of %s came in on the second",
			c->ports);
	free(log.left);
	free(log.came);
	return rc;
}

int
wf_calibrate_run(struct wf_calibrate *c, const struct wf_dp_options *options, struct wf_err *err)
{
	struct wf_bridge from = { .text = text_of(c) };
	struct wf_loaded l = { 0 };
	struct wf_clock clock;
	int rc = -ENOMEM;

	wf_hist_init(&c->added);
	wf_hist_init(&c->path);
	if (from.text != NULL)
		rc = wf_load(&from, "1", &l, err);
	if (rc == 0 && wf_device_resolve(l.conf, NULL) < 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc == 0 && wf_clock_init(&clock) < 0)
		rc = wf_err_add(err, NULL, "`wirefault doctor` says more",
			"this CPU's time stamp counter is not constant");
	if (rc == 0 && (rc = measure_core(c, &clock)) < 0)
		wf_err_add(err, NULL, "Name another with --core", "core %u can't be used: %s",
			c->core, strerror(-rc));
	if (rc == 0)
		rc = run_logged(c, &l, options, err);
	wf_unload(&l);
	free((void *)(uintptr_t)from.text);
	return rc;
}
