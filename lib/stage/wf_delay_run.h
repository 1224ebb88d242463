/* SPDX-License-Identifier: BSD-3-Clause
 * The delay of many rows: a body whose constant arguments make a loop for each form of law and each
 * order. For draws per packet without anything that shapes them; wf_stage_delay.c has the rest.
 */
#ifndef WF_DELAY_RUN_H
#define WF_DELAY_RUN_H

#include "wf_delay.h"

enum wf_delay_form { WF_DELAY_CONSTANT, WF_DELAY_LINEAR, WF_DELAY_NORMAL, WF_DELAY_TABLE };

/* A row leaves no earlier than ... */
enum wf_delay_keep {
	WF_DELAY_KEEP_CLASS, /* the one before: all rows have one state */
	WF_DELAY_KEEP_STATE, /* the one before of its own state */
	WF_DELAY_KEEP_FLOW,  /* the one before of its flow */
	WF_DELAY_KEEP_NONE,
};

static WF_ALWAYS_INLINE wf_ns_t
wf_delay_draw(const struct wf_law *law, enum wf_delay_form form, uint64_t rng)
{
	int64_t ns = law->linear.low_ns;

	if (form != WF_DELAY_CONSTANT) {
		uint64_t u = wf_rng_draw(rng, WF_RNG_DELAY);

		ns = form == WF_DELAY_NORMAL
			     ? wf_normal_draw(u, law->normal.mean_ns, law->normal.stddev_ns)
		     : form == WF_DELAY_TABLE
			     ? wf_law_from_table(law->table, u)
			     : ns + (int64_t)(((unsigned __int128)u * law->linear.span_ns) >> 64);
	}
	ns = ns < 0 ? 0 : ns;
	return (wf_ns_t)(ns > law->cap_ns ? law->cap_ns : ns);
}

static WF_ALWAYS_INLINE wf_ns_t *
wf_delay_last(const struct wf_batch *b, uint32_t i, uint32_t state_offset, enum wf_delay_keep keep)
{
	if (keep == WF_DELAY_KEEP_FLOW)
		return &b->flow[i]->last_due_ns;
	return &((struct wf_delay_state *)(b->state[i] + state_offset))->last_due_ns;
}

/* What stores into the batch could change for all that the compiler knows is copied first. */
static WF_ALWAYS_INLINE void
wf_delay_rows(const struct wf_delay_cfg *d, uint32_t state_offset, struct wf_batch *b,
	uint32_t first, uint32_t end, struct wf_stage_env *env, enum wf_delay_form form,
	enum wf_delay_keep keep)
{
	const struct wf_law law = d->law;
	uint64_t clamped = 0, clamped_ns = 0;
	wf_ns_t last_ns = 0;

	assert(first < end);
	if (keep == WF_DELAY_KEEP_CLASS)
		last_ns = *wf_delay_last(b, first, state_offset, keep);
	for (uint32_t i = first; i < end; i++) {
		uint8_t flags = b->flags[i];
		wf_ns_t due_ns;

		if (b->drop[i] != WF_DROP_NONE || (flags & WF_ROW_EARLY))
			continue;
		due_ns = b->due_ns[i] + wf_delay_draw(&law, form, b->rng[i]);
		if (keep != WF_DELAY_KEEP_NONE && WF_LIKELY(!(flags & WF_ROW_LATE))) {
			if (keep != WF_DELAY_KEEP_CLASS)
				last_ns = *wf_delay_last(b, i, state_offset, keep);
			if (due_ns < last_ns) {
				clamped += (flags & WF_ROW_CLAMPED) == 0;
				clamped_ns += last_ns - due_ns;
				b->flags[i] = flags | WF_ROW_CLAMPED;
				due_ns = last_ns;
			}
			last_ns = due_ns;
			if (keep != WF_DELAY_KEEP_CLASS)
				*wf_delay_last(b, i, state_offset, keep) = due_ns;
		}
		b->due_ns[i] = due_ns;
	}
	if (keep == WF_DELAY_KEEP_CLASS)
		*wf_delay_last(b, first, state_offset, keep) = last_ns;
	env->clamped += clamped;
	env->clamped_ns += clamped_ns;
}

#endif
