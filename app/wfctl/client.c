/* SPDX-License-Identifier: BSD-3-Clause
 * One HTTP request on the control socket, and plain words for all that can go wrong. One thread.
 */
#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wf_err.h"
#include "wf_json.h"
#include "wf_wrap.h"

#define CONNECT_TIMEOUT_MS 2000
/* A reload waits for every worker, and a large file takes its time to compile. */
#define TOTAL_TIMEOUT_MS 30000
#define MAX_REPLY        (256ul << 20)

struct reply {
	long status;
	char *data;
	size_t len;
};

/* libcurl's write callback: appends to the reply, which always ends with a zero. */
static size_t
append(char *data, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;
	size_t len = size * n;
	char *grown;

	if (r->len + len > MAX_REPLY)
		return 0;
	grown = realloc(r->data, r->len + len + 1);
	if (grown == NULL)
		return 0;
	memcpy(grown + r->len, data, len);
	r->data = grown;
	r->len += len;
	grown[r->len] = '\0';
	return len;
}

/* The same of a stream: what is no problem document is the caller's. */
struct streamed {
	CURL *curl;
	const struct client_request *r;
	struct reply *reply;
	bool begun;
};

static size_t
pass_on(char *data, size_t size, size_t n, void *arg)
{
	struct streamed *s = arg;
	long status = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return append(data, size, n, s->reply);
	s->begun = true;
	return s->r->write(data, size, n, s->r->write_ctx);
}

static void
say(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text != NULL)
		wf_wrap_message(text, 0, stderr);
	free(text);
}

/* Why nobody answers at `path`: asks the kernel, whose answer is exact. */
static void
explain_unreachable(const char *path, const char *curl_says)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, why = 0;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		say("wfctl: %s: too long for a socket's path.", path);
		return;
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		why = errno;
	if (fd >= 0)
		close(fd);
	switch (why) {
	case ENOENT:
		say("wfctl: %s: there is no such socket. Is wirefault running? If it has "
		    "another control.socket, name it with -s.",
			path);
		break;
	case ECONNREFUSED:
		say("wfctl: %s: nobody listens there. wirefault has ended without removing its "
		    "socket; start it again.",
			path);
		break;
	case EACCES:
	case EPERM:
		say("wfctl: %s: permission denied. Run wfctl as root, or as a member of the "
		    "socket's group.",
			path);
		break;
	default:
		say("wfctl: %s: no answer from wirefault: %s.", path,
			why != 0 && why != EAGAIN ? strerror(why) : curl_says);
		break;
	}
}

static const char *
member(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

/* One item of "errors", as the daemon itself would print it. */
static void
print_error(const json_t *e)
{
	/* wf_err_format only reads what the item points to. */
	const struct wf_err_item item = {
		.file = (char *)member(e, "file"),
		.line = (unsigned)json_integer_value(json_object_get(e, "line")),
		.path = (char *)member(e, "path"),
		.message = (char *)member(e, "message"),
		.hint = (char *)member(e, "hint"),
	};
	char line[1024];

	wf_err_format(&item, line, sizeof(line));
	fputs("  ", stderr);
	wf_wrap_message(line, 2, stderr);
}

/* The reply is not 2xx: prints its problem document, or its status when it has none. */
static void
explain_refusal(const struct reply *r)
{
	json_t *j = json_loadb(r->data ? r->data : "", r->len, 0, NULL);
	json_t *e;
	size_t i;

	if (member(j, "detail") == NULL)
		say("wfctl: wirefault replied with status %ld.", r->status);
	else
		say("wfctl: %s", member(j, "detail"));
	json_array_foreach(json_object_get(j, "errors"), i, e) print_error(e);
	json_decref(j);
}

/* libcurl's progress callback, once a second or so. Who reads us has gone (`| head -n 1`): we end
 * as by the write that would be the next. */
static int
on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (poll(&out, 1, 0) != 1 || !(out.revents & POLLERR))
		return 0;
	raise(SIGPIPE);
	return 1; /* it is ignored */
}

static CURLcode
perform(CURL *curl, const struct wfctl_options *o, const struct client_request *r,
	struct reply *reply)
{
	struct curl_slist *headers = NULL;
	char url[512], line[128];
	CURLcode rc;

	snprintf(url, sizeof(url), "http://localhost%s", r->path);
	snprintf(line, sizeof(line), "Accept: %s", r->accept ? r->accept : "application/json");
	headers = curl_slist_append(headers, line);
	headers = curl_slist_append(headers, "Expect:"); /* no waiting for "100 Continue" */
	if (r->media != NULL) {
		snprintf(line, sizeof(line), "Content-Type: %s", r->media);
		headers = curl_slist_append(headers, line);
	}
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, o->socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever http_proxy says */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	if (r->write == NULL) {
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TOTAL_TIMEOUT_MS);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
	}
	if (r->waits) {
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	}
	if (r->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(r->body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, r->body);
	}
	rc = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_slist_free_all(headers);
	return rc;
}

int
client_text(const struct wfctl_options *o, const struct client_request *r, char **text)
{
	struct reply reply = { 0 };
	CURL *curl = curl_easy_init();
	CURLcode rc = curl != NULL ? perform(curl, o, r, &reply) : CURLE_OUT_OF_MEMORY;
	int result = WFCTL_OK;

	if (rc == CURLE_ABORTED_BY_CALLBACK) {
		result = WFCTL_FAILED;
	} else if (rc != CURLE_OK) {
		explain_unreachable(o->socket, curl_easy_strerror(rc));
		result = WFCTL_UNREACHABLE;
	} else if (reply.status < 200 || reply.status > 299) {
		explain_refusal(&reply);
		result = WFCTL_FAILED;
	}
	curl_easy_cleanup(curl);
	if (result == WFCTL_OK)
		*text = reply.data != NULL ? reply.data : strdup("");
	else
		free(reply.data);
	return result;
}

int
client_stream(const struct wfctl_options *o, const struct client_request *r)
{
	struct reply reply = { 0 };
	CURL *curl = curl_easy_init();
	struct streamed s = { curl, r, &reply, false };
	CURLcode rc = CURLE_OUT_OF_MEMORY;
	int result = WFCTL_OK;

	if (curl != NULL) {
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, pass_on);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, &s);
		rc = perform(curl, o, r, &reply);
	}
	if (reply.status != 0 && reply.status != 200) {
		explain_refusal(&reply);
		result = WFCTL_FAILED;
	} else if (s.begun) {
		result = rc == CURLE_WRITE_ERROR ? WFCTL_OK : WFCTL_UNREACHABLE;
	} else if (rc != CURLE_OK) {
		explain_unreachable(o->socket, curl_easy_strerror(rc));
		result = WFCTL_UNREACHABLE;
	}
	curl_easy_cleanup(curl);
	free(reply.data);
	return result;
}

int
client_json(const struct wfctl_options *o, const struct client_request *r, json_t **j)
{
	json_error_t at;
	char *text = NULL;
	int rc = client_text(o, r, &text);

	if (rc != WFCTL_OK)
		return rc;
	*j = json_loads(text != NULL ? text : "", 0, &at);
	free(text);
	if (*j != NULL)
		return WFCTL_OK;
	fprintf(stderr, "wfctl: %s: the reply is not JSON: %s.\n", o->socket, at.text);
	return WFCTL_FAILED;
}

int
client_get(const struct wfctl_options *o, const char *path, json_t **j)
{
	const struct client_request r = { .method = "GET", .path = path };

	return client_json(o, &r, j);
}

int
client_wait(const struct wfctl_options *o, const char *path, json_t **j)
{
	const struct client_request r = { .method = "GET", .path = path, .waits = true };

	return client_json(o, &r, j);
}

int
client_print_json(const json_t *j)
{
	if (json_dumpf(j, stdout, WF_JSON_FLAGS) < 0)
		return WFCTL_FAILED;
	putchar('\n');
	return WFCTL_OK;
}

void
client_print_value(const json_t *j)
{
	if (j == NULL || json_is_null(j))
		fputs("(not set)", stdout);
	else if (json_is_string(j))
		fputs(json_string_value(j), stdout);
	else
		json_dumpf(j, stdout, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
}

void
client_print_generation(const json_t *reply)
{
	const json_t *pending = json_object_get(reply, "pending");
	long long generation = json_integer_value(json_object_get(reply, "generation"));

	if (pending == NULL)
		printf("Every worker runs generation %lld.\n", generation);
	else
		printf("A worker still runs generation %lld: it has not come to %lld yet.\n",
			generation, (long long)json_integer_value(pending));
}
