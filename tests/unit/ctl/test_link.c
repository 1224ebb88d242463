/* SPDX-License-Identifier: BSD-3-Clause
 * Links and their directions over the control socket: reading and patching (RFC 7396).
 */
#include "harness.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define AB    "/v1/links/wan/ab"
#define BA    "/v1/links/wan/ba"
#define PATCH "application/merge-patch+json"

/* Patches, which must succeed, and gives the text at `path` in the direction as it is now. */
static void
assert_patched(struct harness *h, const char *address, const char *patch, const char *path,
	const char *want)
{
	struct reply r = call(h, "PATCH", address, PATCH, patch);
	struct reply now = call(h, "GET", address, NULL, NULL);

	if (r.status != 200)
		print_error("%s", r.text);
	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(json_object_get(r.json, "generation")), h->generation);
	assert_true(json_equal(json_object_get(r.json, "config"), now.json));
	if (want != NULL)
		assert_string_equal(text_at(now.json, path), want);
	else
		assert_null(text_at(now.json, path));
	reply_free(&r);
	reply_free(&now);
}

static void
test_links_are_those_configured(void **state)
{
	struct reply r = call(*state, "GET", "/v1/links", NULL, NULL);
	json_t *links = json_object_get(r.json, "links");

	assert_int_equal(r.status, 200);
	assert_int_equal(json_array_size(links), 1);
	assert_string_equal(text_at(json_array_get(links, 0), "ab.delay.stddev"), "2ms");
	reply_free(&r);
}

static void
test_direction_reads_back_as_a_tree(void **state)
{
	struct reply r = call(*state, "GET", AB, NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_string_equal(text_at(r.json, "delay.mean"), "20ms");
	reply_free(&r);
}

static void
test_absent_direction_is_an_empty_object(void **state)
{
	struct reply r = call(*state, "GET", BA, NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_true(json_is_object(r.json));
	assert_int_equal(json_object_size(r.json), 0);
	reply_free(&r);
}

static void
test_name_may_be_percent_encoded(void **state)
{
	expect(*state, 200, "GET", "/v1/links/w%61n/ab", NULL, NULL);
}

static void
test_unknown_link_or_direction_is_404(void **state)
{
	char longest[300];

	snprintf(longest, sizeof(longest), "/v1/links/%0200d/ab", 0);
	expect(*state, 404, "GET", "/v1/links/lan/ab", NULL, NULL);
	expect(*state, 404, "GET", "/v1/links/wan/AB", NULL, NULL);
	expect(*state, 404, "GET", longest, NULL, NULL);
	expect(*state, 404, "PATCH", "/v1/links/lan/ab", PATCH, "{}");
	expect(*state, 404, "PATCH", "/v1/links/wan/xy", PATCH, "{}");
}

static void
test_patch_merges(void **state)
{
	struct harness *h = *state;

	assert_patched(h, AB, "{\"delay\":{\"mean\":\"50ms\"}}", "delay.mean", "50ms");
	assert_int_equal(h->generation, 2);
	assert_patched(h, AB, "{}", "delay.stddev", "2ms");
}

static void
test_patch_makes_an_absent_direction(void **state)
{
	assert_patched(*state, BA, "{\"delay\":\"5ms\"}", "delay.mean", "5ms");
}

static void
test_null_removes(void **state)
{
	assert_patched(*state, AB, "{\"delay\":null}", "delay.mean", NULL);
}

static void
test_patch_may_be_called_plain_json(void **state)
{
	expect(*state, 200, "PATCH", AB, "application/json", "{\"loss\":\"2%\"}");
}

static void
test_invalid_patch_changes_nothing_and_names_the_path(void **state)
{
	struct harness *h = *state;
	struct reply r = call(h, "PATCH", AB, PATCH, "{\"delay\":{\"mean\":\"fast\"}}");
	const char *path = text_at(json_array_get(json_object_get(r.json, "errors"), 0), "path");

	assert_int_equal(r.status, 422);
	assert_non_null(path);
	assert_string_equal(path, "links.wan.ab.delay.mean");
	reply_free(&r);
	assert_int_equal(h->generation, 1);
	assert_patched(h, AB, "{}", "delay.mean", "20ms");
}

static void
test_bodies_that_are_no_patch(void **state)
{
	expect(*state, 400, "PATCH", AB, PATCH, "{");
	expect(*state, 400, "PATCH", AB, PATCH, "{\"delay\":\"1ms\",\"delay\":\"2ms\"}");
	expect(*state, 422, "PATCH", AB, PATCH, "[1]");
	expect(*state, 422, "PATCH", AB, PATCH, "{\"dely\":\"1ms\"}");
	expect(*state, 415, "PATCH", AB, "text/plain", "delay = \"1ms\";");
	expect(*state, 415, "PATCH", AB, NULL, "{}");
}

static void
test_patch_that_cannot_be_applied(void **state)
{
	struct harness *h = *state;

	h->refuse = -ENOTSUP;
	expect(h, 409, "PATCH", AB, PATCH, "{\"delay\":\"1ms\"}");
	h->refuse = -ENOMEM;
	expect(h, 503, "PATCH", AB, PATCH, "{\"delay\":\"1ms\"}");
}

static void
test_a_change_may_end_by_itself(void **state)
{
	struct harness *h = *state;
	struct reply r = call(h, "PATCH", AB, PATCH, "{\"delay\":\"1ms\",\"for\":\"60s\"}");
	const struct wf_override *o = &h->setup->overrides.at[0];

	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(json_object_get(r.json, "override")), 1);
	assert_int_equal(json_integer_value(json_object_get(r.json, "effective_at_ns")),
		harness_wall(h, h->setup->plan->from_ns));
	assert_null(text_at(r.json, "config.for"));
	assert_int_equal(o->until_ns - o->from_ns, 60 * WF_NS_PER_S);
	assert_true(json_is_integer(json_object_get(r.json, "until_ns")));
	reply_free(&r);
	expect(h, 422, "PATCH", AB, PATCH, "{\"delay\":\"1ms\",\"for\":\"soon\"}");
	expect(h, 422, "PATCH", AB, PATCH, "{\"delay\":\"1ms\",\"for\":0}");
	expect(h, 422, "PATCH", AB, PATCH, "{\"delay\":\"1ms\",\"for\":{}}");
	expect(h, 422, "PATCH", AB, PATCH, "{\"delay\":\"1ms\",\"for\":\"9999h\"}");
	assert_int_equal(h->generation, 2);
}

static void
test_changes_are_undone(void **state)
{
	struct harness *h = *state;
	struct reply r;

	assert_patched(h, AB, "{\"delay\":\"1ms\"}", "delay.mean", "1ms");
	assert_patched(h, AB, "{\"loss\":\"5%\"}", "loss.p", "5%");
	r = call(h, "GET", "/v1/config/diff", NULL, NULL);
	assert_int_equal(json_array_size(json_object_get(r.json, "overrides")), 2);
	assert_int_equal(json_array_size(json_object_get(r.json, "differences")), 2);
	reply_free(&r);
	expect(h, 200, "POST", "/v1/config/undo", "application/json", "{\"id\":1}");
	r = call(h, "GET", AB, NULL, NULL);
	assert_string_equal(text_at(r.json, "delay.mean"), "20ms");
	assert_string_equal(text_at(r.json, "loss.p"), "5%");
	reply_free(&r);
	expect(h, 409, "POST", "/v1/config/undo", "application/json", "{\"id\":1}");
	expect(h, 422, "POST", "/v1/config/undo", "application/json", "{\"id\":\"x\"}");
	expect(h, 422, "POST", "/v1/config/undo", "application/json", "{\"what\":1}");
	expect(h, 422, "POST", "/v1/config/undo", "application/json", "[]");
	expect(h, 400, "POST", "/v1/config/undo", "application/json", "{");
	expect(h, 200, "POST", "/v1/config/undo", NULL, "");
	expect(h, 409, "POST", "/v1/config/undo", "application/json", "{\"all\":true}");
	assert_true(wf_node_equal(h->setup->base->node, h->tree));
}

/* Nobody has to wait for a client that does. */
static void
test_others_are_served_while_one_waits_for_a_worker(void **state)
{
	struct harness *h = *state;
	static const char request[] =
		"PATCH /v1/links/wan/ab HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		"Content-Length: 15\r\n\r\n{\"delay\":\"1ms\"}";
	char answer[1024] = "";
	struct reply r;
	int fd[2];

	h->held_back = 1u << 30;
	for (int i = 0; i < 2; i++) {
		fd[i] = raw_connect(h);
		assert_int_equal(write(fd[i], request, sizeof(request) - 1), sizeof(request) - 1);
	}
	r = call(h, "GET", "/healthz", NULL, NULL);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	close(fd[1]); /* one that does not wait for its answer */
	assert_true(read(fd[0], answer, sizeof(answer) - 1) > 0);
	assert_ptr_equal(strstr(answer, "HTTP/1.1 200"), answer);
	close(fd[0]);
	h->held_back = 0;
	expect(h, 200, "GET", "/healthz", NULL, NULL);
}

/* Two that wait, and are answered when workers run the later one: each is told of its own. */
static void
test_each_is_told_its_own_generation_and_instant(void **state)
{
	struct harness *h = *state;
	static const char request[] =
		"PATCH /v1/links/wan/ab HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		"Content-Length: 15\r\n\r\n{\"delay\":\"1ms\"}";
	int fd[2];

	h->held_back = 1u << 30;
	h->lag = 2;
	for (int i = 0; i < 2; i++) {
		fd[i] = raw_connect(h);
		assert_int_equal(write(fd[i], request, sizeof(request) - 1), sizeof(request) - 1);
		while (h->generation < (uint64_t)i + 2)
			expect(h, 200, "GET", "/healthz", NULL, NULL);
	}
	h->held_back = 0;
	for (unsigned i = 0; i < 2; i++) {
		char answer[4096] = "", want[96];

		assert_true(read(fd[i], answer, sizeof(answer) - 1) > 0);
		snprintf(want, sizeof(want), "\"generation\": %u,\n  \"effective_at_ns\": %llu,",
			i + 2,
			(unsigned long long)harness_wall(h, h->setup->plan->from_ns - 1 + i));
		assert_non_null(strstr(answer, want));
		close(fd[i]);
	}
}

#define TWO_SIDES                                                                                  \
	"ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "           \
	"\"net_null1\"; } );\n"                                                                    \
	"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay = \"1ms\"; }; ba = { " \
	"copy = \"ab\"; loss = \"1%\"; };\n"                                                       \
	"classes = ( { name = \"voip\"; match = { proto = \"udp\"; }; ab = { delay = \"2ms\"; }; " \
	"}, { name = \"ab\"; match = { }; ab = { }; } ); } );\n"

/* One change, one generation. */
static void
test_both_directions_change_together(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "PUT", "/v1/config", "text/plain", TWO_SIDES);
	r = call(h, "PATCH", "/v1/links/wan/both", PATCH, "{\"delay\":\"5ms\"}");
	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(json_object_get(r.json, "generation")), 3);
	assert_string_equal(text_at(r.json, "config.ab.delay.mean"), "5ms");
	assert_string_equal(text_at(r.json, "config.ba.delay.mean"), "5ms");
	assert_string_equal(text_at(r.json, "config.ba.loss.p"), "1%");
	assert_null(json_object_get(r.json, "note"));
	reply_free(&r);
	r = call(h, "GET", "/v1/links/wan/both", NULL, NULL);
	assert_string_equal(text_at(r.json, "ba.delay.mean"), "5ms");
	reply_free(&r);
	/* What is wrong with one is done to neither. */
	expect(h, 422, "PATCH", "/v1/links/wan/both", PATCH, "{\"delay\":\"fast\"}");
	assert_int_equal(h->generation, 3);
}

static void
note_is(struct harness *h, const char *address, const char *want)
{
	struct reply r = call(h, "PATCH", address, PATCH, "{\"delay\":\"9ms\"}");
	const char *note = text_at(r.json, "note");

	assert_int_equal(r.status, 200);
	if (want == NULL)
		assert_null(note);
	else
		assert_ptr_equal(strstr(note, want), note);
	reply_free(&r);
}

static void
test_a_copy_does_not_follow_and_the_reply_says_so(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PUT", "/v1/config", "text/plain", TWO_SIDES);
	note_is(h, AB, "ba was a copy of ab when it was read, and has not changed with it.");
	assert_patched(h, BA, "{}", "delay.mean", "1ms");
	/* Changed on its own, it is no copy any more. */
	note_is(h, AB, NULL);
	expect(h, 200, "PUT", "/v1/config", "text/plain", TWO_SIDES);
	note_is(h, "/v1/links/wan/both", NULL);
	note_is(h, BA, NULL);
	note_is(h, "/v1/links/wan/classes/voip/ab", NULL);
}

static void
test_classes_are_read_and_changed(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PUT", "/v1/config", "text/plain", TWO_SIDES);
	assert_patched(
		h, "/v1/links/wan/classes/voip/ab", "{\"delay\":\"7ms\"}", "delay.mean", "7ms");
	assert_patched(h, AB, "{}", "delay.mean", "1ms"); /* the link's own is as it was */
	assert_patched(
		h, "/v1/links/wan/classes/default/ab", "{\"delay\":\"3ms\"}", "delay.mean", "3ms");
	assert_patched(h, AB, "{}", "delay.mean", "3ms");
	assert_patched(
		h, "/v1/links/wan/classes/ab/ab", "{\"delay\":\"4ms\"}", "delay.mean", "4ms");
	expect(h, 422, "PATCH", "/v1/links/wan/classes/voip/ab", PATCH, "{\"scope\":\"flow\"}");
	expect(h, 404, "PATCH", "/v1/links/wan/classes/viop/ab", PATCH, "{}");
	expect(h, 404, "GET", "/v1/links/wan/classes/voip/up", NULL, NULL);
	expect(h, 404, "GET", "/v1/links/lan/classes/voip/ab", NULL, NULL);
	expect(h, 405, "POST", "/v1/links/wan/classes/voip/ab", NULL, NULL);
}

/* In a direction that it has, even an empty one, a class takes packets from those behind it. */
static void
test_removing_from_an_absent_direction_makes_none(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PUT", "/v1/config", "text/plain", TWO_SIDES);
	assert_patched(h, "/v1/links/wan/classes/voip/ba", "{\"delay\":null}", "delay.mean", NULL);
	assert_null(wf_conf_dir_node(wf_conf_owner_node(h->tree, "wan", "voip"), WF_BA, false));
	assert_patched(
		h, "/v1/links/wan/classes/voip/ba", "{\"delay\":\"1ms\"}", "delay.mean", "1ms");
	assert_non_null(wf_conf_dir_node(wf_conf_owner_node(h->tree, "wan", "voip"), WF_BA, false));
}

static void
test_unknown_names_get_the_nearest(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "PUT", "/v1/config", "text/plain", TWO_SIDES);
	r = call(h, "GET", "/v1/links/wan/classes/voib/ab", NULL, NULL);
	assert_string_equal(text_at(r.json, "detail"),
		"Link \"wan\" has no class \"voib\". Did you mean \"voip\"?");
	reply_free(&r);
	r = call(h, "GET", "/v1/links/wann/ab", NULL, NULL);
	assert_string_equal(
		text_at(r.json, "detail"), "There is no link \"wann\". Did you mean \"wan\"?");
	reply_free(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_links_are_those_configured),
		TEST(test_direction_reads_back_as_a_tree),
		TEST(test_absent_direction_is_an_empty_object),
		TEST(test_name_may_be_percent_encoded),
		TEST(test_unknown_link_or_direction_is_404),
		TEST(test_patch_merges),
		TEST(test_patch_makes_an_absent_direction),
		TEST(test_null_removes),
		TEST(test_patch_may_be_called_plain_json),
		TEST(test_invalid_patch_changes_nothing_and_names_the_path),
		TEST(test_bodies_that_are_no_patch),
		TEST(test_patch_that_cannot_be_applied),
		TEST(test_a_change_may_end_by_itself),
		TEST(test_changes_are_undone),
		TEST(test_others_are_served_while_one_waits_for_a_worker),
		TEST(test_each_is_told_its_own_generation_and_instant),
		TEST(test_both_directions_change_together),
		TEST(test_a_copy_does_not_follow_and_the_reply_says_so),
		TEST(test_classes_are_read_and_changed),
		TEST(test_removing_from_an_absent_direction_makes_none),
		TEST(test_unknown_names_get_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
