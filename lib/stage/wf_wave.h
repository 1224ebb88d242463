/* SPDX-License-Identifier: BSD-3-Clause
 * Periodic jitter: a wave of a time, in whole nanoseconds, the same on every machine. Pure after
 * wf_wave_make.
 */
#ifndef WF_WAVE_H
#define WF_WAVE_H

#include "wf_types.h"

enum wf_waveform { WF_WAVE_SINE, WF_WAVE_SQUARE, WF_WAVE_SAW };
extern const char *const wf_wave_names[];

#define WF_WAVE_ROWS  257 /* of a quarter of the sine */
#define WF_WAVE_SHIFT 30  /* table values are sin * 2^30 */
extern int64_t wf_wave_sine[WF_WAVE_ROWS];

struct wf_wave {
	int64_t amplitude_ns;
	uint64_t turns_per_ns; /* 2^64 is a period */
	int form;              /* enum wf_waveform */
};

/* amplitude below 2^43 ns; frequency in Hz, up to 1e6. From one thread. */
struct wf_wave wf_wave_make(wf_ns_t amplitude_ns, double frequency, int form);

/* sin(2 pi phase / 2^64) * 2^30. */
static inline int64_t
wf_wave_sin(uint64_t phase)
{
	uint64_t quarter = phase >> 62, x = phase << 2, fraction;
	uint32_t row;
	int64_t y;

	x = quarter & 1 ? ~x : x;
	row = (uint32_t)(x >> 56);
	fraction = (x << 8) >> 32;
	y = wf_wave_sine[row] +
	    (int64_t)(((uint64_t)(wf_wave_sine[row + 1] - wf_wave_sine[row]) * fraction) >> 32);
	return quarter & 2 ? -y : y;
}

/* Between -amplitude and +amplitude; t is the time since the run's start. Sine and saw begin a
 * period at 0 and -amplitude, rising; square is high in its first half. */
static inline int64_t
wf_wave_at(const struct wf_wave *w, wf_ns_t t)
{
	uint64_t phase = t * w->turns_per_ns;

	if (w->form == WF_WAVE_SQUARE)
		return phase >> 63 ? -w->amplitude_ns : w->amplitude_ns;
	if (w->form == WF_WAVE_SAW)
		return (int64_t)(((unsigned __int128)phase * (uint64_t)(2 * w->amplitude_ns)) >>
				 64) -
		       w->amplitude_ns;
	return (int64_t)(((__int128)wf_wave_sin(phase) * w->amplitude_ns) >> WF_WAVE_SHIFT);
}

#endif
