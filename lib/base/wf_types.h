/* SPDX-License-Identifier: BSD-3-Clause
 * The few types and macros that every part uses. Any thread.
 */
#ifndef WF_TYPES_H
#define WF_TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since the clock's epoch (live: start of the process; offline: the Unix epoch). */
typedef uint64_t wf_ns_t;

#define WF_NS_PER_US 1000ull
#define WF_NS_PER_MS 1000000ull
#define WF_NS_PER_S  1000000000ull

#define WF_CACHE_LINE 64

#define WF_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WF_LIKELY(x)     __builtin_expect(!!(x), 1)
#define WF_UNLIKELY(x)   __builtin_expect(!!(x), 0)
#define WF_CACHE_ALIGNED __attribute__((aligned(WF_CACHE_LINE)))
/* Bodies whose constant arguments make variants of them. */
#define WF_ALWAYS_INLINE inline __attribute__((always_inline))

/* Room for a name (link, port, class) with its terminator. */
#define WF_NAME_MAX 64
/* The class of ARP and Neighbour Discovery where a link exempts them. */
#define WF_CLASS_NEIGHBOURS "neighbours"

/* The two directions of a link. A direction's number is link * 2 + side. */
enum wf_side { WF_AB = 0, WF_BA = 1 };

#endif
