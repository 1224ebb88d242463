/* SPDX-License-Identifier: BSD-3-Clause
 * The server under test in a thread of its own.
 */
#include "harness_runs.h"

#include "wf_flow_top.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sample.h"

#define NOW_NS (5 * WF_NS_PER_S)

static const char config_text[] = "ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = "
				  "\"b\"; device = \"net_null1\"; } "
				  ");\n"
				  "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n"
				  "  ab = { delay = { mean = \"20ms\"; stddev = \"2ms\"; "
				  "distribution = \"normal\"; }; loss = "
				  "\"1%\"; };\n"
				  "} );\n";

static struct wf_snapshot *
fake_snapshot(void *ctx)
{
	struct harness *h = ctx;

	return h->no_snapshot || h->unanswered-- > 0 ? NULL : sample_snapshot(true);
}

static const struct wf_setup *
fake_setup(void *ctx)
{
	const struct harness *h = ctx;

	return h->setup;
}

/* As the real program, but anything may change. */
static int
step(struct harness *h, struct wf_node *base, const struct wf_overrides *overrides,
	uint64_t *generation, struct wf_err *err)
{
	struct wf_setup *next;
	/* Each a nanosecond after the one before. */
	wf_ns_t from_ns = NOW_NS + h->generation;
	int rc =
		wf_setup_next(base != NULL ? NULL : h->setup, base, overrides, from_ns, &next, err);

	if (rc < 0)
		return rc;
	if (h->refuse != 0) {
		wf_setup_free(next);
		wf_err_add(err, &(struct wf_where){ .path = "workers" }, "Stop and start wirefault",
			"cannot change in a running wirefault");
		return h->refuse;
	}
	wf_setup_free(h->setup);
	h->setup = next;
	h->tree = next->tree;
	*generation = ++h->generation;
	return 0;
}

static int
fake_apply(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	return step(ctx, tree, NULL, generation, err);
}

static int
fake_amend(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;

	return step(h, tree, &h->setup->overrides, generation, err);
}

static int
fake_change(void *ctx, struct wf_change *change, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;
	struct wf_overrides list = { 0 };
	struct wf_override o = { .from_ns = NOW_NS,
		.until_ns = change->for_ns != 0 ? NOW_NS + change->for_ns : UINT64_MAX,
		.change = change };
	int rc = wf_overrides_copy(&list, &h->setup->overrides, NOW_NS);

	if (rc == 0)
		rc = wf_overrides_add(&list, &o);
	if (rc == 0)
		rc = step(h, NULL, &list, generation, err);
	wf_overrides_fini(&list);
	return rc;
}

/* Those that begin later wait: nothing here makes them begin. */
static int
fake_schedule(void *ctx, const struct wf_changes *changes, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;
	struct wf_overrides list = { 0 };
	int rc = wf_overrides_copy(&list, &h->setup->overrides, NOW_NS);

	for (uint32_t i = 0; i < changes->n; i++)
		if (!wf_change_fits(changes->change[i], h->tree, err))
			rc = -EINVAL;
	if (rc == 0)
		rc = wf_changes_override(changes, 0, &list);
	for (uint32_t i = 0; i < list.n; i++)
		if (list.at[i].from_ns < NOW_NS) /* with the step */
			list.at[i].from_ns = NOW_NS + h->generation;
	if (rc == 0)
		rc = step(h, NULL, &list, generation, err);
	wf_overrides_fini(&list);
	return rc;
}

static wf_ns_t
fake_clock(void *ctx)
{
	return NOW_NS;
}

static int
fake_undo(void *ctx, uint64_t id, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;
	struct wf_overrides list = { 0 };
	int rc = wf_overrides_copy(&list, &h->setup->overrides, NOW_NS) == 0 ? -ENOENT : -ENOMEM;

	for (uint32_t i = list.n; rc != -ENOMEM && i-- > 0;) {
		if (id != WF_CTL_UNDO_ALL && id != list.at[i].id &&
			(id != WF_CTL_UNDO_LAST || rc == 0))
			continue;
		wf_overrides_drop(&list, i);
		rc = 0;
	}
	if (rc == 0)
		rc = step(h, NULL, &list, generation, err);
	wf_overrides_fini(&list);
	return rc;
}

static int
fake_reload(void *ctx, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;

	return step(h, wf_conf_read_text(config_text, "test.conf", true, err), &h->setup->overrides,
		generation, err);
}

static struct wf_ctl_progress
fake_progress(void *ctx)
{
	struct harness *h = ctx;
	bool back = h->held_back > 0;

	h->held_back -= back;
	return (struct wf_ctl_progress){ h->generation - (back ? (h->lag > 0 ? h->lag : 1) : 0),
		h->since_ns };
}

wf_ns_t
harness_wall(const struct harness *h, wf_ns_t ns)
{
	return h->since_ns - NOW_NS + ns;
}

static wf_ns_t
fake_wall(void *ctx, wf_ns_t ns)
{
	return harness_wall(ctx, ns);
}

static int
fake_reset(void *ctx)
{
	struct harness *h = ctx;

	if (h->unanswered-- > 0)
		return -EAGAIN;
	h->resets++;
	return h->refuse;
}

static int
fake_capture_start(void *ctx, const struct wf_conf_capture *what, struct wf_err *err)
{
	struct harness *h = ctx;

	if (h->captured && h->captures.state == WF_CAPTURE_RUNS)
		return -EBUSY;
	if (strcmp(what->file, "no.pcapng") == 0)
		return wf_err_add(err, NULL, NULL, "no.pcapng cannot be written");
	h->captures = (struct wf_capture_status){
		.captured = 7, .missed = what->snaplen, .bytes = what->size_bytes, .file = 3
	};
	h->captures.rotates = what->size_bytes != 0;
	snprintf(h->captures.name, sizeof(h->captures.name), "%s", what->file);
	h->captured = true;
	return 0;
}

static bool
fake_capture_settled(void *ctx)
{
	struct harness *h = ctx;

	return h->unanswered-- <= 0;
}

static int
fake_capture_change(void *ctx, const char *filter, struct wf_err *err)
{
	struct harness *h = ctx;

	if (!h->captured || h->captures.state != WF_CAPTURE_RUNS)
		return -ENOENT;
	if (filter != NULL && strcmp(filter, "icmp") != 0)
		return wf_err_add(err, NULL, NULL, "it is no filter");
	h->captures.filter = filter != NULL ? "icmp" : NULL;
	return 0;
}

static int
fake_capture_stop(void *ctx)
{
	struct harness *h = ctx;

	if (h->captured && h->unanswered-- > 0)
		return -EAGAIN;
	if (!h->captured || h->captures.state != WF_CAPTURE_RUNS)
		return -ENOENT;
	h->captures.state = WF_CAPTURE_ENDED;
	return 0;
}

static bool
fake_capture_status(void *ctx, struct wf_capture_status *out)
{
	struct harness *h = ctx;

	*out = h->captures;
	return h->captured;
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	event_base_loopbreak(arg);
}

static void *
serve(void *arg)
{
	struct harness *h = arg;
	struct event *stop = event_new(h->base, h->stop[0], EV_READ, on_stop, h->base);

	event_add(stop, NULL);
	event_base_dispatch(h->base);
	event_free(stop);
	return NULL;
}

static void
write_tokens(struct harness *h)
{
	FILE *f;

	snprintf(h->tokens, sizeof(h->tokens), "%s/tokens", h->dir);
	f = fopen(h->tokens, "w");
	assert_non_null(f);
	fprintf(f, "# of the tests\n" HARNESS_ADMIN "\n\nread:" HARNESS_READ "\n");
	fclose(f);
	assert_int_equal(chmod(h->tokens, 0640), 0);
}

/* Of port "a", if there is one. */
static bool
fake_replay(void *ctx, uint32_t index, struct wf_ctl_replay *out)
{
	struct harness *h = ctx;

	*out = (struct wf_ctl_replay){ "a", h->replay, NOW_NS };
	return index == 0 && h->replay != NULL;
}

/* Three flows; the walk needs two attempts. */
static bool
fake_flows(void *ctx, struct wf_flow_top *list, uint32_t budget)
{
	struct harness *h = ctx;
	struct wf_flow_seen s = {
		.packets = 10, .last_ns = 1, .class_uid = h->setup->plan->dir[0].classes[0].uid
	};

	if (list->place++ == 0)
		return false;
	s.key = (struct wf_flow_key){ .src = { [10] = 0xff, 0xff, 10, 0, 0, 1 },
		.dst = { [10] = 0xff, 0xff, 10, 0, 0, 2 },
		.sport = { 0x14, 0x51 },
		.dport = { 0, 80 },
		.vlan = { 0xff, 0xff },
		.proto = 6,
		.family = 4 };
	s.bytes = 1000;
	s.delayed = 4;
	s.delay_ns = 4000;
	s.delay_max_ns = 2000;
	wf_flow_top_put(list, &s);
	s.key = (struct wf_flow_key){ .src = { 0x20, 1, 0x0d, 0xb8, [15] = 1 },
		.dst = { 0x20, 1, 0x0d, 0xb8, [15] = 2 },
		.sport = { 0, 7 },
		.dport = { 0, 7 },
		.vlan = { 0, 42 },
		.dir = { 0, 1 },
		.proto = 58,
		.family = 6 };
	s.bytes = 3000;
	s.dropped = 1;
	wf_flow_top_put(list, &s);
	s.key = (struct wf_flow_key){ .src = { 2, 0, 0, 0, 0, 1 },
		.dst = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.vlan = { 0xff, 0xff },
		.ethertype = { 8, 6 } };
	s.class_uid = 0;
	s.bytes = 60;
	s.dropped = 5;
	s.delayed = 0;
	wf_flow_top_put(list, &s);
	return true;
}

static int
start(void **state, bool tcp)
{
	struct harness *h = calloc(1, sizeof(*h));
	struct wf_err *err = wf_err_new();
	struct wf_ctl_ops ops = { .ctx = h,
		.snapshot = fake_snapshot,
		.setup = fake_setup,
		.in_force = fake_setup,
		.apply = fake_apply,
		.amend = fake_amend,
		.change = fake_change,
		.undo = fake_undo,
		.reload = fake_reload,
		.progress = fake_progress,
		.wall = fake_wall,
		.reset = fake_reset,
		.replay = fake_replay,
		.flows = fake_flows,
		.schedule = fake_schedule,
		.clock = fake_clock };
	struct wf_ctl_options opt = { .socket = h->path, .hosts = "lab.example, other.example" };

	ops.capture_start = fake_capture_start;
	ops.capture_change = fake_capture_change;
	ops.capture_settled = fake_capture_settled;
	ops.capture_stop = fake_capture_stop;
	ops.capture_status = fake_capture_status;
	ops.run_start = fake_run_start;
	ops.run_stop = fake_run_stop;
	ops.run_trigger = fake_run_trigger;
	ops.run = fake_run;
	snprintf(h->dir, sizeof(h->dir), "/tmp/wf-ctl-test-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->path, sizeof(h->path), "%s/control.sock", h->dir);
	snprintf(h->shipped, sizeof(h->shipped), "%s/shipped", h->dir);
	snprintf(h->own, sizeof(h->own), "%s/own", h->dir);
	assert_int_equal(mkdir(h->shipped, 0755), 0);
	assert_int_equal(mkdir(h->own, 0755), 0);
	opt.dirs = (struct wf_ctl_dirs){ h->own, h->shipped, h->own, h->shipped };
	if (tcp) {
		write_tokens(h);
		opt.http = "127.0.0.1:0";
		opt.token_file = h->tokens;
	}
	h->generation = 1;
	h->since_ns = (wf_ns_t)time(NULL) * WF_NS_PER_S;
	assert_int_equal(wf_setup_next(NULL, wf_conf_read_text(config_text, "test.conf", true, err),
				 NULL, NOW_NS, &h->setup, err),
		0);
	h->tree = h->setup->tree;
	h->events = ops.events = wf_event_log_new(HARNESS_EVENTS);
	assert_non_null(h->events);
	assert_int_equal(pipe(h->stop), 0);
	h->base = event_base_new();
	h->ctl = wf_ctl_new(h->base, &opt, &ops, err);
	wf_err_print(err, stderr);
	assert_non_null(h->ctl);
	wf_err_free(err);
	if (tcp)
		snprintf(h->http, sizeof(h->http), "%s", wf_ctl_http(h->ctl));
	assert_int_equal(pthread_create(&h->thread, NULL, serve, h), 0);
	*state = h;
	return 0;
}

int
harness_start(void **state)
{
	return start(state, false);
}

int
harness_start_tcp(void **state)
{
	return start(state, true);
}

void
harness_read(struct harness *h, const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_setup *next = NULL;

	assert_int_equal(wf_setup_next(NULL, wf_conf_read_text(text, "test.conf", false, err), NULL,
				 NOW_NS, &next, err),
		0);
	wf_setup_free(h->setup);
	h->setup = next;
	h->tree = next->tree;
	wf_err_free(err);
}

int
harness_stop(void **state)
{
	struct harness *h = *state;

	assert_int_equal(write(h->stop[1], "x", 1), 1);
	pthread_join(h->thread, NULL);
	wf_ctl_free(h->ctl);
	wf_event_log_free(h->events);
	harness_forget_runs(h);
	event_base_free(h->base);
	close(h->stop[0]);
	close(h->stop[1]);
	wf_setup_free(h->setup);
	if (h->tokens[0] != '\0')
		unlink(h->tokens);
	assert_int_equal(rmdir(h->shipped), 0);
	assert_int_equal(rmdir(h->own), 0);
	/* Also proves that the socket's file is gone. */
	assert_int_equal(rmdir(h->dir), 0);
	free(h);
	return 0;
}
