/* SPDX-License-Identifier: BSD-3-Clause
 * The functions from which tables that decide fates are made, by + - * / alone: libm's differ
 * between processors and versions. About 1 part in 10^15. Pure; for compile, not for `run`.
 */
#ifndef WF_MATHS_H
#define WF_MATHS_H

/* The natural logarithm, x > 0. */
double wf_ln(double x);
/* e^x, held within e^-700 .. e^700. */
double wf_exp(double x);
/* x^y, x > 0. */
double wf_pow(double x, double y);
/* ln Gamma(x), x > 0. */
double wf_ln_gamma(double x);
/* The logarithms of the regularised incomplete gamma functions, lower and upper: ln P(a, x) and
 * ln Q(a, x), x > 0. */
double wf_ln_gamma_p(double a, double x);
double wf_ln_gamma_q(double a, double x);

#endif
