/* SPDX-License-Identifier: BSD-3-Clause
 * What a load test is told: one list, from which the options of the command, their checks and the
 * manual follow. Control thread.
 */
#ifndef WF_LOAD_SETTINGS_H
#define WF_LOAD_SETTINGS_H

#include "wf_generator_args.h"

#define WF_LOAD_SIZES 32

/* X(member, "option", type, "default", "min", "max", "ARG", "help") */
#define WF_LOAD_SETTINGS(X)                                                                        \
	X(sizes, "sizes", STRING, "64+128+256+512+1024+1280+1518", NULL, NULL, "BYTES",            \
		"frame sizes with FCS, each tested by itself; traffic: those of --traffic, mixed") \
	X(line_bps, "line", RATE, "1Gbit", "1kbit", "1000Gbit", "RATE",                            \
		"what is 100 %: the rate of the line with preamble and gap (layer 1)")             \
	X(load, "load", PROB, "0", NULL, NULL, "SHARE",                                            \
		"of the line, for latency and soak; 0: what throughput finds")                     \
	X(duration_ns, "duration", DURATION, "1s", "1us", "24h", "TIME",                           \
		"of a trial; RFC 2544 wants 60s")                                                  \
	X(wait_ns, "wait", DURATION, "200ms", "0", "1h", "TIME",                                   \
		"for what is still on its way when all is sent; later it counts as lost")          \
	X(resolution, "resolution", PROB, "0.1%", NULL, NULL, "SHARE",                             \
		"of the line: where searching ends")                                               \
	X(tolerance, "tolerance", PROB, "0", NULL, NULL, "SHARE",                                  \
		"of packets that may be lost in a trial that passes")                              \
	X(repeat, "repeat", COUNT, "1", "1", "1000", "N",                                          \
		"trials for each number of latency and back2back; RFC 2544 wants 20 and 50")       \
	X(window, "window", COUNT, "0", "0", "1048576", "PACKETS",                                 \
		"of a stream, in which order is judged; 0: what memory allows; rounded up to a "   \
		"power of two")                                                                    \
	X(catch_up_ns, "catch-up", DURATION, "10ms", "0", "1h", "TIME",                            \
		"to a device: how late a packet may be sent; what is later was not sent")          \
	X(burst_most, "burst-most", COUNT, "100000", "2", "100000000", "PACKETS",                  \
		"the longest burst of back2back and microburst")                                   \
	X(rest_ns, "rest", DURATION, "10ms", "1us", "1h", "TIME",                                  \
		"microburst: between two bursts")                                                  \
	X(cir_bps, "cir", RATE, "0", NULL, "1000Gbit", "RATE",                                     \
		"y1564: committed rate of the service, of frames with FCS (layer 2)")              \
	X(eir_bps, "eir", RATE, "0", NULL, "1000Gbit", "RATE",                                     \
		"y1564: excess rate on top of it; what is beyond both has to be policed")          \
	X(max_delay_ns, "max-delay", DURATION, "0", NULL, "1h", "TIME",                            \
		"y1564: no packet may take longer; 0: never mind")                                 \
	X(max_variation_ns, "max-variation", DURATION, "0", NULL, "1h", "TIME",                    \
		"y1564: most difference between two packets' delays, 0: never mind")               \
	X(max_loss, "max-loss", PROB, "0", NULL, NULL, "SHARE", "y1564: of the committed rate")    \
	X(availability, "availability", PROB, "0", NULL, NULL, "SHARE",                            \
		"y1564: of the trials of the performance test, of which a severe one has lost "    \
		"half or more; 0: never mind")                                                     \
	X(total_ns, "total", DURATION, "10s", "1ms", "8760h", "TIME",                              \
		"soak, and the performance test of y1564 (which wants 15m): in all, in trials of " \
		"--duration")

struct wf_load_settings {
	uint64_t given;
	char *sizes;
	uint64_t line_bps;
	double load;
	wf_ns_t duration_ns, wait_ns;
	double resolution, tolerance;
	uint64_t repeat, window, burst_most;
	wf_ns_t catch_up_ns, rest_ns;
	uint64_t cir_bps, eir_bps;
	wf_ns_t max_delay_ns, max_variation_ns;
	double max_loss, availability;
	wf_ns_t total_ns;

	/* Not rows: from the traffic, and from `sizes`. */
	struct wf_generator_spec traffic;
	uint32_t n_sizes;
	uint32_t size[WF_LOAD_SIZES]; /* with FCS; 0: the traffic's own */
};

extern const struct wf_param wf_load_table[];

/* Defaults of all. 0 or -ENOMEM; wf_load_settings_fini in any case. */
int wf_load_settings_init(struct wf_load_settings *s);
void wf_load_settings_fini(struct wf_load_settings *s);
/* Takes the rows' values, and the arguments of a generator, apart, and checks that they go
 * together for this test. 0 or -EINVAL with reasons. */
int wf_load_settings_check(
	struct wf_load_settings *s, const char *test, const char *traffic, struct wf_err *err);

#endif
