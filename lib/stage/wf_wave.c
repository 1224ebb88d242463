/* SPDX-License-Identifier: BSD-3-Clause
 * The table of the sine, by its series: + - * / alone, as fates depend on it.
 */
#include "wf_wave.h"

#define HALF_PI 1.570796326794896619231321691640

const char *const wf_wave_names[] = { "sine", "square", "saw", NULL };
int64_t wf_wave_sine[WF_WAVE_ROWS];

/* sin x, 0 <= x <= pi / 2. */
static double
series(double x)
{
	double sum = 1;

	for (int k = 22; k > 0; k -= 2)
		sum = 1 - sum * x * x / (k * (k + 1));
	return x * sum;
}

struct wf_wave
wf_wave_make(wf_ns_t amplitude_ns, double frequency, int form)
{
	for (uint32_t i = 0; i < WF_WAVE_ROWS; i++)
		wf_wave_sine[i] =
			(int64_t)((1 << WF_WAVE_SHIFT) * series(HALF_PI * i / (WF_WAVE_ROWS - 1)) +
				  0.5);
	return (struct wf_wave){ .amplitude_ns = (int64_t)amplitude_ns,
		.turns_per_ns = (uint64_t)(frequency * (0x1p64 / 1e9)),
		.form = form };
}
