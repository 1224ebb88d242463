/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault run`: the bridge in the foreground. A ladder up (configuration, plan, data path,
 * control server, READY), the control thread's event loop, and the same ladder down.
 */
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "cmd_dp.h"
#include "live.h"
#include "tell.h"
#include "watch.h"
#include "wf_device.h"
#include "wf_json.h"
#include "wf_report.h"
#include "wf_units.h"

/* TERM and INT promise a report within 2 s; the rest is for stopping ports. */
#define DRAIN_NS (1200 * WF_NS_PER_MS)

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "ports", 0, "A,B", "two interfaces or devices, instead of the link's own" },
	{ "duration", 'd', "TIME", "stop after this long, such as 30s" },
	{ "seed", 0, "N", "seed of all randomness, instead of the file's" },
	{ "socket", 's', "PATH", "control socket, instead of the file's" },
	{ "http", 0, "ADDRESS",
		"address and port of the API over TCP, instead of the file's; needs tokens" },
	{ "token-file", 0, "FILE", "who may come over TCP, instead of the file's" },
	{ "telemetry", 0, NULL, "DPDK's telemetry socket, with /wirefault commands" },
	{ "force", 0, NULL,
		"take a NIC even if it carries the default route or this session, a core even if "
		"another wirefault polls there" },
	WF_CMD_MEMORY_OPTIONS,
	WF_CMD_JSON_OPTIONS,
	{ "quiet", 'q', NULL, "the same as --log-level warning" },
	{ "log-level", 0, "LEVEL", "what is told: warning, info (default) or debug" },
	{ "log-file", 0, "FILE", "told there, not on stderr; HUP opens it anew" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

struct run {
	struct wf_option_values v;
	struct wf_live live;
	struct wf_dp_options opt;
	uint64_t reloading; /* generation of what HUP has read; 0: nothing is under way */
	struct wf_ctl *ctl;
	struct event_base *base;
	struct event *events[6];
	struct wf_tell tell;
	struct wf_port_watch watch;
	wf_ns_t duration_ns;
	bool quiet, json;
	enum wf_event_level level;
	char *state_file; /* what is changed on the host */
	/* Directories of what came with the program; "": none. */
	char profiles[PATH_MAX], scenarios[PATH_MAX];
};

static const char *
value(const struct run *r, const char *name)
{
	return wf_cmd_value(&wf_cmd_run, &r->v, name);
}

/* Signals wait until the loop runs: a ladder that is half up is taken down in order. */
static void
hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	event_base_loopbreak(arg);
}

/* Tokens and the configuration, each for itself: who takes a token away does not wait for a file
 * that is being edited. */
static void
reread_tokens(struct run *r)
{
	struct wf_err *err = wf_err_new();

	if (err == NULL || wf_ctl_reread_tokens(r->ctl, err) < 0) {
		if (err != NULL)
			wf_event_warn(r->tell.log, err);
		wf_event_say(r->tell.log, WF_EVENT_refused, "control.token_file",
			"the tokens are not read again; those from before stay");
	}
	wf_err_free(err);
}

/* HUP: files again, nothing changed by one that is bad. */
static void
on_reload(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;

	wf_tell_again(&r->tell);
	reread_tokens(r);
	if (err != NULL && wf_live_reload(&r->live, &generation, err) == 0) {
		r->reloading = generation;
	} else {
		if (err != NULL)
			wf_event_warn(r->tell.log, err);
		wf_event_say(r->tell.log, WF_EVENT_refused, NULL,
			"not reloaded; the running configuration stays");
	}
	wf_err_free(err);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	wf_dp_second(((struct run *)arg)->live.dp);
}

static struct timeval
timeval_of(wf_ns_t ns)
{
	return (struct timeval){ (time_t)(ns / WF_NS_PER_S),
		(suseconds_t)((ns % WF_NS_PER_S + 999) / 1000) };
}

/* Cables that outages pull, now and when that changes next. */
static void
on_carrier(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;
	struct wf_err *err = wf_err_new();
	wf_ns_t next_ns = err != NULL ? wf_dp_carrier(r->live.dp, err) : UINT64_MAX;
	struct timeval tv = timeval_of(next_ns);

	if (err != NULL)
		wf_event_warn(r->tell.log, err);
	if (next_ns != UINT64_MAX)
		evtimer_add(r->events[4], &tv);
	else
		evtimer_del(r->events[4]);
	wf_err_free(err);
}

/* What follows from a change is done, and told, behind it. */
static void
on_change(void *arg, uint64_t generation)
{
	struct run *r = arg;
	char text[1024], standing[900];

	if (r->reloading != 0 && r->reloading <= generation) {
		snprintf(text, sizeof(text), "reloaded, generation %llu%s",
			(unsigned long long)r->reloading,
			wf_live_standing(&r->live, standing, sizeof(standing)));
		wf_event_add(r->tell.log, &(struct wf_event){ .kind = WF_EVENT_reload,
						  .what = "HUP",
						  .generation = r->reloading,
						  .text = text });
		r->reloading = 0;
	}
	event_active(r->events[4], EV_TIMEOUT, 1);
}

static int
check_options(struct run *r, struct wf_err *err)
{
	char hint[WF_UNITS_HINT];

	r->quiet = value(r, "quiet") != NULL;
	r->level = r->quiet ? WF_EVENT_WARNING : WF_EVENT_INFO;
	if (value(r, "log-level") != NULL && !wf_tell_level(value(r, "log-level"), &r->level))
		wf_err_add(err, NULL, "Write --log-level debug",
			"\"%s\" is not warning, info or debug", value(r, "log-level"));
	wf_cmd_json(&wf_cmd_run, &r->v, &r->json, err);
	wf_cmd_from(&wf_cmd_run, &r->v, &r->live.from, err);
	r->live.from.ports = value(r, "ports");
	if (value(r, "duration") != NULL &&
		(wf_units_duration(value(r, "duration"), &r->duration_ns) < 0 ||
			r->duration_ns < WF_NS_PER_MS))
		wf_err_add(err, NULL,
			wf_units_hint_or(WF_UNITS_DURATION, value(r, "duration"),
				"Write --duration 30s; without it wirefault runs until TERM", hint),
			"\"%s\" is not a time of 1 ms or more", value(r, "duration"));
	r->opt = wf_cmd_dp(&wf_cmd_run, &r->v, err);
	return wf_err_count(err) == 0 ? 0 : -EINVAL;
}

/* Configuration and plan: all that can be wrong with the file. */
static int
load(struct run *r, struct wf_err *err)
{
	if (wf_load(&r->live.from, value(r, "seed"), &r->live.start, err) < 0)
		return -EINVAL;
	return wf_live_init(&r->live, err);
}

static const char *
socket_path(const struct run *r)
{
	const char *path = value(r, "socket");

	return path != NULL ? path : r->live.start.conf->control.socket;
}

/* Ports, rules, workers. */
static int
start_data_path(struct run *r, int extra_argc, char **extra_argv, struct wf_err *err)
{
	struct wf_dp_options *opt = &r->opt;
	struct wf_plan *plan = r->live.setup->plan;
	char line[256];

	opt->extra_argc = extra_argc;
	opt->extra_argv = extra_argv;
	opt->quiet = r->quiet;
	opt->events = r->tell.log;
	opt->follows_clocks = true;
	opt->drop_rights = true;
	opt->telemetry = value(r, "telemetry") != NULL;
	if (asprintf(&r->state_file, "%s%s", socket_path(r), WF_CMD_STATE_SUFFIX) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	opt->state_file = r->state_file;
	if (wf_device_resolve(r->live.start.conf, r->tell.log) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	r->live.dp = wf_dp_new(r->live.start.conf, opt, err);
	if (r->live.dp == NULL || wf_plan_arm(plan, err) < 0 ||
		wf_dp_check_carrier(r->live.dp, plan, err) < 0)
		return -EINVAL;
	if (wf_live_capture_begin(&r->live.capture, r->base, r->live.dp, r->live.start.conf,
		    r->tell.log, err) < 0)
		return -EINVAL;
	wf_event_say(r->tell.log, WF_EVENT_start, NULL, "%s; seed %llu",
		wf_dp_describe(r->live.dp, line, sizeof(line)),
		(unsigned long long)r->live.start.seed);
	return wf_dp_start(r->live.dp, wf_plan_hold(plan), err);
}

/* The control socket, before anything is done to the machine: who asks waits until the loop runs.
 */
static int
start_control(struct run *r, struct wf_err *err)
{
	const struct wf_conf_control *own = &r->live.start.conf->control;
	struct wf_ctl_ops ops = wf_live_ops(&r->live);
	struct wf_ctl_options opt;

	if (!wf_bridge_home("profiles", r->profiles, sizeof(r->profiles)))
		r->profiles[0] = 0;
	if (!wf_bridge_home("scenarios", r->scenarios, sizeof(r->scenarios)))
		r->scenarios[0] = 0;
	opt = (struct wf_ctl_options){ .socket = socket_path(r),
		.http = value(r, "http") != NULL ? value(r, "http") : own->http,
		.token_file =
			value(r, "token-file") != NULL ? value(r, "token-file") : own->token_file,
		.hosts = own->hosts,
		.allow_remote = own->allow_remote,
		.dirs = { own->profiles, r->profiles[0] != 0 ? r->profiles : NULL, own->scenarios,
			r->scenarios[0] != 0 ? r->scenarios : NULL } };
	r->base = event_base_new();
	if (r->base == NULL || wf_tell_begin(&r->tell, r->level, value(r, "log-file"), err) < 0)
		return wf_err_count(err) > 0 ? -EINVAL
					     : wf_err_add(err, NULL, NULL, "out of memory");
	ops.events = r->tell.log;
	r->ctl = wf_ctl_new(r->base, &opt, &ops, err);
	if (r->ctl != NULL && wf_ctl_http(r->ctl) != NULL)
		wf_event_say(
			r->tell.log, WF_EVENT_start, NULL, "API on http://%s", wf_ctl_http(r->ctl));
	return r->ctl == NULL ? -EINVAL : 0;
}

/* What the loop waits for. */
static int
start_events(struct run *r, struct wf_err *err)
{
	r->events[0] = evsignal_new(r->base, SIGTERM, on_stop, r->base);
	r->events[1] = evsignal_new(r->base, SIGINT, on_stop, r->base);
	r->events[2] = evsignal_new(r->base, SIGHUP, on_reload, r);
	r->events[3] = evtimer_new(r->base, on_stop, r->base);
	r->events[4] = evtimer_new(r->base, on_carrier, r);
	r->events[5] = event_new(r->base, -1, EV_PERSIST, on_second, r);
	for (size_t i = 0; i < WF_ARRAY_SIZE(r->events); i++)
		if (r->events[i] == NULL || (i < 3 && event_add(r->events[i], NULL) < 0))
			return wf_err_add(err, NULL, NULL, "out of memory");
	r->live.changed = on_change;
	r->live.changed_ctx = r;
	r->live.events = r->tell.log;
	if (wf_live_begin(&r->live, r->base) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (wf_port_watch_begin(
		    &r->watch, r->base, r->live.dp, r->live.start.conf, r->tell.log, err) < 0)
		return -EINVAL;
	return wf_dp_drop_rights(r->live.dp, err);
}

static void
loop(struct run *r)
{
	struct timeval tv = timeval_of(r->duration_ns), second = { .tv_sec = 1 };
	FILE *ready = r->json ? stderr : stdout;

	/* Standard output that is to be a document is nothing else. */
	fprintf(ready, "READY\n");
	fflush(ready);
	sd_notify(0, "READY=1");
	hold_signals(SIG_UNBLOCK);
	if (r->duration_ns != 0)
		evtimer_add(r->events[3], &tv);
	event_add(r->events[5], &second);
	on_carrier(-1, 0, r);
	event_base_dispatch(r->base);
	sd_notify(0, "STOPPING=1");
	wf_event_say(r->tell.log, WF_EVENT_shutdown, NULL, "shutting down");
	wf_ctl_flush(r->ctl);
}

static int
report(struct run *r)
{
	struct wf_snapshot *snap =
		wf_live_capture_count(&r->live.capture, wf_dp_snapshot(r->live.dp));
	json_t *doc = snap != NULL ? wf_json_stats(snap) : NULL;
	int rc = WF_EXIT_OK;

	if (doc == NULL) {
		wf_event_say(r->tell.log, WF_EVENT_warning, NULL,
			"no final report: a worker does not answer");
		rc = WF_EXIT_FAILED;
	} else if (r->json) {
		json_dumpf(doc, stdout, JSON_INDENT(2));
		printf("\n");
	} else {
		wf_report_table(doc, stdout);
	}
	json_decref(doc);
	wf_snapshot_free(snap);
	fflush(stdout);
	return rc;
}

static void
stop(struct run *r)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(r->events); i++)
		if (r->events[i] != NULL)
			event_free(r->events[i]);
	wf_port_watch_end(&r->watch);
	wf_ctl_free(r->ctl);
	wf_live_end(&r->live);
	if (r->live.dp != NULL)
		wf_dp_stop(r->live.dp, 0); /* a ladder that is half up */
	wf_live_capture_end(&r->live.capture);
	if (r->base != NULL)
		event_base_free(r->base);
	wf_live_fini(&r->live); /* rules are DPDK's: before EAL ends */
	wf_dp_free(r->live.dp);
	free(r->state_file);
	wf_tell_end(&r->tell);
}

/* Everything after "--" is for EAL: its index in argv, or argc. */
static int
find_extra(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0)
			return i;
	return argc;
}

static int
run(int argc, char **argv)
{
	int cut = find_extra(argc, argv);
	int extra = cut < argc ? cut + 1 : argc;
	struct run r = { 0 };
	struct wf_err *err = wf_err_new();
	int rc = wf_cmd_options(&wf_cmd_run, cut, argv, &r.v);

	if (rc >= 0 || err == NULL) {
		wf_err_free(err);
		return rc >= 0 ? rc : WF_EXIT_FAILED;
	}
	hold_signals(SIG_BLOCK);
	if (check_options(&r, err) < 0 || load(&r, err) < 0) {
		rc = wf_cmd_refuse(err);
	} else if (start_control(&r, err) < 0 ||
		   start_data_path(&r, argc - extra, argv + extra, err) < 0 ||
		   start_events(&r, err) < 0) {
		wf_err_print(err, stderr);
		rc = WF_EXIT_FAILED;
	} else {
		loop(&r);
		wf_dp_stop(r.live.dp, DRAIN_NS);
		wf_live_capture_finish(&r.live.capture);
		rc = report(&r);
	}
	stop(&r);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_run = {
	.name = "run",
	.arguments = "-c FILE | --profile NAME [--ports A,B] [OPTIONS] [-- EAL "
		     "ARGUMENTS]",
	.summary =
		"Bridges the ports of a configuration, in the foreground, until TERM or INT; HUP "
		"reads the file again",
	.run = run,
	.options = options,
};
