/* SPDX-License-Identifier: BSD-3-Clause
 * From two readings to a line. Control thread.
 */
#include "wf_devclock.h"

#include <errno.h>

#define READINGS 16
/* Of the time between two pairs, what is not known of them may be so small a part: usually it is a
 * hundredth of that. */
#define WITHIN 10000

#define SLOWEST_NS_PER_TICK 1000ull /* 1 MHz */
#define FASTEST_PER_NS      10ull   /* 10 GHz */
#define ONE_NS              (1ull << 32)

int
wf_devclock_read(int (*read)(void *ctx, uint64_t *ticks), void *ctx,
	wf_ns_t (*now)(const void *clock), const void *clock, struct wf_devclock_pair *out)
{
	*out = (struct wf_devclock_pair){ .within_ns = UINT64_MAX };
	for (int i = 0; i < READINGS; i++) {
		wf_ns_t before_ns = now(clock), after_ns;
		uint64_t ticks = 0;
		int ret = read(ctx, &ticks);

		if (ret < 0)
			return ret;
		after_ns = now(clock);
		if (after_ns - before_ns >= out->within_ns)
			continue;
		out->ticks = ticks;
		out->ns = before_ns + (after_ns - before_ns) / 2;
		out->within_ns = after_ns - before_ns;
	}
	return 0;
}

int
wf_devclock_init(struct wf_devclock *c, const struct wf_devclock_pair *first,
	const struct wf_devclock_pair *second)
{
	unsigned __int128 per_tick;
	uint64_t ticks = second->ticks - first->ticks, ns = second->ns - first->ns;

	if (second->ns <= first->ns || (int64_t)ticks <= 0 ||
		first->within_ns + second->within_ns > ns / WITHIN)
		return -ERANGE;
	per_tick = ((unsigned __int128)ns << 32) / ticks;
	if (per_tick > SLOWEST_NS_PER_TICK * ONE_NS || per_tick < ONE_NS / FASTEST_PER_NS)
		return -ERANGE;
	*c = (struct wf_devclock){ second->ticks, second->ns, (uint64_t)per_tick };
	return 0;
}
