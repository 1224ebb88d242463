/* SPDX-License-Identifier: BSD-3-Clause
 * What a generator is told: "generator,flows=10000,order=shuffle,size=imix,pps=1000000", taken
 * apart and checked. Pure functions; control thread.
 */
#ifndef WF_GENERATOR_ARGS_H
#define WF_GENERATOR_ARGS_H

#include "wf_generator.h"
#include "wf_param.h"

/* Its arguments, for the manual. */
extern const struct wf_param wf_generator_table[];

/* The device string of a generator, whose first word is not looked at. Frames are of most_bytes at
 * most; 0: nobody says. 0, or -EINVAL with all reasons; `where` is the port's. */
int wf_generator_parse(const char *device, uint32_t most_bytes, struct wf_generator_spec *out,
	const struct wf_where *where, struct wf_err *err);

/* The same of several streams of one port, "generator,pps=5;flows=9,rate=1Mbit": n of them in out,
 * which has room for WF_GENERATOR_MOST. Each of several has a rate, and its probes have numbers of
 * their own. */
#define WF_GENERATOR_MOST 32
int wf_generator_parse_all(const char *device, uint32_t most_bytes, struct wf_generator_spec *out,
	uint32_t *n, const struct wf_where *where, struct wf_err *err);

/* The longest frame of a spec. */
uint32_t wf_generator_most_bytes(const struct wf_generator_spec *spec);

#endif
