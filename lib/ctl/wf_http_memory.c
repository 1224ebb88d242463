/* SPDX-License-Identifier: BSD-3-Clause
 * When memory runs out under a reply: what only looks is refused as a whole, and what has happened
 * is told none the less, out of a reserve. Control thread, but for other threads' JSON.
 */
#include <stdlib.h>

#include "wf_http.h"
#include "wf_json.h"

/* For the documents of what happens in few words: a capture, a replay, a name. */
#define RESERVE_BYTES (64u << 10)

static _Alignas(max_align_t) char reserve[RESERVE_BYTES];
static size_t reserve_used;
static _Thread_local bool telling, lacked;

static void *
take_from_reserve(size_t size)
{
	size_t at = reserve_used, rounded = (size + 15) & ~(size_t)15;

	if (rounded > sizeof(reserve) - at)
		return NULL;
	reserve_used += rounded;
	return reserve + at;
}

static void *
allocate(size_t size)
{
	void *p = malloc(size);

	if (p == NULL && telling)
		p = take_from_reserve(size);
	if (p == NULL)
		lacked = true;
	return p;
}

static void
release(void *p)
{
	if ((char *)p < reserve || (char *)p >= reserve + sizeof(reserve))
		free(p);
}

void
wf_http_init(void)
{
	json_set_alloc_funcs(allocate, release);
}

void
wf_http_memory_begin(void)
{
	lacked = false;
}

bool
wf_http_memory_lacked(void)
{
	return lacked;
}

void
wf_http_tell(void)
{
	telling = true;
	reserve_used = 0;
}

void
wf_http_told(struct wf_request *r, json_t *body)
{
	static char text[RESERVE_BYTES];
	size_t n = body != NULL ? json_dumpb(body, text, sizeof(text) - 1, WF_JSON_FLAGS) : 0;

	json_decref(body);
	telling = false;
	if (n > 0 && n < sizeof(text))
		text[n++] = '\n';
	else
		n = (size_t)snprintf(text, sizeof(text), "{}\n");
	wf_http_bytes(r, "application/json", text, n);
}
