/* SPDX-License-Identifier: BSD-3-Clause
 * What happened, one after the other: a bounded ring of events with sequence numbers. The control
 * thread adds, and readers in the same thread read; each goes on from the number that it has read
 * last, and learns how many were gone before it came for them.
 */
#ifndef WF_EVENT_H
#define WF_EVENT_H

#include <stdarg.h>

#include "wf_err.h"

/* Who sees an event on stderr. */
enum wf_event_line {
	WF_EVENT_NEVER, /* numbers or readers tell */
	WF_EVENT_USUAL, /* unless --quiet, or if somebody did it */
	WF_EVENT_ALWAYS,
};

/* name, line on stderr, what it is. New ones at the end of their group: names are for programs. */
#define WF_EVENT_LIST(X)                                                                           \
	X(start, WF_EVENT_USUAL, "the ports are open, and packets are about to flow")              \
	X(restored, WF_EVENT_ALWAYS,                                                               \
		"what a killed run had changed on the host is put back, or why not")               \
	X(port_device, WF_EVENT_USUAL, "which driver takes the interface that a port names")       \
	X(shutdown, WF_EVENT_NEVER, "nothing is received any more")                                \
	X(change, WF_EVENT_ALWAYS, "the running configuration was changed")                        \
	X(reload, WF_EVENT_USUAL, "the file was read again, and is in force")                      \
	X(profile, WF_EVENT_USUAL, "a profile was saved or removed")                               \
	X(refused, WF_EVENT_ALWAYS, "a change was refused: nothing has changed")                   \
	X(reset, WF_EVENT_ALWAYS, "counters and histograms start again from zero")                 \
	X(begun, WF_EVENT_USUAL, "a change begins by itself, as was asked for")                    \
	X(ended, WF_EVENT_USUAL, "a change ends by itself, as was asked for")                      \
	X(warning, WF_EVENT_ALWAYS, "something is not as it should be")                            \
	X(stall, WF_EVENT_NEVER, "a worker did not poll for longer than is on time")               \
	X(port_up, WF_EVENT_USUAL, "a port's interface has its carrier")                           \
	X(port_down, WF_EVENT_USUAL, "a port's interface is down, or without a carrier")           \
	X(port_gone, WF_EVENT_USUAL, "a port's interface is gone, or in another namespace")        \
	X(port_back, WF_EVENT_USUAL, "a port's interface is there again")                          \
	X(port_changed, WF_EVENT_USUAL, "a port's interface has another name or MTU")              \
	X(carrier_taken, WF_EVENT_NEVER, "an outage pulls the cable of a port's host")             \
	X(carrier_given, WF_EVENT_NEVER, "the cable of a port's host is plugged in again")         \
	X(capture_asked, WF_EVENT_USUAL, "somebody begins or ends a capture")                      \
	X(capture_started, WF_EVENT_USUAL, "packets are written to a file from here on")           \
	X(capture_changed, WF_EVENT_USUAL, "it has another filter")                                \
	X(capture_ended, WF_EVENT_USUAL, "its file is complete")                                   \
	X(capture_failed, WF_EVENT_ALWAYS, "its file cannot be written any more, and it ends")     \
	X(replay, WF_EVENT_ALWAYS, "a replay was started, stopped, paused or given another pace")  \
	X(scenario_asked, WF_EVENT_USUAL, "somebody starts or stops a scenario")                   \
	X(scenario, WF_EVENT_USUAL, "a scenario begins, comes to its next phase, or has ended")    \
	X(scenario_saved, WF_EVENT_USUAL, "a scenario was saved or removed")

enum wf_event_kind {
#define WF_EVENT_ENUM(name, line, help) WF_EVENT_##name,
	WF_EVENT_LIST(WF_EVENT_ENUM)
#undef WF_EVENT_ENUM
		WF_EVENT_COUNT
};

struct wf_event_info {
	const char *name;
	enum wf_event_line line;
	const char *help;
};
extern const struct wf_event_info wf_event_info[WF_EVENT_COUNT];

#define WF_EVENT_ROOM 1024 /* events that a log keeps, by default */

struct wf_event {
	uint64_t seq;    /* from 1, without holes */
	wf_ns_t wall_ns; /* since 1970 */
	wf_ns_t mono_ns; /* CLOCK_MONOTONIC */
	wf_ns_t at_ns;   /* when it took place, or takes effect: CLOCK_MONOTONIC */
	enum wf_event_kind kind;
	uint64_t generation; /* that it has made; 0: none */
	const char *who;     /* that did it; NULL: wirefault, or the machine */
	const char *about;   /* the port, link or core that it is about; NULL: none */
	const char *what;    /* that was asked for, as a program can read it; NULL */
	const char *text;    /* for people: a line without a full stop */
	bool whole;          /* no: a message that says itself where and what */
};

struct wf_event_log;

/* NULL: out of memory. */
struct wf_event_log *wf_event_log_new(uint32_t room);
void wf_event_log_free(struct wf_event_log *log);

/* Adds *e, whose strings are copied; seq, wall_ns, mono_ns, and at_ns where it is 0, are filled in.
 * `log` NULL: nobody wants to know. */
void wf_event_add(struct wf_event_log *log, const struct wf_event *e);
/* The same of parts: about may be NULL. */
void wf_event_say(struct wf_event_log *log, enum wf_event_kind kind, const char *about,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A warning for each error. */
void wf_event_warn(struct wf_event_log *log, const struct wf_err *err);

/* Number of the newest event; 0: none yet. */
uint64_t wf_event_last(const struct wf_event_log *log);

/* Who reads. It belongs to its owner; `seen` may be set to go on from somewhere else. */
struct wf_event_reader {
	uint64_t seen;   /* number of the last event that was read */
	uint64_t missed; /* events that were gone before they could be read, so far */
	/* There is something new. It may read, and it may leave itself. */
	void (*wake)(struct wf_event_reader *r);
	void *ctx;
	struct wf_event_reader *next; /* the log's */
};

/* The next event for r; NULL: none yet. Good until the next one is added. */
const struct wf_event *wf_event_next(const struct wf_event_log *log, struct wf_event_reader *r);
/* From now on r->wake is called, until it leaves. */
void wf_event_join(struct wf_event_log *log, struct wf_event_reader *r);
void wf_event_leave(struct wf_event_log *log, struct wf_event_reader *r);

/* How much is told to people. */
enum wf_event_level {
	WF_EVENT_INFO,    /* what is usual */
	WF_EVENT_WARNING, /* --quiet: only what nobody should miss */
	WF_EVENT_DEBUG,   /* everything */
};

/* The line for people, if this kind has one. */
void wf_event_print(const struct wf_event *e, enum wf_event_level level, FILE *out);
/* The same for a file: with its time (UTC) and kind before it. */
void wf_event_write(const struct wf_event *e, enum wf_event_level level, FILE *out);

#endif
