/* SPDX-License-Identifier: BSD-3-Clause
 * Packs, and how a class is told from what it was: by a print of 128 bits of its parameters.
 */
#include "wf_plan_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_rng.h"

struct wf_plan_pack *
wf_plan_pack_new(const struct wf_plan_print *print)
{
	struct wf_plan_pack *p = calloc(1, sizeof(*p));

	if (p != NULL)
		*p = (struct wf_plan_pack){ .holders = 1, .print = *print };
	return p;
}

struct wf_plan_pack *
wf_plan_pack_hold(struct wf_plan_pack *p)
{
	p->holders++;
	return p;
}

void
wf_plan_pack_free(struct wf_plan_pack *p)
{
	if (p == NULL || --p->holders > 0)
		return;
	wf_plan_blocks_free(p->memory);
	free(p);
}

static void
add(struct wf_plan_print *p, uint64_t word)
{
	p->word[0] = wf_rng_mix(p->word[0] ^ word);
	p->word[1] = wf_rng_mix(p->word[1] + word * WF_RNG_STEP + 1);
}

static void
add_bytes(struct wf_plan_print *p, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	add(p, n);
	for (; n > 0; at += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
		uint64_t word = 0;

		memcpy(&word, at, n < 8 ? n : 8);
		add(p, word);
	}
}

/* A file that can't be found where it is named may be one that is looked for elsewhere: then nobody
 * knows what it is. */
static bool
add_file(struct wf_plan_print *p, const char *name, const struct wf_where *where)
{
	const char *slash = where->file != NULL ? strrchr(where->file, '/') : NULL;
	int folder = slash != NULL && *name != '/' ? (int)(slash + 1 - where->file) : 0;
	char path[4096];
	struct stat st;

	if ((size_t)snprintf(path, sizeof(path), "%.*s%s", folder, folder > 0 ? where->file : "",
		    name) >= sizeof(path) ||
		stat(path, &st) < 0)
		return false;
	add(p, st.st_dev);
	add(p, st.st_ino);
	add(p, (uint64_t)st.st_size);
	add(p, (uint64_t)st.st_mtim.tv_sec * WF_NS_PER_S + (uint64_t)st.st_mtim.tv_nsec);
	add(p, (uint64_t)st.st_ctim.tv_sec * WF_NS_PER_S + (uint64_t)st.st_ctim.tv_nsec);
	return true;
}

/* false: it can't be told. */
static bool
add_value(struct wf_plan_print *p, const struct wf_param *row, const void *block,
	const struct wf_where *where)
{
	const void *value = (const uint8_t *)block + row->offset;

	switch (row->type) {
	case WF_PARAM_BOOL:
		add(p, *(const bool *)value);
		return true;
	case WF_PARAM_CHOICE:
		add(p, (uint64_t) * (const int *)value);
		return true;
	case WF_PARAM_LIMIT:
		add(p, ((const struct wf_limit *)value)->kind);
		add(p, ((const struct wf_limit *)value)->value);
		return true;
	case WF_PARAM_STRING: {
		const char *text = *(char *const *)value;

		if (text == NULL)
			return true;
		add_bytes(p, text, strlen(text));
		return !row->names_file || add_file(p, text, where);
	}
	case WF_PARAM_ELSEWHERE:
		return false;
	default: /* numbers of 64 bits */
		add_bytes(p, value, sizeof(uint64_t));
		return true;
	}
}

struct wf_plan_print
wf_plan_print(const struct wf_conf_dir *conf, bool flow_scope, bool shares)
{
	struct wf_plan_print p = { { 1, 1 } };
	bool known = true;

	add(&p, flow_scope);
	add(&p, shares);
	for (int id = 0; id < WF_BLOCK_COUNT && conf->present && !conf->bypass; id++) {
		const void *block = conf->block[id];

		if (block == NULL)
			continue;
		add(&p, (uint64_t)id + 1);
		add_bytes(&p, block, sizeof(uint64_t)); /* what was given */
		for (const struct wf_param *row = wf_block_registry[id]->params; row->name != NULL;
			row++)
			known &= add_value(&p, row, block, &conf->block_where[id]);
	}
	return known ? p : (struct wf_plan_print){ { 0, 0 } };
}

bool
wf_plan_print_same(const struct wf_plan_print *a, const struct wf_plan_print *b)
{
	return (a->word[0] | a->word[1]) != 0 && a->word[0] == b->word[0] &&
	       a->word[1] == b->word[1];
}
