/* SPDX-License-Identifier: BSD-3-Clause
 * A number from a series in order of time, and how far it can be off: the series is cut into
 * WF_BATCHES stretches, and the number of the whole is as sure as theirs agree (batch means;
 * Law, Kelton: "Simulation modeling and analysis"). Neighbours may depend on each other, as long as
 * stretches hardly do. Pure.
 */
#ifndef WF_SUMMARY_H
#define WF_SUMMARY_H

#include "wf_types.h"

#define WF_BATCHES 32

struct wf_summary {
	double value;
	double error; /* standard error; NAN: unknown */
};

/* Of x[0..n-1]; `scratch` has room for n. NAN: there is none. */
typedef double (*wf_summary_fn)(const double *x, uint32_t n, double *scratch);

double wf_mean(const double *x, uint32_t n, double *scratch);
double wf_stddev(const double *x, uint32_t n, double *scratch);
double wf_median(const double *x, uint32_t n, double *scratch);
double wf_p99(const double *x, uint32_t n, double *scratch);
double wf_longest(const double *x, uint32_t n, double *scratch);
/* Of neighbours: x are ranks (wf_ranks). Spearman's, as that of a Gaussian copula: 2 sin(pi/6 s).
 */
double wf_rho(const double *x, uint32_t n, double *scratch);
/* x is 0 or 1: how many 1 follow each other. */
double wf_mean_run(const double *x, uint32_t n, double *scratch);
/* x are instants: how many there are in a unit of time. */
double wf_replay_pace(const double *x, uint32_t n, double *scratch);

/* x becomes ranks; ties have their mean. -1: out of memory. */
int wf_ranks(double *x, uint32_t n);
struct wf_summary wf_summary_of(wf_summary_fn fn, const double *x, uint32_t n, double *scratch);

#endif
