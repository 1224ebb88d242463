/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of the delay stage share: its keys, their compiled form, and the state.
 */
#ifndef WF_DELAY_H
#define WF_DELAY_H

#include "wf_copula.h"
#include "wf_law.h"
#include "wf_rng.h"
#include "wf_rows.h"
#include "wf_wave.h"

enum wf_delay_order { WF_DELAY_FIFO, WF_DELAY_FLOW, WF_DELAY_FREE };
enum wf_delay_below_zero { WF_DELAY_CLAMP, WF_DELAY_REDRAW };
enum wf_delay_draw { WF_DELAY_PER_PACKET, WF_DELAY_PER_BURST, WF_DELAY_PER_FLOW };

struct wf_delay_params {
	uint64_t given;
	wf_ns_t mean, stddev, min, max, cap;
	int law, below_zero, order;
	double shape;
	wf_ns_t scale, mean2, stddev2;
	double share2;
	char *file;
	int draw;
	wf_ns_t gap;
	double rho;
	wf_ns_t half_life;
	wf_ns_t amplitude;
	double frequency;
	int waveform;
	double spike_p;
	wf_ns_t spike_min, spike_max;
	bool cancel_bias;
	int clock, interpolation;
	bool loop;
};

enum wf_delay_clock { WF_DELAY_BY_TIME, WF_DELAY_BY_PACKET };

/* Rows of the table, in its order. */
enum wf_delay_row {
	WF_DELAY_MEAN,
	WF_DELAY_STDDEV,
	WF_DELAY_LAW,
	WF_DELAY_MIN,
	WF_DELAY_MAX,
	WF_DELAY_CAP,
	WF_DELAY_BELOW_ZERO,
	WF_DELAY_ORDER,
	WF_DELAY_SHAPE,
	WF_DELAY_SCALE,
	WF_DELAY_MEAN2,
	WF_DELAY_STDDEV2,
	WF_DELAY_SHARE2,
	WF_DELAY_FILE_NAME,
	WF_DELAY_DRAW,
	WF_DELAY_GAP,
	WF_DELAY_RHO,
	WF_DELAY_HALF_LIFE,
	WF_DELAY_AMPLITUDE,
	WF_DELAY_FREQUENCY,
	WF_DELAY_WAVEFORM,
	WF_DELAY_SPIKE_P,
	WF_DELAY_SPIKE_MIN,
	WF_DELAY_SPIKE_MAX,
	WF_DELAY_CANCEL_BIAS,
	WF_DELAY_CLOCK,
	WF_DELAY_INTERPOLATION,
	WF_DELAY_LOOP,
};

extern const struct wf_param wf_delay_params[];
/* Names of the laws, by enum wf_law_name. */
extern const char *const wf_delay_laws[];

/* The law that the given keys mean. */
int wf_delay_law(const struct wf_delay_params *p);
/* Keys that do not go together, and missing ones. 0 or -EINVAL with reasons in c->err. */
int wf_delay_check(const struct wf_delay_params *p, int law, struct wf_block_compile *c);

/* What is added to, or changes, a draw from the law. */
struct wf_delay_shape {
	bool correlated, cancel_bias, by_packet;
	const struct wf_rows *trace; /* NULL: draws from the law */
	struct wf_copula copula;
	struct wf_wave wave;      /* amplitude 0: none */
	uint64_t spike_threshold; /* 0: none */
	wf_ns_t spike_min_ns, spike_span_ns;
	int64_t cap_ns;  /* of the sum */
	int64_t most_ns; /* bias that is cancelled */
};

struct wf_delay_cfg {
	struct wf_law law;
	const struct wf_delay_shape *shape; /* NULL: draws as they are */
	wf_ns_t gap_ns;
	bool constant;
	uint8_t order, draw;
};

struct wf_delay_state {
	wf_ns_t last_due_ns;
	wf_ns_t last_rx_ns; /* draw = "burst" */
	uint64_t u;         /* of the burst; 0: none yet */
	double z;           /* of the copula, drawn at ... */
	wf_ns_t z_ns;
	int64_t bias_ns;  /* that order has added, less what has been taken off */
	uint64_t packets; /* of a trace by packet */
	bool has_z;
};
static_assert(sizeof(struct wf_delay_state) <= 64, "one line");

/* Realised mean, sd and percentiles with all that the shape adds, from those of the law. */
void wf_delay_shape_forecast(
	const struct wf_law *law, const struct wf_delay_shape *s, struct wf_forecast *f);

/* Sum of the law's draw, wave and spike, before bias and order; held within 0 .. cap. */
static inline int64_t
wf_delay_shaped(
	const struct wf_delay_shape *s, int64_t law_ns, wf_ns_t since_start_ns, uint64_t rng)
{
	int64_t ns = law_ns;

	if (s->wave.amplitude_ns != 0)
		ns += wf_wave_at(&s->wave, since_start_ns);
	if (s->spike_threshold != 0 &&
		wf_rng_below(wf_rng_draw(rng, WF_RNG_SPIKE), s->spike_threshold))
		ns += (int64_t)(s->spike_min_ns +
				(uint64_t)(((unsigned __int128)wf_rng_draw(rng, WF_RNG_SPIKE_SIZE) *
						   s->spike_span_ns) >>
					   64));
	ns = ns < 0 ? 0 : ns;
	return ns > s->cap_ns ? s->cap_ns : ns;
}

#endif
