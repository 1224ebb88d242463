/* SPDX-License-Identifier: BSD-3-Clause
 * A scenario as its file has it: what becomes of links over time, with what traffic, and what is
 * expected of it. Once it is read only ends of phases that nobody knew change (wf_until.h). Control
 * threads only.
 */
#ifndef WF_SCENARIO_H
#define WF_SCENARIO_H

#include "wf_change.h"
#include "wf_param.h"
#include "wf_plan.h"
#include "wf_ramp.h"
#include "wf_until.h"
#include "wf_windows.h"

#define WF_SCENARIO_SCHEMA 1
#define WF_SCENARIO_PHASES 2000 /* with all rounds of repeated ones */
#define WF_SCENARIO_FAULTS 64
#define WF_SCENARIO_STEPS  2000 /* of one ramp */
/* The link of what names none: the only one of the configuration. */
#define WF_SCENARIO_LINK "*"

/* A phase; one that is repeated is as many of them. */
struct wf_phase {
	char name[WF_NAME_MAX];
	uint32_t round;           /* of those with this name, from 0 */
	wf_ns_t start_ns, end_ns; /* end UINT64_MAX: it has none */
	wf_ns_t lasts_ns;         /* as written, at most; 0: to the end */
	struct wf_change *what;   /* NULL: all is as configured; a reference */
	bool ramps, has_until;
	int shape; /* enum wf_ramp */
	wf_ns_t step_ns;
	struct wf_until until;
	enum wf_until_end ended_by; /* with has_until */
};

/* What stands above the phases while its windows last. */
struct wf_fault {
	char name[WF_NAME_MAX];
	struct wf_windows when;
	struct wf_change *what; /* a reference */
};

/* What sends packets into a link. */
enum wf_traffic_kind { WF_TRAFFIC_GENERATOR, WF_TRAFFIC_REPLAY, WF_TRAFFIC_COMMAND };
struct wf_traffic {
	enum wf_traffic_kind kind;
	char *text; /* arguments of the generator or of the pcap port; the command */
	char link[WF_NAME_MAX];
	uint8_t side; /* through which direction */
	wf_ns_t start_ns;
	struct wf_where where; /* strings are its own */
};

struct wf_sweep;

struct wf_scenario {
	char name[WF_NAME_MAX];
	char *title;                /* NULL: none */
	char *config, *profile;     /* NULL: none; config from the file's folder */
	struct wf_node *own_config; /* written in the scenario; NULL: none */
	bool seed_given;
	uint64_t seed;
	bool end_given; /* else it is that of the phases */
	wf_ns_t end_ns; /* UINT64_MAX: when the traffic ends, or it is stopped */
	uint32_t n_phases, n_faults;
	struct wf_phase *phase; /* in order of time */
	struct wf_fault *fault; /* what stands behind wins */
	uint32_t n_traffic, n_expects;
	struct wf_traffic *traffic;
	struct wf_expect *expect;
	struct wf_sweep
		*sweep; /* NULL: it is run once, as it is; else it is several (wf_sweep.h) */
	struct wf_node *source; /* as it was read */
};

struct wf_scenarios {
	uint32_t n;
	struct wf_scenario *at;
};

/* Keys of a scenario, of a phase and of a fault, for the manual. */
extern const struct wf_param wf_scenario_table[], wf_phase_table[], wf_fault_table[],
	wf_traffic_table[];

/* From a file, or text that is named `name` in errors: one scenario, or the list `scenarios`. 0; or
 * with all reasons in err -EINVAL, or -ENOMEM, and then *out is none. */
int wf_scenarios_read_file(const char *path, struct wf_scenarios *out, struct wf_err *err);
int wf_scenarios_read_text(
	const char *text, const char *name, struct wf_scenarios *out, struct wf_err *err);
/* The same from a tree (NULL: it could not be read), which is taken. */
int wf_scenarios_read_tree(struct wf_node *tree, struct wf_scenarios *out, struct wf_err *err);
void wf_scenarios_free(struct wf_scenarios *s);

/* A generator's or a replay's device string, with files that are found from here. Heap; NULL: out
 * of memory. */
char *wf_traffic_device(const struct wf_traffic *t);
/* The direction of a plan that these names mean; UINT32_MAX: it has none. */
uint32_t wf_scenario_find_dir(const struct wf_plan *plan, const char *link, uint8_t side);
/* Are links, classes and phases there that traffic and expectations name? 0, or -EINVAL with all
 * reasons. */
int wf_scenario_check(const struct wf_scenario *s, const struct wf_plan *plan, struct wf_err *err);

/* Inside lib/scenario: wf_scenario_traffic.c reads traffic and expectations. */
int wf_scenario_read_traffic(struct wf_scenario *s, const char *link, struct wf_err *err);
int wf_scenario_read_expects(struct wf_scenario *s, const char *link, struct wf_err *err);
void wf_scenario_free_traffic(struct wf_scenario *s);
/* Inside lib/scenario: wf_scenario_phases.c reads what stands over time. */
int wf_scenario_read_phases(
	struct wf_scenario *s, const char *link, wf_ns_t duration_ns, struct wf_err *err);
int wf_scenario_read_faults(struct wf_scenario *s, const char *link, struct wf_err *err);
void wf_scenario_free_phases(struct wf_scenario *s);

#endif
