/* SPDX-License-Identifier: BSD-3-Clause
 * Values that move: "10Mbit -> 1Mbit" in the keys of a direction, in steps of a stated width. What
 * a step's value is follows from its number by + - * / alone, so it is the same on every machine.
 * Control threads only.
 */
#ifndef WF_RAMP_H
#define WF_RAMP_H

#include "wf_conf.h"
#include "wf_units.h"

enum wf_ramp {
	WF_RAMP_LINEAR, /* a step has the value of its middle */
	WF_RAMP_STEP,   /* stairs: the first step has the first value, the last one the last */
	WF_RAMP_SINE,   /* half a turn each way: there and back, slowly at both ends */
};
extern const char *const wf_ramp_names[];

/* How far step k of n is, from 0 to 1. */
double wf_ramp_at(enum wf_ramp shape, uint32_t k, uint32_t n);
/* "0% -> 10%", whatever its values are, at this part of the way: a time, rate, size, share or
 * number, as both of them are written. False: it leads nowhere. */
bool wf_ramp_between(const char *text, double part, char out[WF_UNITS_TEXT]);
/* Has a group of keys any such value? */
bool wf_ramp_any(const struct wf_node *patch);
/* The keys with their values at this part of the way. NULL: with all reasons in err. */
struct wf_node *wf_ramp_patch(const struct wf_node *patch, double part, struct wf_err *err);

#endif
