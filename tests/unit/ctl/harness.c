/* SPDX-License-Identifier: BSD-3-Clause
 * The server under test in a thread of its own, and a client for it.
 */
#include "harness.h"

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "sample.h"

#define NOW_NS (5 * WF_NS_PER_S)

static const char config_text[] = "ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = "
				  "\"b\"; device = \"net_null1\"; } "
				  ");\n"
				  "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n"
				  "  ab = { delay = { mean = \"20ms\"; stddev = \"2ms\"; "
				  "distribution = \"normal\"; }; loss = "
				  "\"1%\"; };\n"
				  "} );\n";

static struct wf_snapshot *
fake_snapshot(void *ctx)
{
	struct harness *h = ctx;

	return h->no_snapshot || h->unanswered-- > 0 ? NULL : sample_snapshot(true);
}

static const struct wf_setup *
fake_setup(void *ctx)
{
	const struct harness *h = ctx;

	return h->setup;
}

/* As the real program, but anything may change. */
static int
step(struct harness *h, struct wf_node *base, const struct wf_overrides *overrides,
	uint64_t *generation, struct wf_err *err)
{
	struct wf_setup *next;
	/* Each a nanosecond after the one before. */
	wf_ns_t from_ns = NOW_NS + h->generation;
	int rc =
		wf_setup_next(base != NULL ? NULL : h->setup, base, overrides, from_ns, &next, err);

	if (rc < 0)
		return rc;
	if (h->refuse != 0) {
		wf_setup_free(next);
		wf_err_add(err, &(struct wf_where){ .path = "workers" }, "Stop and start wirefault",
			"cannot change in a running wirefault");
		return h->refuse;
	}
	wf_setup_free(h->setup);
	h->setup = next;
	h->tree = next->tree;
	*generation = ++h->generation;
	return 0;
}

static int
fake_apply(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	return step(ctx, tree, NULL, generation, err);
}

static int
fake_amend(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;

	return step(h, tree, &h->setup->overrides, generation, err);
}

static int
fake_change(void *ctx, struct wf_change *change, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;
	struct wf_overrides list = { 0 };
	struct wf_override o = { .from_ns = NOW_NS,
		.until_ns = change->for_ns != 0 ? NOW_NS + change->for_ns : UINT64_MAX,
		.change = change };
	int rc = wf_overrides_copy(&list, &h->setup->overrides, NOW_NS);

	if (rc == 0)
		rc = wf_overrides_add(&list, &o);
	if (rc == 0)
		rc = step(h, NULL, &list, generation, err);
	wf_overrides_fini(&list);
	return rc;
}

/* Those that begin later wait: nothing here makes them begin. */
static int
fake_schedule(void *ctx, const struct wf_changes *changes, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;
	struct wf_overrides list = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < changes->n; i++)
		if (!wf_change_fits(changes->change[i], h->tree, err))
			rc = -EINVAL;
	assert_int_equal(wf_overrides_copy(&list, &h->setup->overrides, NOW_NS), 0);
	assert_int_equal(wf_changes_override(changes, 0, &list), 0);
	for (uint32_t i = 0; i < list.n; i++)
		if (list.at[i].from_ns < NOW_NS) /* with the step */
			list.at[i].from_ns = NOW_NS + h->generation;
	if (rc == 0)
		rc = step(h, NULL, &list, generation, err);
	wf_overrides_fini(&list);
	return rc;
}

static wf_ns_t
fake_clock(void *ctx)
{
	return NOW_NS;
}

static int
fake_undo(void *ctx, uint64_t id, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;
	struct wf_overrides list = { 0 };
	int rc = wf_overrides_copy(&list, &h->setup->overrides, NOW_NS) == 0 ? -ENOENT : -ENOMEM;

	for (uint32_t i = list.n; rc != -ENOMEM && i-- > 0;) {
		if (id != WF_CTL_UNDO_ALL && id != list.at[i].id &&
			(id != WF_CTL_UNDO_LAST || rc == 0))
			continue;
		wf_overrides_drop(&list, i);
		rc = 0;
	}
	if (rc == 0)
		rc = step(h, NULL, &list, generation, err);
	wf_overrides_fini(&list);
	return rc;
}

static int
fake_reload(void *ctx, uint64_t *generation, struct wf_err *err)
{
	struct harness *h = ctx;

	return step(h, wf_conf_read_text(config_text, "test.conf", true, err), &h->setup->overrides,
		generation, err);
}

static struct wf_ctl_progress
fake_progress(void *ctx)
{
	struct harness *h = ctx;
	bool back = h->held_back > 0;

	h->held_back -= back;
	return (struct wf_ctl_progress){ h->generation - (back ? (h->lag > 0 ? h->lag : 1) : 0),
		h->since_ns };
}

wf_ns_t
harness_wall(const struct harness *h, wf_ns_t ns)
{
	return h->since_ns - NOW_NS + ns;
}

static wf_ns_t
fake_wall(void *ctx, wf_ns_t ns)
{
	return harness_wall(ctx, ns);
}

static int
fake_reset(void *ctx)
{
	struct harness *h = ctx;

	if (h->unanswered-- > 0)
		return -EAGAIN;
	h->resets++;
	return h->refuse;
}

static int
fake_capture_start(void *ctx, const struct wf_conf_capture *what, struct wf_err *err)
{
	struct harness *h = ctx;

	if (h->captured && h->captures.state == WF_CAPTURE_RUNS)
		return -EBUSY;
	if (strcmp(what->file, "no.pcapng") == 0)
		return wf_err_add(err, NULL, NULL, "no.pcapng cannot be written");
	h->captures = (struct wf_capture_status){
		.captured = 7, .missed = what->snaplen, .bytes = what->size_bytes, .file = 3
	};
	h->captures.rotates = what->size_bytes != 0;
	snprintf(h->captures.name, sizeof(h->captures.name), "%s", what->file);
	h->captured = true;
	return 0;
}

static int
fake_capture_stop(void *ctx)
{
	struct harness *h = ctx;

	if (!h->captured || h->captures.state != WF_CAPTURE_RUNS)
		return -ENOENT;
	h->captures.state = WF_CAPTURE_ENDED;
	return 0;
}

static bool
fake_capture_status(void *ctx, struct wf_capture_status *out)
{
	struct harness *h = ctx;

	*out = h->captures;
	return h->captured;
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	event_base_loopbreak(arg);
}

static void *
serve(void *arg)
{
	struct harness *h = arg;
	struct event *stop = event_new(h->base, h->stop[0], EV_READ, on_stop, h->base);

	event_add(stop, NULL);
	event_base_dispatch(h->base);
	event_free(stop);
	return NULL;
}

static void
write_tokens(struct harness *h)
{
	FILE *f;

	snprintf(h->tokens, sizeof(h->tokens), "%s/tokens", h->dir);
	f = fopen(h->tokens, "w");
	assert_non_null(f);
	fprintf(f, "# of the tests\n" HARNESS_ADMIN "\n\nread:" HARNESS_READ "\n");
	fclose(f);
	assert_int_equal(chmod(h->tokens, 0640), 0);
}

static int
start(void **state, bool tcp)
{
	struct harness *h = calloc(1, sizeof(*h));
	struct wf_err *err = wf_err_new();
	struct wf_ctl_ops ops = { h, fake_snapshot, fake_setup, fake_setup, fake_apply, fake_amend,
		fake_change, fake_undo, fake_reload, fake_progress, fake_wall, fake_reset,
		fake_schedule, fake_clock };
	struct wf_ctl_options opt = { .socket = h->path, .hosts = "lab.example, other.example" };

	ops.capture_start = fake_capture_start;
	ops.capture_stop = fake_capture_stop;
	ops.capture_status = fake_capture_status;
	snprintf(h->dir, sizeof(h->dir), "/tmp/wf-ctl-test-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->path, sizeof(h->path), "%s/control.sock", h->dir);
	snprintf(h->shipped, sizeof(h->shipped), "%s/shipped", h->dir);
	snprintf(h->own, sizeof(h->own), "%s/own", h->dir);
	assert_int_equal(mkdir(h->shipped, 0755), 0);
	assert_int_equal(mkdir(h->own, 0755), 0);
	opt.dirs = (struct wf_ctl_dirs){ h->own, h->shipped };
	if (tcp) {
		write_tokens(h);
		opt.http = "127.0.0.1:0";
		opt.token_file = h->tokens;
	}
	h->generation = 1;
	h->since_ns = (wf_ns_t)time(NULL) * WF_NS_PER_S;
	assert_int_equal(wf_setup_next(NULL, wf_conf_read_text(config_text, "test.conf", true, err),
				 NULL, NOW_NS, &h->setup, err),
		0);
	h->tree = h->setup->tree;
	h->events = ops.events = wf_event_log_new(HARNESS_EVENTS);
	assert_non_null(h->events);
	assert_int_equal(pipe(h->stop), 0);
	h->base = event_base_new();
	h->ctl = wf_ctl_new(h->base, &opt, &ops, err);
	wf_err_print(err, stderr);
	assert_non_null(h->ctl);
	wf_err_free(err);
	if (tcp)
		snprintf(h->http, sizeof(h->http), "%s", wf_ctl_http(h->ctl));
	assert_int_equal(pthread_create(&h->thread, NULL, serve, h), 0);
	*state = h;
	return 0;
}

int
harness_start(void **state)
{
	return start(state, false);
}

int
harness_start_tcp(void **state)
{
	return start(state, true);
}

void
harness_read(struct harness *h, const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_setup *next = NULL;

	assert_int_equal(wf_setup_next(NULL, wf_conf_read_text(text, "test.conf", false, err), NULL,
				 NOW_NS, &next, err),
		0);
	wf_setup_free(h->setup);
	h->setup = next;
	h->tree = next->tree;
	wf_err_free(err);
}

int
harness_stop(void **state)
{
	struct harness *h = *state;

	assert_int_equal(write(h->stop[1], "x", 1), 1);
	pthread_join(h->thread, NULL);
	wf_ctl_free(h->ctl);
	wf_event_log_free(h->events);
	event_base_free(h->base);
	close(h->stop[0]);
	close(h->stop[1]);
	wf_setup_free(h->setup);
	if (h->tokens[0] != '\0')
		unlink(h->tokens);
	assert_int_equal(rmdir(h->shipped), 0);
	assert_int_equal(rmdir(h->own), 0);
	/* Also proves that the socket's file is gone. */
	assert_int_equal(rmdir(h->dir), 0);
	free(h);
	return 0;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;

	r->text = realloc(r->text, r->len + size * n + 1);
	memcpy(r->text + r->len, data, size * n);
	r->len += size * n;
	r->text[r->len] = '\0';
	return size * n;
}

/* The value of header `name` in a line as it came, if it is that header. */
static void
take_header(const char *line, size_t len, const char *name, char out[64])
{
	size_t skip = strlen(name);

	if (len < skip || strncasecmp(line, name, skip) != 0)
		return;
	snprintf(out, 64, "%.*s", (int)(len - skip < 63 ? len - skip : 63), line + skip);
	out[strcspn(out, "\r\n")] = '\0';
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;

	take_header(data, size * n, "Allow: ", r->allow);
	take_header(data, size * n, "ETag: ", r->tag);
	take_header(data, size * n, "Content-Type: ", r->type);
	return size * n;
}

/* One request by this handle, which is cleaned up; url and headers are the caller's. */
static struct reply
perform(CURL *curl, const char *url, struct curl_slist *headers, const char *method,
	const char *body)
{
	struct reply r = { 0 };

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &r);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &r);
	if (body != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	assert_int_equal(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r.status);
	curl_easy_cleanup(curl);
	r.json = json_loadb(r.text ? r.text : "", r.len, 0, NULL);
	return r;
}

struct reply
call_with(const struct harness *h, const char *header, const char *method, const char *path,
	const char *media, const char *body)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	CURL *curl = curl_easy_init();
	char url[512], line[128];
	struct reply r;

	snprintf(url, sizeof(url), "http://localhost%s", path);
	snprintf(line, sizeof(line), media ? "Content-Type: %s" : "Content-Type:", media);
	headers = curl_slist_append(headers, line);
	if (header != NULL)
		headers = curl_slist_append(headers, header);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, h->path);
	r = perform(curl, url, headers, method, body);
	curl_slist_free_all(headers);
	return r;
}

struct reply
call_tcp(const struct harness *h, const char *const *headers, const char *method, const char *path,
	const char *body)
{
	struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
	char url[512];
	struct reply r;

	for (; *headers != NULL; headers++)
		list = curl_slist_append(list, *headers);
	snprintf(url, sizeof(url), "http://%s%s", h->http, path);
	r = perform(curl_easy_init(), url, list, method, body);
	curl_slist_free_all(list);
	return r;
}

struct reply
call(const struct harness *h, const char *method, const char *path, const char *media,
	const char *body)
{
	return call_with(h, NULL, method, path, media, body);
}

void
reply_free(struct reply *r)
{
	json_decref(r->json);
	free(r->text);
	*r = (struct reply){ 0 };
}

void
expect(const struct harness *h, long status, const char *method, const char *path,
	const char *media, const char *body)
{
	struct reply r = call(h, method, path, media, body);

	if (r.status != status)
		print_error("%s %s: %s\n", method, path, r.text);
	assert_int_equal(r.status, status);
	if (status >= 400) {
		assert_string_equal(r.type, "application/problem+json");
		assert_int_equal(json_integer_value(json_object_get(r.json, "status")), status);
		assert_non_null(json_string_value(json_object_get(r.json, "title")));
		assert_non_null(json_string_value(json_object_get(r.json, "detail")));
		assert_true(json_is_array(json_object_get(r.json, "errors")));
	}
	reply_free(&r);
}

const char *
text_at(const json_t *j, const char *path)
{
	char key[64];

	while (*path != '\0') {
		size_t len = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		j = json_object_get(j, key);
		path += len + (path[len] == '.');
	}
	return json_string_value(j);
}

int
raw_connect(const struct harness *h)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", h->path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

int
raw_connect_tcp(const struct harness *h)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(strrchr(h->http, ':') + 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}
