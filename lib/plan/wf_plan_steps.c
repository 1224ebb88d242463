/* SPDX-License-Identifier: BSD-3-Clause
 * What a class of a direction compiles to, its pack: steps, queue, and what they stand on; or whose
 * pack it shares. Control threads only.
 */
#include <errno.h>
#include <string.h>

#include "wf_plan_compiler.h"
#include "wf_plan_states.h"

/* Memory of the pack, zeroed, aligned to a cache line. NULL adds an error. */
static void *
reserve_pack(void *compiler, size_t bytes)
{
	struct wf_plan_compiler *c = compiler;
	void *p = wf_plan_block(&c->pack->memory, bytes);

	if (p == NULL)
		wf_err_add(c->err, NULL, NULL, "out of memory");
	return p;
}

/* Room for the next step: the last, or for an early one the first behind those of blackhole and
 * outage. */
static struct wf_plan_step *
add_step(struct wf_plan_compiler *c, bool early)
{
	uint8_t at = c->n_steps++;

	for (; early && at > 0 && c->step[at - 1].stage > WF_BLOCK_OUTAGE; at--)
		c->step[at] = c->step[at - 1];
	return &c->step[at];
}

static int
compile_stage(
	struct wf_plan_compiler *c, const struct wf_conf_dir *conf, int id, struct wf_plan_class *k)
{
	const struct wf_block *block = wf_block_registry[id];
	struct wf_block_compile sc = {
		.blocks = conf->block,
		.flow_scope = k->flow_scope,
		.where = &conf->block_where[id],
		.err = c->err,
		.forecast = &k->about->forecast,
		.hot_bytes = block->state_size,
		.reserve = reserve_pack,
		.reserve_ctx = c,
	};
	struct wf_plan_step *step;
	void *cfg = reserve_pack(c, block->cfg_size + 1);
	int variant;

	if (cfg == NULL)
		return -ENOMEM;
	variant = block->compile(conf->block[id], &sc, cfg);
	if (variant <= 0)
		return variant;
	c->pack->needs |= sc.needs;
	if (block->state_size != 0) {
		/* A queue that joins another's server is not the one that it was. */
		k->about->variant[id] = (uint8_t)(variant + (id == WF_BLOCK_QUEUE && k->shares));
		k->needs_state = true;
		c->hot_bytes[id] = sc.hot_bytes;
	}
	if (block->stage == NULL) {
		if (sc.needs & WF_NEED_QUEUE)
			k->queue = cfg;
		return 0;
	}
	step = add_step(c, sc.early);
	step->run = sc.run != NULL ? sc.run : block->stage->run;
	assert(step->run != NULL);
	step->cfg = cfg;
	step->edit = block->stage->edit;
	step->forge = block->stage->forge;
	step->stage = (uint8_t)id;
	step->variant = (uint8_t)variant;
	step->copies = (sc.needs & WF_NEED_COPIES) != 0;
	if (sc.max_copies > c->pack->copies)
		c->pack->copies = sc.max_copies;
	step->copy_spacing_ns = sc.copy_spacing_ns;
	if (id < WF_BLOCK_QUEUE || sc.early)
		k->n_before++;
	return 0;
}

/* The steps of a class, and where its queue stands between them. */
static int
keep_steps(struct wf_plan_compiler *c, struct wf_plan_class *k)
{
	struct wf_plan_step *step = reserve_pack(c, (c->n_steps + 1u) * sizeof(*step));

	if (step == NULL)
		return -ENOMEM;
	memcpy(step, c->step, c->n_steps * sizeof(*step));
	k->n_behind = (uint8_t)(c->n_steps - k->n_before);
	k->before = step;
	k->behind = step + k->n_before;
	return 0;
}

/* All stages in pipeline order, all errors. */
static int
compile_stages(struct wf_plan_compiler *c, const struct wf_conf_dir *conf, struct wf_plan_class *k)
{
	int rc = 0;

	c->n_steps = 0;
	for (int id = 0; id < WF_BLOCK_COUNT && conf->present && !conf->bypass; id++)
		if (conf->block[id] != NULL && !(k->shares && id == WF_BLOCK_RATE) &&
			compile_stage(c, conf, id, k) < 0)
			rc = -EINVAL;
	wf_plan_lay_out(k, c->step, c->n_steps, c->hot_bytes);
	return keep_steps(c, k) < 0 ? -ENOMEM : rc;
}

/* As in the plan before. */
static void
share_pack(struct wf_plan_compiler *c, const struct wf_plan_class *old, bool stale,
	struct wf_plan_class *k)
{
	*k->about = *old->about;
	k->about->stale = stale;
	c->pack = wf_plan_pack_hold(old->about->pack);
	k->needs_state = old->needs_state;
	k->state_lines = old->state_lines;
	k->state_bytes = old->state_bytes;
	k->queue_offset = old->queue_offset;
	k->layout = old->layout;
	k->n_before = old->n_before;
	k->n_behind = old->n_behind;
	k->before = old->before;
	k->queue = old->queue;
	k->behind = old->behind;
}

static int
compile_pack(struct wf_plan_compiler *c, const struct wf_plan_print *print,
	const struct wf_conf_dir *conf, struct wf_plan_class *k)
{
	c->pack = k->about->pack = wf_plan_pack_new(print);
	if (c->pack == NULL)
		return wf_err_add(c->err, NULL, NULL, "out of memory");
	return compile_stages(c, conf, k);
}

/* Its files are others than before. If they can't be read, they are gone or being written, which
 * must not keep a change of something else from being made or from ending. */
static void
compile_files(struct wf_plan_compiler *c, const struct wf_plan_print *print,
	const struct wf_conf_dir *conf, const struct wf_plan_class *old, struct wf_plan_class *k)
{
	struct wf_err *err = c->err;
	int rc = -ENOMEM;

	c->err = wf_err_new();
	if (c->err != NULL)
		rc = compile_pack(c, print, conf, k);
	if (rc < 0) {
		wf_plan_pack_free(k->about->pack);
		share_pack(c, old, true, k);
	}
	wf_err_free(c->err);
	c->err = err;
}

/* The class of this name before, or in the base, if it was compiled from the same; NULL: neither.
 */
static const struct wf_plan_class *
find_like(const struct wf_plan_compiler *c, uint32_t dir, const char *name,
	const struct wf_plan_print *print,
	bool (*like)(const struct wf_plan_print *a, const struct wf_plan_print *b))
{
	const struct wf_plan *const plan[] = { c->before, c->base };

	for (size_t i = 0; i < WF_ARRAY_SIZE(plan); i++) {
		const struct wf_plan_class *k = wf_plan_class_of(plan[i], dir, name);

		if (k != NULL && like(print, &k->about->pack->print))
			return k;
	}
	return NULL;
}

int
wf_plan_steps_of(struct wf_plan_compiler *c, uint32_t dir, const struct wf_conf_dir *conf,
	struct wf_plan_class *k)
{
	struct wf_plan_print print = wf_plan_print(conf, k->flow_scope, k->shares);
	const struct wf_plan_class *old =
		find_like(c, dir, k->about->name, &print, wf_plan_print_same);

	if (old != NULL) {
		share_pack(c, old, false, k);
		return 0;
	}
	old = find_like(c, dir, k->about->name, &print, wf_plan_print_same_keys);
	if (old == NULL)
		return compile_pack(c, &print, conf, k);
	compile_files(c, &print, conf, old, k);
	return 0;
}
