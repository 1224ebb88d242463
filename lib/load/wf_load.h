/* SPDX-License-Identifier: BSD-3-Clause
 * Load tests: procedures that send trials through a target and draw conclusions from what came
 * back. The target is whatever carries out a trial: a link on the virtual clock, a link in this
 * process, or a device between two ports; no procedure knows which. Control thread.
 *
 * A trial counts only if WF_LOAD_SENT of what it should send was sent, and we missed nothing of
 * what came back. Otherwise it says something about the tester, and is "limited".
 */
#ifndef WF_LOAD_H
#define WF_LOAD_H

#include "wf_generator.h"
#include "wf_load_own.h"
#include "wf_load_settings.h"
#include "wf_probe_rx.h"

#define WF_LOAD_SENT   0.999
#define WF_LOAD_PHASES 2

/* What a trial sends: one phase after the other, each a generator with streams of its own. */
struct wf_load_offer {
	uint32_t n_phases;
	struct wf_generator_spec phase[WF_LOAD_PHASES];
	wf_ns_t duration_ns[WF_LOAD_PHASES];
	wf_ns_t wait_ns;     /* for what is still on its way at the end */
	wf_ns_t catch_up_ns; /* how late a packet may be sent */
	uint32_t window;     /* of receivers; 0: they choose */
};

struct wf_load_result {
	/* By the target. */
	uint64_t offered, sent; /* packets: by the schedule, and really */
	uint64_t sent_bytes;    /* without FCS */
	uint64_t missed;        /* of what came back, by us */
	uint64_t foreign;       /* frames that came and are none of ours */
	uint64_t rx_bytes;
	wf_ns_t rx_ns;        /* from the first probe that came to the last */
	wf_ns_t recovered_ns; /* of the last phase: from its begin to its last loss */
	double steal;         /* share of the machine's time that the hypervisor took */
	struct wf_probe_totals t;
	struct wf_hist delay, ipdv;
	struct wf_hist late; /* how much later than due packets were made */
	char why[160];       /* the target could not do it as it should; "" otherwise */
};

struct wf_load_target {
	const char *kind;  /* "offline", "in process", "device" */
	const char *clock; /* "virtual", "tsc" */
	char name[160];
	bool bounded; /* it takes as long as it says */
	/* 0, or -errno with reasons; -EINTR without: the user has had enough. *r is all zero. */
	int (*trial)(void *ctx, const struct wf_load_offer *o, struct wf_load_result *r,
		struct wf_err *err);
	void *ctx;
};

enum wf_load_outcome { WF_LOAD_PASSED, WF_LOAD_FAILED, WF_LOAD_LIMITED };
extern const char *const wf_load_outcomes[]; /* "passed", ... */

/* One trial, as the report lists it. */
struct wf_load_trial {
	char what[48];
	uint32_t frame_bytes; /* with FCS; 0: a mix */
	double pps;           /* offered; of the first phase */
	double line;          /* the same as a share of the line */
	wf_ns_t duration_ns;
	uint8_t outcome; /* failed: packets were lost; no more than that */
	struct wf_load_result r;
};

/* What the procedure concludes. */
struct wf_load_finding {
	char name[48];
	uint32_t frame_bytes;
	double value;
	const char *unit; /* "packets/s", "ns", "packets", "share" */
	uint8_t outcome;
	char text[200]; /* more about it, or why it is not what it should be */
	uint32_t trial; /* on which it rests; UINT32_MAX: none */
};

struct wf_load;

/* Told after every trial: `done` of `all` (0: nobody knows). */
typedef void (*wf_load_told)(void *ctx, const struct wf_load *l, const struct wf_load_trial *t,
	uint32_t done, uint32_t all);

struct wf_load {
	const char *test; /* "throughput" */
	struct wf_load_settings settings;
	struct wf_load_target target;
	const struct wf_load_own *own; /* what the machine itself adds; NULL: nobody knows */
	wf_load_told told;             /* NULL: nobody */
	void *told_ctx;

	struct wf_load_trial **trial; /* [n_trials], each its own heap block */
	uint32_t n_trials, room;
	uint32_t planned; /* trials in all, as far as is known */
	struct wf_load_finding *finding;
	uint32_t n_findings;
	uint8_t epoch;
};

/* A test, in the order of the help; NULL ends the table. */
struct wf_load_test {
	const char *name, *summary;
	int (*run)(struct wf_load *l, struct wf_err *err);
};
extern const struct wf_load_test wf_load_tests[];
const struct wf_load_test *wf_load_find(const char *name);

/* l: test, settings, target and told are the caller's. 0, -errno with reasons, or -EINTR. */
int wf_load_run(struct wf_load *l, struct wf_err *err);
void wf_load_fini(struct wf_load *l);
/* The worst outcome of all findings. */
enum wf_load_outcome wf_load_verdict(const struct wf_load *l);

/* What the files of procedures share. */

/* Packets a second that fill the line with frames of this size (0: the traffic's own). */
double wf_load_line_pps(const struct wf_load *l, uint32_t frame_bytes);
/* Mean bytes of a frame with FCS. */
double wf_load_mean_bytes(const struct wf_load *l, uint32_t frame_bytes);
/* The traffic at so many packets a second for so long. */
void wf_load_offer(const struct wf_load *l, uint32_t frame_bytes, double pps, wf_ns_t ns,
	struct wf_load_offer *out);
/* One more phase. */
void wf_load_phase(const struct wf_load *l, uint32_t frame_bytes, double pps, wf_ns_t ns,
	struct wf_load_offer *o);
/* Carries it out, and says what came of it; losses up to the settings' tolerance pass. The trial is
 * l's. 0 or -errno. */
int wf_load_try(struct wf_load *l, const char *what, uint32_t frame_bytes,
	const struct wf_load_offer *o, struct wf_load_trial **out, struct wf_err *err);
/* NULL: out of memory, which err says. */
struct wf_load_finding *wf_load_note(struct wf_load *l, const char *name, uint32_t frame_bytes,
	double value, const char *unit, enum wf_load_outcome outcome, struct wf_err *err);
/* The largest share of the line at which nothing is lost, and the last trial that says so. */
struct wf_load_highest {
	double pps;
	bool limited;   /* it is the tester that goes no higher */
	uint32_t trial; /* UINT32_MAX: nothing passed */
};
int wf_load_highest(
	struct wf_load *l, uint32_t frame_bytes, struct wf_load_highest *out, struct wf_err *err);
/* Lost of what was sent. */
double wf_load_loss(const struct wf_load_result *r);

int wf_load_throughput(struct wf_load *l, struct wf_err *err);
int wf_load_latency(struct wf_load *l, struct wf_err *err);
int wf_load_loss_rate(struct wf_load *l, struct wf_err *err);
int wf_load_back2back(struct wf_load *l, struct wf_err *err);
int wf_load_recovery(struct wf_load *l, struct wf_err *err);
int wf_load_y1564(struct wf_load *l, struct wf_err *err);
int wf_load_microburst(struct wf_load *l, struct wf_err *err);
int wf_load_soak(struct wf_load *l, struct wf_err *err);

#endif
