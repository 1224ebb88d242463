/* SPDX-License-Identifier: BSD-3-Clause
 * State blocks of classes and flows, and their move to a changed plan: block by block, when the
 * next packet needs it, so that a live change costs no pause however many flows there are.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "wf_pipe_internal.h"

void *
wf_pipe_memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int
wf_pipe_state_init(struct wf_pipe *p)
{
	p->state_size = wf_stage_state_size();
	p->free_state = WF_NO_STATE;
	p->class_state = wf_pipe_memory((size_t)p->n_slots * p->state_size);
	p->flow_state = wf_pipe_memory((size_t)p->max_flows * p->state_size);
	return p->class_state == NULL || p->flow_state == NULL ? -ENOMEM : 0;
}

void
wf_pipe_state_fini(struct wf_pipe *p)
{
	if (p->class_state != NULL)
		munmap(p->class_state, (size_t)p->n_slots * p->state_size);
	if (p->flow_state != NULL)
		munmap(p->flow_state, (size_t)p->max_flows * p->state_size);
}

/* Ends the stages that the block holds and `keep` (NULL: none) does not. */
static void
stop_stages(struct wf_pipe *p, uint8_t *block, const uint8_t *keep)
{
	struct wf_state_head *head = (struct wf_state_head *)block;

	for (unsigned id = 0; id < WF_STAGE_COUNT; id++) {
		const struct wf_stage_ops *ops = wf_stage_registry[id];
		uint8_t *state = block + wf_stage_state_offset((enum wf_stage_id)id);
		uint8_t had = head->variant[id];

		if (had == 0 || (keep != NULL && had == keep[id]))
			continue;
		if (id == WF_STAGE_QUEUE)
			wf_pipe_queue_orphan(p, state);
		if (ops->stop != NULL)
			ops->stop(state, &p->env);
		memset(state, 0, ops->state_size);
		head->variant[id] = 0;
	}
}

/* The block was another class's, or the class has changed: stages that stay keep their state. */
static void __attribute__((noinline)) renew(struct wf_pipe *p, const struct wf_plan_class *k,
	uint8_t *block, uint64_t packet_rng, wf_ns_t now_ns)
{
	struct wf_state_head *head = (struct wf_state_head *)block;

	stop_stages(p, block, head->class_uid == k->uid ? k->variant : NULL);
	head->class_uid = k->uid;
	head->state_uid = k->state_uid;
	if (k->queue != NULL) /* no step: its state names the queue when there is one */
		head->variant[WF_STAGE_QUEUE] = k->variant[WF_STAGE_QUEUE];
	for (uint8_t i = 0; i < k->n_steps; i++) {
		const struct wf_plan_step *step = &k->step[i];
		const struct wf_stage_ops *ops = wf_stage_registry[step->stage];

		if (ops->state_size == 0 || head->variant[step->stage] != 0)
			continue;
		if (ops->start != NULL)
			ops->start(step->cfg, block + step->state_offset, packet_rng, now_ns);
		head->variant[step->stage] = step->variant;
	}
}

/* A block for a flow; WF_NO_STATE when all are taken. */
static uint32_t
take_block(struct wf_pipe *p)
{
	uint32_t i = p->free_state;

	if (i != WF_NO_STATE) {
		uint8_t *block = p->flow_state + (size_t)i * p->state_size;

		memcpy(&p->free_state, block, sizeof(p->free_state));
		memset(block, 0, sizeof(struct wf_state_head));
		return i;
	}
	return p->used_states < p->max_flows ? p->used_states++ : WF_NO_STATE;
}

static void
give_block(struct wf_pipe *p, uint32_t i)
{
	uint8_t *block = p->flow_state + (size_t)i * p->state_size;

	stop_stages(p, block, NULL);
	memcpy(block, &p->free_state, sizeof(p->free_state));
	p->free_state = i;
}

uint8_t *
wf_pipe_state(struct wf_pipe *p, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns)
{
	uint8_t *block = p->class_state + (size_t)k->slot * p->state_size;
	struct wf_state_head *head;

	if (k->flow_scope && flow != NULL && flow != &p->fallback[k->slot]) {
		if (flow->state == WF_NO_STATE)
			flow->state = take_block(p);
		if (flow->state != WF_NO_STATE)
			block = p->flow_state + (size_t)flow->state * p->state_size;
	}
	head = (struct wf_state_head *)block;
	if (WF_UNLIKELY(head->state_uid != k->state_uid))
		renew(p, k, block, packet_rng, now_ns);
	return block;
}

void
wf_pipe_flow_end(void *pipe, struct wf_flow *flow)
{
	struct wf_pipe *p = pipe;

	if (flow->listed)
		p->class_flows[flow->slot]--;
	if (flow->state != WF_NO_STATE)
		give_block(p, flow->state);
}
