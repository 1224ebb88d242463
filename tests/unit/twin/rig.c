/* SPDX-License-Identifier: BSD-3-Clause
 * Runs the twin through files, as the command does.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eal.h"
#include "folder.h"

struct rig rig;
/* Ethernet, IPv4, UDP; one frame a flow. */
static uint8_t frames[256][1514];

static const char *
path(const char *name, int side)
{
	char full[32];

	snprintf(full, sizeof(full), "%s.%d", name, side);
	return folder_path(full);
}

int
rig_start(void **state)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 5, 0xdc,
		0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0x13, 0x89 };

	for (uint32_t i = 0; i < 256; i++) {
		memcpy(frames[i], head, sizeof(head));
		frames[i][35] = (uint8_t)i; /* source port */
	}
	return folder_make(state) == 0 ? eal_start(state) : -1;
}

int
rig_end(void **state)
{
	rig_clear(state);
	for (int side = 0; side < 2; side++)
		free(rig.side[side].out_file);
	wf_snapshot_free(rig.snap);
	wf_err_free(rig.err);
	return folder_remove(state) + eal_stop(state);
}

int
rig_clear(void **state)
{
	for (int side = 0; side < 2; side++) {
		rig.side[side].n_in = rig.side[side].n_out = 0;
		rig.side[side].cut_bytes = 0;
		rig.side[side].out_path = NULL;
	}
	rig.classes = rig.top = "";
	rig.seed = 7;
	rig.burst = 32;
	rig.max_held = 1u << 16;
	return 0;
}

void
rig_enter(int side, wf_ns_t at_ns, uint32_t len_bytes, uint32_t flow)
{
	struct rig_side *s = &rig.side[side];

	assert_true(s->n_in < MAX);
	s->in[s->n_in++] = (struct wf_cap_packet){ .time_ns = EPOCH + at_ns,
		.cap_bytes = len_bytes,
		.len_bytes = len_bytes,
		.data = frames[flow] };
}

static void
write_input(int side)
{
	struct rig_side *s = &rig.side[side];
	struct wf_cap_writer *w = wf_cap_create(path("in", side), 65535, rig.err);
	off_t end = 24;

	assert_non_null(w);
	for (uint32_t i = 0; i < s->n_in; i++) {
		wf_cap_write(w, &s->in[i]);
		end += 16 + s->in[i].cap_bytes;
	}
	assert_int_equal(wf_cap_finish(w), 0);
	assert_int_equal(truncate(path("in", side), end - (off_t)s->cut_bytes), 0);
}

static void
read_output(int side)
{
	struct rig_side *s = &rig.side[side];
	struct wf_cap_reader *r = wf_cap_open(path("out", side), NULL, rig.err);
	FILE *f = fopen(path("out", side), "rb");

	assert_non_null(r);
	s->n_out = 0;
	while (s->n_out < MAX && wf_cap_read(r, &s->out[s->n_out], rig.err) == 1)
		s->n_out++;
	wf_cap_close(r);
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	s->out_bytes = (size_t)ftell(f);
	rewind(f);
	free(s->out_file);
	s->out_file = malloc(s->out_bytes);
	assert_non_null(s->out_file);
	assert_int_equal(fread(s->out_file, 1, s->out_bytes, f), s->out_bytes);
	fclose(f);
}

struct wf_source *
rig_capture(const char *name)
{
	struct wf_source_capture q = { .path = name, .own_times = true, .loops = 1 };
	struct wf_source *s = wf_source_capture(&q, rig.err);

	assert_non_null(s);
	return s;
}

/* The run itself; closes the outputs, whose errors count like the twin's. */
static void
send_through(const struct wf_plan *plan, const struct wf_conf *conf)
{
	struct wf_cap_writer *writer[2];
	struct wf_twin_input in[2];
	struct wf_twin_params q = { .plan = plan,
		.conf = conf,
		.in = in,
		.n_in = 2,
		.out = writer,
		.burst = rig.burst,
		.max_held = rig.max_held };

	for (int side = 0; side < 2; side++) {
		const char *out = rig.side[side].out_path;

		write_input(side);
		in[side].dir = (uint32_t)side;
		in[side].source = rig_capture(path("in", side));
		writer[side] = wf_cap_create(out != NULL ? out : path("out", side), 65535, rig.err);
		assert_non_null(writer[side]);
	}
	wf_snapshot_free(rig.snap);
	rig.rc = wf_twin_run(&q, &rig.snap, rig.err);
	for (int side = 0; side < 2; side++) {
		int rc = wf_cap_finish(writer[side]);

		wf_source_free(in[side].source);
		if (rc < 0)
			rig.rc = rc;
		else if (rig.side[side].out_path == NULL)
			read_output(side);
	}
}

void
rig_try(const char *ab, const char *ba)
{
	struct wf_node *tree;
	struct wf_conf *conf;
	struct wf_plan *plan;
	char text[2048];

	wf_err_free(rig.err);
	rig.err = wf_err_new();
	snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"net_null0\"; }, "
		"{ name = \"b\"; device = \"net_null1\"; } ); %s "
		"links = ( { name = \"l\"; ports = [ \"a\", \"b\" ]; ab = { %s }; ba = { %s }; %s "
		"} );",
		rig.top, ab, ba, rig.classes);
	tree = wf_conf_read_text(text, "test", false, rig.err);
	conf = tree != NULL ? wf_conf_bind(tree, rig.err) : NULL;
	plan = conf != NULL ? wf_plan_compile(conf, rig.seed, NULL, rig.err) : NULL;
	if (plan == NULL)
		wf_err_print(rig.err, stderr);
	assert_non_null(plan);
	assert_int_equal(wf_plan_arm(plan, rig.err), 0);
	send_through(plan, conf);
	wf_plan_free(plan);
	wf_conf_free(conf);
	wf_node_free(tree);
}

void
rig_run(const char *ab, const char *ba)
{
	rig_try(ab, ba);
	wf_err_print(rig.err, stderr);
	assert_int_equal(rig.rc, 0);
	assert_int_equal(wf_err_count(rig.err), 0);
	assert_non_null(rig.snap);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(rig.snap->links[0].dir[side].queued.packets, 0);
		assert_int_equal(rig.snap->links[0].dir[side].queued.bytes, 0);
		assert_int_equal(rig_stats(side)->c.rx.packets, rig.side[side].n_in);
		assert_int_equal(rig_stats(side)->c.tx.packets, rig.side[side].n_out);
	}
	assert_int_equal(wf_snapshot_unaccounted(rig.snap).packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(rig.snap).bytes, 0);
}
