/* SPDX-License-Identifier: BSD-3-Clause
 * What a sample can show of a share: exact bounds of the binomial distribution. Any thread. Inside
 * lib/gate.
 */
#ifndef WF_GATE_BINOMIAL_H
#define WF_GATE_BINOMIAL_H

/* Whatever is called shown may be wrong once in 20 samples. */
#define WF_GATE_DOUBT 0.05

/* The upper bound of Clopper and Pearson (1934): were the true share larger than this, k or fewer
 * of n would be seen in less than WF_GATE_DOUBT of all samples. 0 <= k; n may be 0, which shows
 * nothing (1). Beyond 10^9 it is the bound of 10^9, which is a little wider. */
double wf_gate_upper(double k, double n);
/* The least n for which wf_gate_upper(k, n) <= share; HUGE_VAL for a share of 0. */
double wf_gate_needed(double k, double share);

#endif
