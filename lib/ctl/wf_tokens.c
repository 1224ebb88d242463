/* SPDX-License-Identifier: BSD-3-Clause
 * Tokens: read as a whole, compared in constant time. Control thread only.
 */
#include "wf_tokens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_slurp.h"

#define FILE_MAX   (64 * 1024)
#define TOKENS_MAX 256

struct token {
	enum wf_role role;
	unsigned char text[WF_TOKEN_MAX]; /* padded with zeros */
};

struct wf_tokens {
	uint32_t n;
	struct token at[TOKENS_MAX];
};

static const char read_prefix[] = "read:";

/* What is wrong with it; NULL: nothing. */
static const char *
fault_of(const char *text, size_t len)
{
	if (len < WF_TOKEN_MIN)
		return "a token has at least 16 characters";
	if (len > WF_TOKEN_MAX)
		return "a token has at most 256 characters";
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return "a token has printable characters without spaces only";
	return NULL;
}

static void
read_line(struct wf_tokens *t, const char *line, size_t len, const struct wf_where *where,
	struct wf_err *err)
{
	const size_t prefix = sizeof(read_prefix) - 1;
	enum wf_role role = WF_ROLE_ADMIN;
	const char *fault;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	if (len == 0 || line[0] == '#')
		return;
	if (len >= prefix && memcmp(line, read_prefix, prefix) == 0) {
		role = WF_ROLE_READ;
		line += prefix;
		len -= prefix;
	}
	fault = t->n == TOKENS_MAX ? "more than 256 tokens" : fault_of(line, len);
	if (fault != NULL) {
		wf_err_add(err, where,
			"Make one with: head -c 24 /dev/urandom | base64; for one that may only "
			"look write read: before it",
			"%s", fault);
		return;
	}
	t->at[t->n].role = role;
	memcpy(t->at[t->n++].text, line, len);
}

struct wf_tokens *
wf_tokens_parse(const char *text, const char *name, struct wf_err *err)
{
	struct wf_tokens *t = calloc(1, sizeof(*t));
	struct wf_where where = { .file = name };
	size_t before = wf_err_count(err);

	if (t == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		where.line++;
		read_line(t, text, len, &where, err);
		text += len + (text[len] == '\n');
	}
	where.line = 0;
	if (wf_err_count(err) == before && t->n == 0)
		wf_err_add(err, &where, "Write one token a line", "there is no token");
	if (wf_err_count(err) == before)
		return t;
	wf_tokens_free(t);
	return NULL;
}

struct wf_tokens *
wf_tokens_read(const char *path, struct wf_err *err)
{
	const struct wf_where where = { .file = path };
	struct wf_tokens *t = NULL;
	struct stat st;
	size_t size;
	char *text;

	if (stat(path, &st) == 0 && (st.st_mode & 0007) != 0) {
		wf_err_add(err, &where, "Run chmod o= on it",
			"others than its owner and group may read the tokens");
		return NULL;
	}
	text = wf_slurp(path, FILE_MAX, &size, NULL, err);
	if (text != NULL && strlen(text) != size)
		wf_err_add(err, &where, NULL, "the file of tokens has a zero byte");
	else if (text != NULL)
		t = wf_tokens_parse(text, path, err);
	if (text != NULL)
		explicit_bzero(text, size);
	free(text);
	return t;
}

void
wf_tokens_free(struct wf_tokens *t)
{
	if (t != NULL)
		explicit_bzero(t, sizeof(*t));
	free(t);
}

enum wf_role
wf_tokens_role(const struct wf_tokens *t, const char *token)
{
	unsigned char given[WF_TOKEN_MAX] = { 0 };
	size_t len = strnlen(token, WF_TOKEN_MAX + 1);
	unsigned role = 0;

	if (len < WF_TOKEN_MIN || len > WF_TOKEN_MAX)
		return WF_ROLE_NONE;
	memcpy(given, token, len);
	for (uint32_t i = 0; i < t->n; i++) {
		volatile unsigned char differ = 0;

		for (size_t k = 0; k < WF_TOKEN_MAX; k++)
			differ |= given[k] ^ t->at[i].text[k];
		/* All ones where nothing differs. */
		role |= (unsigned)t->at[i].role & (((unsigned)differ - 1u) >> 8);
	}
	explicit_bzero(given, sizeof(given));
	return role > WF_ROLE_ADMIN ? WF_ROLE_ADMIN : (enum wf_role)role;
}
