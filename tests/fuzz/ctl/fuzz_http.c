/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as what a client sends: through a Unix socket, evhttp, the routes and the parsers of
 * bodies, to setups that are really made, as a running wirefault would. Whatever is answered is
 * HTTP, and afterwards the server answers as before. libFuzzer.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"
#include "wf_ctl.h"
#include "wf_flow_top.h"

const char *__lsan_default_suppressions(void);

#define NOW_NS (5 * WF_NS_PER_S)
#define TURNS  8 /* of the loop, until an answer must be there */

/* libconfig 1.5 forgets the string that it has begun when a syntax error stops it. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static const char config_text[] =
	"ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "
	"\"net_null1\"; } );"
	"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay = \"20ms\"; };"
	"  classes = ( { name = \"voip\"; match = { proto = \"udp\"; }; ab = { loss = \"1%\"; }; } "
	"); } );";

static struct program {
	struct event_base *base;
	struct wf_ctl *ctl;
	struct wf_setup *setup;
	uint64_t generation;
	char path[64];
} p;

static struct wf_snapshot *
snapshot(void *ctx)
{
	struct wf_snapshot *s = wf_snapshot_new(1, 2, 1);

	snprintf(s->links[0].name, sizeof(s->links[0].name), "wan");
	for (int i = 0; i < 2; i++) {
		wf_dir_stats_init(&s->links[0].dir[i].s);
		snprintf(s->ports[i].name, sizeof(s->ports[i].name), "%c", 'a' + i);
	}
	wf_snapshot_judge(s);
	return s;
}

static const struct wf_setup *
setup(void *ctx)
{
	return p.setup;
}

static int
step(struct wf_node *base, const struct wf_overrides *list, uint64_t *generation,
	struct wf_err *err)
{
	struct wf_setup *next;
	int rc = wf_setup_next(p.setup, base, list, NOW_NS, &next, err);

	if (rc < 0)
		return rc;
	wf_setup_free(p.setup);
	p.setup = next;
	*generation = ++p.generation;
	return 0;
}

static int
apply(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	return step(tree, NULL, generation, err);
}

static int
amend(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	return step(tree, &p.setup->overrides, generation, err);
}

static int
change(void *ctx, struct wf_change *c, uint64_t *generation, struct wf_err *err)
{
	struct wf_overrides list = { 0 };
	const struct wf_override o = { .from_ns = NOW_NS,
		.until_ns = c->for_ns != 0 ? NOW_NS + c->for_ns : UINT64_MAX,
		.change = c };
	int rc = -EINVAL;

	if (wf_change_fits(c, p.setup->tree, err)) {
		require(wf_overrides_copy(&list, &p.setup->overrides, 0) == 0);
		require(wf_overrides_add(&list, &o) == 0);
		rc = step(NULL, &list, generation, err);
	}
	wf_overrides_fini(&list);
	return rc;
}

static int
undo(void *ctx, uint64_t id, uint64_t *generation, struct wf_err *err)
{
	return p.setup->overrides.n > 0 ? step(NULL, NULL, generation, err) : -ENOENT;
}

static int
reload(void *ctx, uint64_t *generation, struct wf_err *err)
{
	return step(wf_conf_read_text(config_text, "fuzz.conf", false, err), &p.setup->overrides,
		generation, err);
}

static struct wf_ctl_progress
progress(void *ctx)
{
	return (struct wf_ctl_progress){ p.generation, 1 };
}

static wf_ns_t
wall(void *ctx, wf_ns_t ns)
{
	return ns;
}

static int
reset(void *ctx)
{
	return 0;
}

static int
schedule(void *ctx, const struct wf_changes *changes, uint64_t *generation, struct wf_err *err)
{
	return wf_err_add(err, NULL, NULL, "not here");
}

/* One that runs, whatever is asked of it. */
static int
capture_start(void *ctx, const struct wf_conf_capture *what, struct wf_err *err)
{
	require(what->file != NULL && what->snaplen > 0);
	return -EBUSY;
}

static int
capture_change(void *ctx, const char *filter, struct wf_err *err)
{
	return filter != NULL ? wf_err_add(err, NULL, NULL, "not here") : 0;
}

static int
capture_stop(void *ctx)
{
	return 0;
}

static bool
capture_status(void *ctx, struct wf_capture_status *out)
{
	*out = (struct wf_capture_status){ .name = "a.pcapng" };
	return true;
}

static bool
flows(void *ctx, struct wf_flow_top *list, uint32_t budget)
{
	wf_flow_top_put(list, &(struct wf_flow_seen){ .packets = 1 });
	return true;
}

static wf_ns_t
clock_now(void *ctx)
{
	return NOW_NS;
}

/* One that is read, and has never begun. */
static struct wf_scenarios runs;

static int
run_start(void *ctx, const struct wf_ctl_run_order *o, uint64_t *first, struct wf_err *err)
{
	struct wf_scenarios more;
	int rc = wf_scenarios_read_text(o->file[0].text, o->file[0].name, &more, err);

	if (rc < 0)
		return rc;
	wf_scenarios_free(&runs);
	runs = more;
	*first = 1;
	return 0;
}

static int
run_stop(void *ctx, uint64_t id)
{
	return 0;
}

static int
run_trigger(void *ctx, uint64_t id)
{
	return -EALREADY;
}

static bool
run(void *ctx, uint32_t index, struct wf_scenario_state *out)
{
	if (index >= runs.n)
		return false;
	*out = (struct wf_scenario_state){
		.id = index + 1, .s = &runs.at[index], .plan = p.setup->plan
	};
	return true;
}

static void
read_config(void)
{
	struct wf_err *err = wf_err_new();

	wf_setup_free(p.setup);
	require(wf_setup_next(NULL, wf_conf_read_text(config_text, "fuzz.conf", false, err), NULL,
			NOW_NS, &p.setup, err) == 0);
	p.generation = 1;
	wf_err_free(err);
}

static void
start(void)
{
	const struct wf_ctl_ops ops = { .snapshot = snapshot,
		.setup = setup,
		.in_force = setup,
		.apply = apply,
		.amend = amend,
		.change = change,
		.undo = undo,
		.reload = reload,
		.progress = progress,
		.wall = wall,
		.reset = reset,
		.schedule = schedule,
		.capture_start = capture_start,
		.capture_change = capture_change,
		.capture_stop = capture_stop,
		.capture_status = capture_status,
		.flows = flows,
		.clock = clock_now,
		.run_start = run_start,
		.run_stop = run_stop,
		.run_trigger = run_trigger,
		.run = run,
		.events = wf_event_log_new(16) };
	struct wf_ctl_options opt = { .socket = p.path };
	struct wf_err *err = wf_err_new();

	snprintf(p.path, sizeof(p.path), "/tmp/wf-fuzz-%d.sock", (int)getpid());
	p.base = event_base_new();
	read_config();
	p.ctl = wf_ctl_new(p.base, &opt, &ops, err);
	require(p.ctl != NULL);
	wf_err_free(err);
}

static int
dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", p.path);
	require(fd >= 0 && connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0);
	return fd;
}

/* Sends it, and gives the beginning of the answer. */
static void
exchange(const uint8_t *data, size_t size, char answer[64])
{
	int fd = dial();
	ssize_t n = 0;

	answer[0] = '\0';
	for (int turn = 0; turn < TURNS; turn++) {
		if (size > 0 && (n = send(fd, data, size, MSG_NOSIGNAL)) > 0) {
			data += n;
			size -= (size_t)n;
		}
		if (size == 0 && turn == TURNS / 2)
			shutdown(fd, SHUT_WR);
		event_base_loop(p.base, EVLOOP_NONBLOCK);
		if (answer[0] == '\0' && (n = recv(fd, answer, 63, 0)) > 0)
			answer[n] = '\0';
	}
	close(fd);
	event_base_loop(p.base, EVLOOP_NONBLOCK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char alive[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
	char answer[64];

	if (p.ctl == NULL)
		start();
	exchange(data, size, answer);
	require(answer[0] == '\0' || strncmp(answer, "HTTP/", 5) == 0);
	exchange((const uint8_t *)alive, strlen(alive), answer);
	require(strncmp(answer, "HTTP/1.1 200 OK", 15) == 0);
	if (p.generation != 1)
		read_config();
	return 0;
}
