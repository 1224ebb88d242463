/* SPDX-License-Identifier: BSD-3-Clause
 * A network of the test's own between two captures: it says of each packet when it comes out.
 */
#ifndef RIG_H
#define RIG_H

#include "wf_fit.h"

#define RIG_START_NS (1700000000ull * WF_NS_PER_S)
#define RIG_LOST     INT64_MIN
#define RIG_BYTES    142 /* of each frame */

struct rig_network {
	uint32_t n;
	wf_ns_t gap_ns;
	/* When packet i comes, since the first; NULL: every gap_ns. */
	wf_ns_t (*when)(void *ctx, uint32_t i);
	/* Delay of packet i, or RIG_LOST. */
	int64_t (*delay)(void *ctx, uint32_t i);
	uint32_t (*copies)(void *ctx, uint32_t i);  /* NULL: one of each */
	void (*change)(uint8_t *frame, uint32_t i); /* NULL: nothing */
	bool same;                                  /* all packets look alike */
	uint32_t snaplen;                           /* behind; 0: all */
	uint32_t first; /* of behind: those before are not in the capture */
	void *ctx;
};

/* A frame of UDP over IPv4, number i. Returns its length. */
uint32_t rig_frame(uint8_t *frame, uint32_t i);
/* Writes before.pcapng and after.pcapng to the folder, and fits. */
void rig_fit(const struct rig_network *net, struct wf_fit_options *o, struct wf_fit *f);
/* The configuration of the last fit, checked for what every one has. */
const char *rig_text(const struct wf_fit_options *o, const struct wf_fit *f);

/* Uniform in (0, 1), normal; the same every time after rig_seed. */
void rig_seed(uint64_t seed);
double rig_uniform(void);
double rig_normal(void);

#endif
