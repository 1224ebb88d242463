/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers with units, read and written: "20ms", "1.5Gbit", "64kB", "0.1%". Control threads only.
 *
 * Readers take the whole string (blanks around it and between number and unit are allowed), are
 * exact (no double for durations, rates and sizes: "0.1ms" is 100000 ns; what is finer than the
 * base unit goes to the nearest), and return 0, -EINVAL (not such a value) or -ERANGE (does not
 * fit); then *out is unchanged. A unit is required except
 * for the number 0. Unit names are case-sensitive where the field's are (Mbit, MB), with the usual
 * lower-case spellings ("mbit", "kbps" is refused) accepted where they are not ambiguous.
 */
#ifndef WF_UNITS_H
#define WF_UNITS_H

#include "wf_types.h"

/* ns us ms s m h, to nanoseconds. */
int wf_units_duration(const char *text, wf_ns_t *ns);
/* bit kbit Mbit Gbit (also bit/s, kbit/s ...) and Bps kBps MBps GBps, decimal, to bit/s. */
int wf_units_rate(const char *text, uint64_t *bps);
/* B kB MB GB (decimal), KiB MiB GiB, to bytes. */
int wf_units_size(const char *text, uint64_t *bytes);
/* "1%" or a number in 0..1, to a probability. */
int wf_units_prob(const char *text, double *p);
/* A plain non-negative integer, optionally with the suffix pkt. */
int wf_units_count(const char *text, uint64_t *n);

/* For a value that was refused: 'Did you mean "1Gbit" or "1GBps"?'. False: nothing is near. */
enum wf_units_kind { WF_UNITS_DURATION, WF_UNITS_RATE, WF_UNITS_SIZE, WF_UNITS_LIMIT };
#define WF_UNITS_HINT 128
bool wf_units_hint(enum wf_units_kind kind, const char *text, char out[WF_UNITS_HINT]);
/* The same as a hint of an error: `otherwise` when nothing is near. */
const char *wf_units_hint_or(
	enum wf_units_kind kind, const char *text, const char *otherwise, char out[WF_UNITS_HINT]);

/* Writers: the shortest exact text with the largest unit in which the value has at most three
 * decimals ("20ms", "1.5Gbit", "1.234567ms" stays exact). Reading it gives the value back. */
#define WF_UNITS_TEXT 40
const char *wf_units_format_duration(wf_ns_t ns, char out[WF_UNITS_TEXT]);
const char *wf_units_format_rate(uint64_t bps, char out[WF_UNITS_TEXT]);
const char *wf_units_format_size(uint64_t bytes, char out[WF_UNITS_TEXT]);
const char *wf_units_format_prob(double p, char out[WF_UNITS_TEXT]);
/* A number without a unit: the shortest text that reads back as the same double. */
const char *wf_units_format_real(double value, char out[WF_UNITS_TEXT]);

#endif
