/* SPDX-License-Identifier: BSD-3-Clause
 * What is expected of a run: a measure of one direction (or class of it), in all of the run or in a
 * phase, that is to be at most, at least, or between. Control threads only.
 */
#ifndef WF_EXPECT_H
#define WF_EXPECT_H

#include "wf_measure.h"
#include "wf_param.h"

struct wf_node;

/* X(name, unit, at_least, help) */
#define WF_MEASURES(X)                                                                             \
	X(loss, SHARE, false, "packets that ended, for whatever cause, of those that came")        \
	X(reordering, SHARE, false,                                                                \
		"packets that left behind one that came after them (RFC 4737); offline only")      \
	X(delay_mean, TIME, false, "mean delay added")                                             \
	X(delay_p50, TIME, false, "its median")                                                    \
	X(delay_p90, TIME, false, "what 90 % of packets do not exceed")                            \
	X(delay_p95, TIME, false, "the same of 95 %")                                              \
	X(delay_p99, TIME, false, "of 99 %")                                                       \
	X(delay_p99_9, TIME, false, "of 99.9 %")                                                   \
	X(delay_max, TIME, false, "the longest delay")                                             \
	X(jitter, TIME, false,                                                                     \
		"mean difference of delays from one packet to the next that left; offline only")   \
	X(throughput, RATE, true, "bits of frames that left, by the time of the phase or run")     \
	X(recovery, TIME, false,                                                                   \
		"from the begin of the phase to the first packet that came in it and left")        \
	X(packets, COUNT, true, "packets that came")                                               \
	X(fidelity, TIME, false, "how much later than intended 99 % of packets leave at most")     \
	X(handshake_mean, TIME, false,                                                             \
		"mean round trip of TCP handshakes as the client has it, of connections opened "   \
		"through the direction: from the first SYN that comes to the first SYN/ACK that "  \
		"leaves towards it; one that still waits counts if it has waited longer than the " \
		"limit")                                                                           \
	X(handshake_p50, TIME, false, "its median")                                                \
	X(handshake_p90, TIME, false, "what 90 % of handshakes do not exceed")                     \
	X(handshake_p95, TIME, false, "the same of 95 %")                                          \
	X(handshake_p99, TIME, false, "of 99 %")                                                   \
	X(handshake_max, TIME, false, "the longest handshake")                                     \
	X(response_mean, TIME, false,                                                              \
		"mean time of responses over TCP as the client has it: from the first byte of a "  \
		"request that comes to the first byte of the answer that leaves towards it")       \
	X(response_p50, TIME, false, "its median")                                                 \
	X(response_p90, TIME, false, "what 90 % of responses do not exceed")                       \
	X(response_p95, TIME, false, "the same of 95 %")                                           \
	X(response_p99, TIME, false, "of 99 %")                                                    \
	X(response_max, TIME, false, "the longest response")

enum wf_measure_id {
#define WF_MEASURE_ENUM(name, unit, at_least, help) WF_MEASURE_##name,
	WF_MEASURES(WF_MEASURE_ENUM)
#undef WF_MEASURE_ENUM
		WF_MEASURE_COUNT
};

enum wf_measure_unit { WF_MEASURE_SHARE, WF_MEASURE_TIME, WF_MEASURE_RATE, WF_MEASURE_COUNT_UNIT };

struct wf_measure_info {
	const char *name;
	enum wf_measure_unit unit;
	bool at_least; /* what a bare value means */
	const char *help;
};
extern const struct wf_measure_info wf_measure_info[WF_MEASURE_COUNT];

struct wf_expect {
	char name[WF_NAME_MAX];
	char link[WF_NAME_MAX], class[WF_NAME_MAX]; /* class "": all of the direction */
	char phase[WF_NAME_MAX];                    /* "": all of the run */
	uint8_t side;
	enum wf_measure_id measure;
	bool has_low, has_high;
	double low, high; /* share, ns, bit/s, number */
	char text[64];    /* as it was written */
	unsigned line;
};

/* Is it of round trips, rather than of packets? */
static inline bool
wf_expect_of_trips(enum wf_measure_id id)
{
	return id >= WF_MEASURE_handshake_mean && id <= WF_MEASURE_response_max;
}

/* Keys of an expectation, for the manual. */
extern const struct wf_param wf_expect_table[];

/* A group, each of whose measures is an expectation, behind the n that there are. `link` is the
 * default. 0, or -errno with all reasons. */
int wf_expect_read(const struct wf_node *group, const char *link, struct wf_expect **list,
	uint32_t *n, struct wf_err *err);

enum wf_expect_outcome { WF_EXPECT_PASS, WF_EXPECT_FAIL, WF_EXPECT_TOO_FEW };
extern const char *const wf_expect_outcomes[];

struct wf_expect_result {
	enum wf_expect_outcome outcome;
	double observed, margin; /* margin below 0: missed by so much */
	double samples, over;    /* packets that it rests on, and those of them beyond the limits */
	char why[120];           /* "" if it passed */
};

/* m NULL: nothing came. A share must be shown by the exact binomial bound (95 %), a percentile by
 * as many packets as could show it; else there were too few. */
void wf_expect_judge(
	const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *out);
/* A value of the measure's unit as people read it. Returns out. */
#define WF_EXPECT_TEXT 40
const char *wf_expect_value(enum wf_measure_id id, double value, char out[WF_EXPECT_TEXT]);

#endif
