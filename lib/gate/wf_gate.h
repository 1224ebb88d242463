/* SPDX-License-Identifier: BSD-3-Clause
 * A gate: limits for what the directions and classes of links do to packets, held against a stats
 * document. Control threads only.
 *
 * The measures are those of ITU-T Y.1540: IPTD, IPDV, IPLR, IPER, of the emulated path alone.
 */
#ifndef WF_GATE_H
#define WF_GATE_H

#include <jansson.h>

#include "wf_param.h"

enum wf_gate_measure {
	WF_GATE_MEAN, /* of the delay (IPTD) ... */
	WF_GATE_P50,
	WF_GATE_P90,
	WF_GATE_P99,
	WF_GATE_P99_9,
	WF_GATE_MAX,
	WF_GATE_VARIATION, /* IPDV: 99.9 % of the delay less its minimum */
	WF_GATE_LOSS,      /* IPLR: dropped for whatever cause, of what was received */
	WF_GATE_ERROR,     /* IPER: corrupted, of what was received */
	WF_GATE_MEASURES
};

/* Limits of one direction of a link or of a class. */
struct wf_gate_limits {
	uint64_t given; /* bit i: measure i has a limit */
	wf_ns_t delay_ns[WF_GATE_LOSS];
	double share[WF_GATE_MEASURES - WF_GATE_LOSS];
};

struct wf_gate_class {
	char name[WF_NAME_MAX];
	struct wf_gate_limits side[2];
	bool named[2]; /* the direction has limits of its own, so it must be there */
};

struct wf_gate {
	char *title;                   /* NULL: none */
	struct wf_gate_limits side[2]; /* of all packets of a direction */
	bool named[2];
	uint32_t n_classes;
	struct wf_gate_class *classes;
};

/* Rows of the measures, in their order, then of a file's other keys. */
extern const struct wf_param wf_gate_table[];

/* Reads a file of keys; text, named `name` in errors. 0, or -EINVAL with all reasons in err. */
int wf_gate_read_file(const char *path, struct wf_gate *g, struct wf_err *err);
int wf_gate_read_text(const char *text, const char *name, struct wf_gate *g, struct wf_err *err);
void wf_gate_fini(struct wf_gate *g);

enum wf_gate_outcome {
	WF_GATE_PASS,
	WF_GATE_FAIL,    /* above the limit */
	WF_GATE_TOO_FEW, /* below it, but so few packets cannot show it */
};

/* What was done, against its limit: ns, or a share. */
struct wf_gate_result {
	enum wf_gate_measure measure;
	enum wf_gate_outcome outcome;
	double limit, observed;
	double packets; /* that it was observed on */
	double bound;   /* shares: no more than this is shown (exact, 95 %); else 0 */
	double needed;  /* packets that could show the limit, at the least; 0: any number */
};

/* Holds a direction ("ab" of a link in the stats document, or a class of one) against limits.
 * Returns how many results there are; 0: no packet went through, or there is no limit; -EINVAL: it
 * is no direction of a stats document, with the reason in err. */
int wf_gate_check(const struct wf_gate_limits *g, const json_t *direction,
	struct wf_gate_result out[WF_GATE_MEASURES], struct wf_err *err);

#endif
