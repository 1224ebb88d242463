/* SPDX-License-Identifier: BSD-3-Clause
 * The arguments of a generator as they are read, one a row of wf_generator_table: between the files
 * that describe and that check them.
 */
#ifndef WF_GENERATOR_PARAMS_H
#define WF_GENERATOR_PARAMS_H

#include "wf_generator_args.h"

#define WF_GENERATOR_PARAMS 22 /* rows */

struct wf_generator_params {
	uint64_t given;
	uint64_t flows;
	int order, ip;
	char *size, *src, *dst, *sport, *dport;
	uint64_t pps, bps, packets, seed, stream;
	bool checksum;
	int layer, arrival, probe;
	wf_ns_t on, off, ramp_time;
	uint64_t ramp_pps, ramp_rate;
};

#endif
