/* SPDX-License-Identifier: BSD-3-Clause
 * Memory runs out at the n-th allocation of a request, for each n: it is answered with 503 and
 * nothing has changed, or it has happened. The linker gives us the allocations of our own code,
 * through which jansson's go, too; libevent's are its own.
 */
#include "harness.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_texts.h"

#define JSON "application/json"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

/* Of the server's thread: allocations until the one that fails. Below 0: none will. */
static _Atomic long left = -1;
static _Atomic bool hit;
static pthread_t server;

static bool
fails(void)
{
	if (atomic_load(&left) < 0 || !pthread_equal(pthread_self(), server))
		return false;
	if (atomic_fetch_sub(&left, 1) != 0)
		return false;
	atomic_store(&hit, true);
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return fails() ? NULL : __real_strndup(s, n);
}

/* A stream of memory whose room is ours to refuse, too: glibc's takes its own. */
struct stream {
	char **text;
	size_t *len;
};

static ssize_t
stream_write(void *cookie, const char *data, size_t n)
{
	struct stream *s = cookie;
	char *grown = __wrap_realloc(*s->text, *s->len + n + 1);

	if (grown == NULL)
		return 0;
	memcpy(grown + *s->len, data, n);
	*s->text = grown;
	*s->len += n;
	grown[*s->len] = '\0';
	return (ssize_t)n;
}

static int
stream_close(void *cookie)
{
	free(cookie);
	return 0;
}

FILE *__wrap_open_memstream(char **text, size_t *len);
FILE *
__wrap_open_memstream(char **text, size_t *len)
{
	struct stream *s = fails() ? NULL : __real_malloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	*s = (struct stream){ text, len };
	*text = NULL;
	*len = 0;
	return fopencookie(
		s, "w", (cookie_io_functions_t){ .write = stream_write, .close = stream_close });
}

struct attempt {
	const char *method, *path, *media, *body;
	/* What it changes, as a number: it stays as it was if the request is refused, and another
	 * if not. NULL: it only looks. */
	uint64_t (*state)(struct harness *h);
	/* What is done before each attempt, so that there is something to be changed. */
	void (*prepare)(struct harness *h);
	bool moves;  /* what it says is not the same each time */
	long stride; /* every so many allocations one fails; 0: each */
};

static uint64_t
generation(struct harness *h)
{
	return h->generation;
}

/* Until memory is enough for it. What it replies then, or replied: its text. */
static struct reply
attempt(struct harness *h, const struct attempt *a, long n)
{
	struct reply r;
	uint64_t before;

	if (a->prepare != NULL)
		a->prepare(h);
	before = a->state != NULL ? a->state(h) : 0;
	atomic_store(&hit, false);
	atomic_store(&left, n);
	r = call(h, a->method, a->path, a->media, a->body);
	atomic_store(&left, -1);
	if (r.status != 200 && (r.status != 503 || r.json == NULL))
		fail_msg("%s %s, allocation %ld: %ld %s", a->method, a->path, n, r.status, r.text);
	if (a->state == NULL)
		return r;
	if (r.status == 503)
		assert_int_equal(a->state(h), before);
	else if (a->state == generation)
		assert_int_equal(a->state(h), before + 1);
	else
		assert_int_not_equal(a->state(h), before);
	if (r.status == 200 && a->state == generation)
		assert_true(json_is_integer(json_object_get(r.json, "generation")));
	return r;
}

/* The request again and again, until memory is enough for it. */
static void
exhaust(struct harness *h, const struct attempt *a)
{
	long n = 0, stride = a->stride != 0 && getenv("WF_TEST_LONG") == NULL ? a->stride : 1;
	struct reply whole = attempt(h, a, -1), r;
	bool more;

	assert_int_equal(whole.status, 200);
	server = h->thread;
	do {
		r = attempt(h, a, n);
		more = atomic_load(&hit);
		/* What only looks says all of it, or nothing. */
		if (r.status == 200 && a->state == NULL && !a->moves && more)
			assert_string_equal(r.text, whole.text);
		reply_free(&r);
		n += stride;
		assert_true(n < 100000);
	} while (more);
	reply_free(&whole);
	assert_true(n > 1);
}

/* No override, so that there are not too many. */
static void
undo_all(struct harness *h)
{
	struct reply r = call(h, "POST", "/v1/config/undo", JSON, "{\"all\":true}");

	reply_free(&r);
}

/* One change to be undone. */
static void
change_one(struct harness *h)
{
	undo_all(h);
	expect(h, 200, "PATCH", "/v1/links/wan/ab", JSON, "{\"loss\":\"2%\"}");
}

static void
exhaust_all(struct harness *h, const struct attempt *attempts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		exhaust(h, &attempts[i]);
}

static void
test_what_only_looks(void **state)
{
	static const char *const paths[] = { "/v1/version", "/v1/stats", "/v1/ports", "/v1/links",
		"/v1/links/wan", "/v1/links/wan/ab", "/v1/config", "/v1/config/diff", "/v1/bypass",
		"/v1/profiles", "/v1/flows", "/v1/workers", "/v1/captures", "/v1/replays",
		"/v1/runs", "/v1/runs/last", "/v1/scenarios", "/readyz", "/healthz", "/metrics" };

	expect(*state, 202, "POST", "/v1/runs", "text/plain",
		"schema_version = 1; name = \"memory\"; phases = ( { name = \"a\"; duration = "
		"\"1s\"; } ); faults = ( { name = \"f\"; ab = { loss = 1; }; } ); expect = ( { "
		"loss = 1; } );");

	for (size_t i = 0; i < WF_ARRAY_SIZE(paths); i++)
		exhaust(*state, &(struct attempt){ .method = "GET", .path = paths[i] });
}

/* So long that each of their allocations is one of many that are alike. */
static void
test_long_documents(void **state)
{
	exhaust(*state,
		&(struct attempt){ .method = "GET", .path = "/v1/parameters", .stride = 23 });
	exhaust(*state,
		&(struct attempt){ .method = "GET", .path = "/v1/openapi.json", .stride = 409 });
}

static void
test_changes_of_directions(void **state)
{
	static const struct attempt attempts[] = {
		{ "PATCH", "/v1/links/wan/ab", JSON, "{\"loss\":\"2%\"}", generation, undo_all },
		{ "PATCH", "/v1/links/wan/both", JSON, "{\"delay\":\"2ms\",\"for\":\"1h\"}",
			generation, undo_all },
		{ "PUT", "/v1/links/wan/ab", JSON, "{\"delay\":\"7ms\"}", generation, undo_all },
		{ "DELETE", "/v1/links/wan/ab", NULL, NULL, generation, undo_all },
		{ "POST", "/v1/links/wan/fault", JSON, "{\"type\":\"flap\",\"duration\":\"3s\"}",
			generation, undo_all },
		{ "POST", "/v1/config/undo", NULL, "", generation, change_one },
		{ "PATCH", "/v1/links/wan", JSON, "{\"ab\":{\"loss\":\"1%\"}}", generation,
			undo_all },
		{ "POST", "/v1/changes", JSON,
			"{\"at\":\"+50ms\",\"for\":\"1s\",\"link\":\"wan\",\"ab\":{\"loss\":\"3%"
			"\"},\"ba\":{\"rate\":\"1Mbit\"}}",
			generation, undo_all },
		{ "POST", "/v1/changes", JSON,
			"{\"changes\":[{\"at\":\"0s\",\"link\":\"wan\",\"ab\":{\"delay\":\"3ms\"}},"
			"{\"at\":\"2s\",\"link\":\"wan\",\"both\":{\"loss\":\"1%\"}}]}",
			generation, undo_all },
	};

	exhaust_all(*state, attempts, WF_ARRAY_SIZE(attempts));
}

#define CONFIG_JSON                                                                                \
	"{\"ports\":[{\"name\":\"a\",\"device\":\"net_null0\"},{\"name\":\"b\",\"device\":"        \
	"\"net_null1\"}],\"links\":[{\"name\":\"wan\",\"ports\":[\"a\",\"b\"],\"ab\":{"            \
	"\"delay\":\"7ms\"}}]}"
#define CONFIG_TEXT                                                                                \
	"# mine\nports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "   \
	"\"net_null1\"; } );\nlinks = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );\n"
#define TEXT "text/plain"

static void
test_changes_of_the_base(void **state)
{
	static const struct attempt attempts[] = {
		{ "PUT", "/v1/links/wan/classes/voip", JSON,
			"{\"match\":{\"proto\":\"udp\"},\"ab\":{\"delay\":\"5ms\"}}", generation },
		{ "PATCH", "/v1/links/wan/classes/voip", JSON, "{\"match\":{\"dport\":\"53\"}}",
			generation },
		{ "PATCH", "/v1/links/wan", JSON, "{\"inner\":true}", generation },
		{ "PUT", "/v1/links/wan/classes/voip/ab", JSON, "{\"delay\":\"4ms\"}", generation,
			undo_all },
		{ "DELETE", "/v1/links/wan/classes/voip/ab", NULL, NULL, generation, undo_all },
		{ "PATCH", "/v1/flows", JSON, "{\"counted\":true}", generation },
		{ "POST", "/v1/bypass", JSON, "{\"on\":true,\"for\":\"1h\"}", generation,
			undo_all },
		{ "POST", "/v1/config/reload", NULL, "", generation },
		{ "PUT", "/v1/config", JSON, CONFIG_JSON, generation },
		{ "PUT", "/v1/config", TEXT, CONFIG_TEXT, generation },
		{ "POST", "/v1/config/validate", JSON, CONFIG_JSON },
		{ "POST", "/v1/config/validate", TEXT, CONFIG_TEXT },
	};

	exhaust_all(*state, attempts, WF_ARRAY_SIZE(attempts));
}

/* What the saved profile says; 0: there is none. */
static uint64_t
profile(struct harness *h)
{
	char *text = NULL;
	uint64_t sum = 0;

	if (wf_texts_get(h->own, "mine", &text) == 0)
		for (const char *c = text; *c != '\0'; c++)
			sum = sum * 31 + (unsigned char)*c;
	free(text);
	return sum;
}

static void
have_none(struct harness *h)
{
	wf_texts_remove(h->own, "mine");
}

static void
have_another(struct harness *h)
{
	assert_int_equal(wf_texts_put(h->own, "mine", "# another\n" CONFIG_TEXT), 0);
}

static void
test_profiles(void **state)
{
	static const struct attempt attempts[] = {
		{ "PUT", "/v1/profiles/mine", JSON, CONFIG_JSON, profile, have_none },
		{ "PUT", "/v1/profiles/mine", TEXT, CONFIG_TEXT, profile, have_another },
		{ "GET", "/v1/profiles/mine", NULL, NULL },
		{ "GET", "/v1/profiles", NULL, NULL },
		{ "DELETE", "/v1/profiles/mine", NULL, NULL, profile, have_another },
	};

	exhaust_all(*state, attempts, WF_ARRAY_SIZE(attempts));
}

static uint64_t
resets(struct harness *h)
{
	return (uint64_t)h->resets;
}

static void
test_reset(void **state)
{
	exhaust(*state, &(struct attempt){ "POST", "/v1/reset", NULL, "", resets });
}

static uint64_t
captured(struct harness *h)
{
	return h->captured ? 1 + h->captures.state : 0;
}

static uint64_t
filtered(struct harness *h)
{
	return h->captures.filter != NULL;
}

static void
begin_none(struct harness *h)
{
	h->captured = false;
}

static void
begin_one(struct harness *h)
{
	h->captured = true;
	h->captures.state = WF_CAPTURE_RUNS;
	h->captures.filter = NULL;
}

static void
test_captures(void **state)
{
	static const struct attempt attempts[] = {
		{ "POST", "/v1/captures", JSON,
			"{\"file\":\"lab.pcapng\",\"filter\":\"icmp\",\"link\":\"wan\"}", captured,
			begin_none },
		{ "GET", "/v1/captures", NULL, NULL },
		{ "PATCH", "/v1/captures", JSON, "{\"filter\":\"icmp\"}", filtered, begin_one },
		{ "DELETE", "/v1/captures", NULL, NULL, captured, begin_one },
	};

	exhaust_all(*state, attempts, WF_ARRAY_SIZE(attempts));
}

static uint64_t
ordered(struct harness *h)
{
	const struct wf_replay_order *o = &h->replay->wanted;

	return o->runs * 8 + o->stopped * 4 + o->paused * 2 + (o->pace.kind == WF_REPLAY_PACE_TOP);
}

static void
order_none(struct harness *h)
{
	h->replay->wanted = (struct wf_replay_order){ .runs = 1, .pace = { .mul = 1, .div = 1 } };
	atomic_store(&h->replay->seen_state, WF_REPLAY_RUNNING);
}

/* Of one packet, in a file of the harness's folder. */
static struct wf_replay *
make_replay(const struct harness *h, char path[128])
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };
	static const uint32_t record[4] = { 1, 0, 60, 60 };
	static const uint8_t frame[60] = { 0xff };
	struct wf_replay_spec spec;
	struct wf_err *err = wf_err_new();
	struct wf_replay *replay;
	char device[160];
	FILE *f;

	snprintf(path, 128, "%s/one.pcap", h->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(head, sizeof(head), 1, f);
	fwrite(record, sizeof(record), 1, f);
	fwrite(frame, sizeof(frame), 1, f);
	fclose(f);
	snprintf(device, sizeof(device), "pcap,file=%s", path);
	assert_int_equal(wf_replay_parse(device, &spec, &(struct wf_where){ 0 }, err), 0);
	replay = wf_replay_new(&spec, 1522, 1, err);
	assert_non_null(replay);
	wf_err_free(err);
	return replay;
}

static void
test_replays(void **state)
{
	static const struct attempt attempts[] = {
		{ "GET", "/v1/replays", NULL, NULL },
		{ "GET", "/v1/replays/a", NULL, NULL },
		{ "POST", "/v1/replays", JSON, "{\"port\":\"a\",\"pace\":\"top\"}", ordered,
			order_none },
		{ "PATCH", "/v1/replays/a", JSON, "{\"paused\":true}", ordered, order_none },
		{ "DELETE", "/v1/replays/a", NULL, NULL, ordered, order_none },
	};
	struct harness *h = *state;
	char path[128];

	h->replay = make_replay(h, path);
	order_none(h);
	exhaust_all(h, attempts, WF_ARRAY_SIZE(attempts));
	wf_replay_free(h->replay);
	h->replay = NULL;
	unlink(path);
}

static void
test_events_and_history(void **state)
{
	static const char *const paths[] = { "/v1/events", "/v1/stats/history" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(paths); i++)
		exhaust(*state,
			&(struct attempt){ .method = "GET", .path = paths[i], .moves = true });
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_only_looks),
		TEST(test_long_documents),
		TEST(test_events_and_history),
		TEST(test_changes_of_directions),
		TEST(test_changes_of_the_base),
		TEST(test_profiles),
		TEST(test_reset),
		TEST(test_captures),
		TEST(test_replays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
