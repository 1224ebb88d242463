/* SPDX-License-Identifier: BSD-3-Clause
 * The server under test in a thread of its own on a temporary socket, a made-up program behind it,
 * and a real HTTP client (libcurl) in front.
 */
#ifndef HARNESS_H
#define HARNESS_H

/* cmocka.h needs these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* */
#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

#include "wf_ctl.h"

struct event_base;

#define HARNESS_EVENTS 8 /* that are kept */
#define HARNESS_RUNS   4 /* at once */

struct harness {
	char dir[64];
	char path[96];
	char tokens[96];           /* path; "": not by TCP */
	char shipped[96], own[96]; /* directories of profiles and of scenarios, empty at the start
				      and the end */
	char http[64];             /* "127.0.0.1:12345" */
	struct event_base *base;
	struct wf_ctl *ctl;
	pthread_t thread;
	int stop[2];
	/* The made-up program. */
	struct wf_setup *setup;
	struct wf_node *tree; /* the setup's */
	uint64_t generation;  /* asked for last */
	wf_ns_t since_ns;     /* when each is in force, by the wall clock */
	uint64_t
		held_back; /* so often, progress says that the last ones are not yet in force ... */
	uint64_t lag;      /* ... so many of them; 0: one */
	int refuse;        /* a -errno: what a change returns */
	bool no_snapshot;  /* snapshot gives NULL */
	int unanswered;    /* so often, snapshot, reset and captures say: not yet */
	int resets;
	bool captured; /* there has been a capture: */
	struct wf_capture_status captures;
	struct wf_event_log *events;
	/* Runs of scenarios, as a test wants them. */
	struct wf_scenarios run_file[HARNESS_RUNS];
	struct wf_scenario_state run[HARNESS_RUNS];
	uint32_t n_runs;
	uint64_t run_id, triggered;
	struct wf_ctl_run_order order; /* the last one */
	struct wf_replay *replay;      /* the test's; NULL: no port has one */
};

/* cmocka's setup and teardown: *state is a struct harness. */
int harness_start(void **state);
int harness_stop(void **state);

/* The same, reached over TCP as well, with these tokens (lines of a file). */
int harness_start_tcp(void **state);
#define HARNESS_ADMIN "an-admin-token-of-the-tests"
#define HARNESS_READ  "a-reading-token-of-the-tests"

/* Another base, without overrides. */
void harness_read(struct harness *h, const char *text);

/* As the made-up program has it. */
wf_ns_t harness_wall(const struct harness *h, wf_ns_t ns);

struct reply {
	long status;
	char type[64];
	char allow[64];
	char tag[64]; /* ETag */
	char *text;
	size_t len;
	json_t *json; /* NULL: the body is not JSON */
};

/* One request; media and body may be NULL. Freed by reply_free. */
struct reply call(const struct harness *h, const char *method, const char *path, const char *media,
	const char *body);
/* As call, with one more header ("Accept: text/plain"). */
struct reply call_with(const struct harness *h, const char *header, const char *method,
	const char *path, const char *media, const char *body);
/* A request over TCP; headers (NULL ends them) as they are sent. */
struct reply call_tcp(const struct harness *h, const char *const *headers, const char *method,
	const char *path, const char *body);
void reply_free(struct reply *r);

/* Fails the test unless the request is answered with this status and, from 400 on, with a problem
 * document that says the same. */
void expect(const struct harness *h, long status, const char *method, const char *path,
	const char *media, const char *body);

/* "20ms" at a dotted path of a reply, as in "config.delay.mean"; NULL: not there. */
const char *text_at(const json_t *j, const char *path);

/* A connection to the server, which the caller closes. */
int raw_connect(const struct harness *h);
int raw_connect_tcp(const struct harness *h);

#endif
