/* SPDX-License-Identifier: BSD-3-Clause
 * A client for the server under test.
 */
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "harness.h"

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
