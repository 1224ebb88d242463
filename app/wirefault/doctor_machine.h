/* SPDX-License-Identifier: BSD-3-Clause
 * What of this machine matters to wirefault: read from the kernel, judged, with a remedy.
 */
#ifndef WF_DOCTOR_MACHINE_H
#define WF_DOCTOR_MACHINE_H

#include "wf_types.h"

enum wf_doctor_level { WF_DOCTOR_GOOD, WF_DOCTOR_FAIR, WF_DOCTOR_BAD };

struct wf_doctor_line {
	enum wf_doctor_level level; /* BAD: wirefault can't run so */
	const char *what;           /* JSON key; the table shows it with blanks */
	char found[200];
	const char *remedy; /* NULL: nothing to do */
};

#define WF_DOCTOR_LINES 9
/* Fills `out`, in order of the table; returns how many. */
uint32_t wf_doctor_machine(struct wf_doctor_line out[WF_DOCTOR_LINES]);
/* Is the core kept free of other programs (isolcpus)? */
bool wf_doctor_isolated(unsigned core);

#endif
