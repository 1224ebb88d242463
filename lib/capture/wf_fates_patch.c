/* SPDX-License-Identifier: BSD-3-Clause
 * Differences of packets. One thread.
 */
#include "wf_fates_patch.h"

#include <stdlib.h>
#include <string.h>

#include "wf_cap_blocks.h"

#define RUN_HEAD 8

static uint32_t
get32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Is byte i another one than came? */
static bool
differs(const uint8_t *from, uint32_t from_bytes, const uint8_t *data, uint32_t i)
{
	return data[i] != (i < from_bytes ? from[i] : 0);
}

/* The next run from *at on: where it ends. A few bytes alike are not worth another head. */
static uint32_t
next_run(const uint8_t *from, uint32_t from_bytes, const uint8_t *data, uint32_t n, uint32_t *at)
{
	uint32_t end;

	while (*at < n && !differs(from, from_bytes, data, *at))
		(*at)++;
	end = *at;
	for (uint32_t i = *at; i < n && i <= end + RUN_HEAD; i++)
		if (differs(from, from_bytes, data, i))
			end = i + 1;
	return end;
}

struct wf_fates_patch *
wf_fates_patch_room(uint32_t cap_bytes, uint32_t run_bytes)
{
	struct wf_fates_patch *p;

	/* Of two runs, one byte each, the heads and what lies between are more than themselves. */
	if (cap_bytes > WF_FATES_PATCH_MAX || run_bytes > 2 * cap_bytes + RUN_HEAD)
		return NULL;
	p = malloc(sizeof(*p) + run_bytes);
	if (p != NULL)
		*p = (struct wf_fates_patch){ cap_bytes, run_bytes };
	return p;
}

struct wf_fates_patch *
wf_fates_patch_new(
	const uint8_t *from, uint32_t from_bytes, const uint8_t *data, uint32_t cap_bytes)
{
	struct wf_fates_patch *p = wf_fates_patch_room(cap_bytes, 2 * cap_bytes + RUN_HEAD);
	uint32_t end;
	uint8_t *to;

	if (p == NULL)
		return NULL;
	to = p->runs;
	for (uint32_t at = 0; (end = next_run(from, from_bytes, data, cap_bytes, &at)) > at;
		at = end) {
		to = wf_cap_put32(wf_cap_put32(to, at), end - at);
		memcpy(to, data + at, end - at);
		to += end - at;
	}
	p->run_bytes = (uint32_t)(to - p->runs);
	return p;
}

bool
wf_fates_patch_is_good(const struct wf_fates_patch *p)
{
	uint32_t i = 0, least = 0;

	while (i < p->run_bytes) {
		uint32_t at, n;

		if (p->run_bytes - i < RUN_HEAD)
			return false;
		at = get32(p->runs + i);
		n = get32(p->runs + i + 4);
		i += RUN_HEAD;
		if (n == 0 || at < least || at > p->cap_bytes || n > p->cap_bytes - at ||
			n > p->run_bytes - i)
			return false;
		i += n;
		least = at + n;
	}
	return true;
}

void
wf_fates_patch_apply(
	const struct wf_fates_patch *p, const uint8_t *from, uint32_t from_bytes, uint8_t *to)
{
	uint32_t same = from_bytes < p->cap_bytes ? from_bytes : p->cap_bytes;

	if (same > 0)
		memcpy(to, from, same);
	memset(to + same, 0, p->cap_bytes - same);
	for (uint32_t i = 0; i < p->run_bytes;) {
		uint32_t at = get32(p->runs + i), n = get32(p->runs + i + 4);

		memcpy(to + at, p->runs + i + RUN_HEAD, n);
		i += RUN_HEAD + n;
	}
}
