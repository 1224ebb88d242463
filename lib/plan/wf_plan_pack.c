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
add(uint64_t p[2], uint64_t word)
{
	p[0] = wf_rng_mix(p[0] ^ word);
	p[1] = wf_rng_mix(p[1] + word * WF_RNG_STEP + 1);
}

static void
add_bytes(uint64_t p[2], const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	add(p, n);
	for (; n > 0; at += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
		uint64_t word = 0;

		memcpy(&word, at, n < 8 ? n : 8);
		add(p, word);
	}
}

/* What goes into both prints, and into that of the files. */
struct printer {
	uint64_t keys[2];
	uint64_t files[2];
	bool keys_known, files_known;
};

/* A file that can't be found where it is named may be one that is looked for elsewhere: then nobody
 * knows what it is. */
static void
add_file(struct printer *p, const char *name, const struct wf_where *where)
{
	const char *slash = where->file != NULL ? strrchr(where->file, '/') : NULL;
	int folder = slash != NULL && *name != '/' ? (int)(slash + 1 - where->file) : 0;
	char path[4096];
	struct stat st;

	if (folder > 0) /* where it is looked for is part of its name */
		add_bytes(p->keys, where->file, (size_t)folder);
	if ((size_t)snprintf(path, sizeof(path), "%.*s%s", folder, folder > 0 ? where->file : "",
		    name) >= sizeof(path) ||
		stat(path, &st) < 0) {
		p->files_known = false;
		return;
	}
	add(p->files, st.st_dev);
	add(p->files, st.st_ino);
	add(p->files, (uint64_t)st.st_size);
	add(p->files, (uint64_t)st.st_mtim.tv_sec * WF_NS_PER_S + (uint64_t)st.st_mtim.tv_nsec);
	add(p->files, (uint64_t)st.st_ctim.tv_sec * WF_NS_PER_S + (uint64_t)st.st_ctim.tv_nsec);
}

static void
add_value(struct printer *p, const struct wf_param *row, const void *block,
	const struct wf_where *where)
{
	const void *value = (const uint8_t *)block + row->offset;
	const char *text;

	switch (row->type) {
	case WF_PARAM_BOOL:
		add(p->keys, *(const bool *)value);
		break;
	case WF_PARAM_CHOICE:
		add(p->keys, (uint64_t) * (const int *)value);
		break;
	case WF_PARAM_LIMIT:
		add(p->keys, ((const struct wf_limit *)value)->kind);
		add(p->keys, ((const struct wf_limit *)value)->value);
		break;
	case WF_PARAM_STRING:
		text = *(char *const *)value;
		if (text == NULL)
			break;
		add_bytes(p->keys, text, strlen(text));
		if (row->names_file)
			add_file(p, text, where);
		break;
	case WF_PARAM_ELSEWHERE:
		p->keys_known = false;
		break;
	default: /* numbers of 64 bits */
		add_bytes(p->keys, value, sizeof(uint64_t));
	}
}

/* The keys' print, and both together: what is not known stays zero. */
static struct wf_plan_print
finish(const struct printer *p)
{
	struct wf_plan_print out = { 0 };

	if (!p->keys_known)
		return out;
	memcpy(out.keys, p->keys, sizeof(out.keys));
	if (!p->files_known)
		return out;
	memcpy(out.whole, p->keys, sizeof(out.whole));
	add(out.whole, p->files[0]);
	add(out.whole, p->files[1]);
	return out;
}

struct wf_plan_print
wf_plan_print(const struct wf_conf_dir *conf, bool flow_scope, bool shares)
{
	struct printer p = { { 1, 1 }, { 1, 1 }, true, true };

	add(p.keys, flow_scope);
	add(p.keys, shares);
	for (int id = 0; id < WF_BLOCK_COUNT && conf->present && !conf->bypass; id++) {
		const void *block = conf->block[id];

		if (block == NULL)
			continue;
		add(p.keys, (uint64_t)id + 1);
		add_bytes(p.keys, block, sizeof(uint64_t)); /* what was given */
		for (const struct wf_param *row = wf_block_registry[id]->params; row->name != NULL;
			row++)
			add_value(&p, row, block, &conf->block_where[id]);
	}
	return finish(&p);
}

static bool
same(const uint64_t a[2], const uint64_t b[2])
{
	return (a[0] | a[1]) != 0 && a[0] == b[0] && a[1] == b[1];
}

bool
wf_plan_print_same(const struct wf_plan_print *a, const struct wf_plan_print *b)
{
	return same(a->whole, b->whole);
}

bool
wf_plan_print_same_keys(const struct wf_plan_print *a, const struct wf_plan_print *b)
{
	return same(a->keys, b->keys);
}
