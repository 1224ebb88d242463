/* SPDX-License-Identifier: BSD-3-Clause
 * How interfaces of the host were found, as a file. Control thread.
 */
#include "wf_found.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_slurp.h"

#define HEAD      "wirefault-host 1\n"
#define MAX_BYTES (1u << 20)

static void
format_words(const uint32_t *word, uint32_t n, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%x", i ? "," : "", word[i]);
}

void
wf_found_format(const struct wf_found *f, char out[WF_FOUND_LINE])
{
	char changed[96], wanted[96];

	format_words(f->offloads.changed, f->offloads.words, changed, sizeof(changed));
	format_words(f->offloads.wanted, f->offloads.words, wanted, sizeof(wanted));
	snprintf(out, WF_FOUND_LINE,
		"name=%s index=%d ns=%llu:%llu peer=%d xdp=%d flags=%x mtu=%d words=%u changed=%s "
		"wanted=%s path=%s",
		f->name, f->ifindex, (unsigned long long)f->netns.dev,
		(unsigned long long)f->netns.ino, f->peer, f->xdp, (unsigned short)f->flags, f->mtu,
		f->offloads.words, changed, wanted, f->netns.path);
}

/* "ff,0,3" of n words. */
static bool
parse_words(const char *text, uint32_t n, uint32_t *word)
{
	for (uint32_t i = 0; i < n; i++) {
		char *end;
		unsigned long v = strtoul(text, &end, 16);

		if (end == text || v > UINT32_MAX || *end != (i + 1 < n ? ',' : '\0'))
			return false;
		word[i] = (uint32_t)v;
		text = end + 1;
	}
	return n > 0 || *text == '\0';
}

int
wf_found_parse(const char *line, struct wf_found *out)
{
	unsigned long long dev, ino;
	unsigned peer, xdp, flags, words;
	char changed[97] = "", wanted[97] = "";
	const char *path = strstr(line, " path="), *at = strstr(line, " changed=");
	int end = -1;

	memset(out, 0, sizeof(*out));
	if (sscanf(line,
		    "name=%15[^ ] index=%d ns=%llu:%llu peer=%1u xdp=%1u flags=%4x mtu=%d "
		    "words=%2u%n",
		    out->name, &out->ifindex, &dev, &ino, &peer, &xdp, &flags, &out->mtu, &words,
		    &end) != 9 ||
		path == NULL || at == NULL || at != line + end || words > WF_OFFLOAD_WORDS ||
		peer > 1 || xdp > 1 || out->ifindex <= 0 || out->mtu < 0 ||
		strlen(path + 6) >= sizeof(out->netns.path))
		return -EINVAL;
	/* Without words both are empty, which no scanf takes. */
	if (words > 0 && sscanf(at, " changed=%96[^ ] wanted=%96[^ ] path=", changed, wanted) != 2)
		return -EINVAL;
	out->offloads.words = words;
	if (!parse_words(changed, words, out->offloads.changed) ||
		!parse_words(wanted, words, out->offloads.wanted))
		return -EINVAL;
	out->netns.dev = (dev_t)dev;
	out->netns.ino = (ino_t)ino;
	out->peer = peer;
	out->xdp = xdp;
	out->flags = (short)flags;
	memcpy(out->netns.path, path + 6, strlen(path + 6) + 1);
	return 0;
}

static int
write_all(int fd, const struct wf_found *list, uint32_t n)
{
	char line[WF_FOUND_LINE];
	bool ok;

	errno = 0;
	ok = dprintf(fd, HEAD) > 0;

	for (uint32_t i = 0; i < n && ok; i++) {
		wf_found_format(&list[i], line);
		ok = dprintf(fd, "%s\n", line) > 0;
	}
	if (ok && fsync(fd) == 0)
		return 0;
	return errno != 0 ? -errno : -EIO;
}

/* The new name, too, is on the disk. */
static void
sync_folder(const char *path)
{
	char *copy = strdup(path), *slash = copy ? strrchr(copy, '/') : NULL;
	int fd;

	if (slash) {
		slash[slash == copy] = '\0';
		fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			fsync(fd);
			close(fd);
		}
	}
	free(copy);
}

int
wf_found_write(const char *path, const struct wf_found *list, uint32_t n)
{
	char *whole;
	int fd, rc;

	if (n == 0)
		return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
	if (asprintf(&whole, "%s.new", path) < 0)
		return -ENOMEM;
	fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	rc = fd < 0 ? -errno : write_all(fd, list, n);
	if (fd >= 0 && close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(whole, path) < 0)
		rc = -errno;
	if (rc == 0)
		sync_folder(path);
	if (rc < 0 && fd >= 0)
		unlink(whole);
	free(whole);
	return rc;
}

/* The lines behind the first. The number of entries, or -EINVAL. */
static int
parse_all(char *text, const char *path, struct wf_found *list, struct wf_err *err)
{
	struct wf_where where = { path, 1, NULL };
	int n = 0;

	for (char *line = text, *end; *line != '\0'; line = end + 1) {
		where.line++;
		end = strchr(line, '\n');
		if (end == NULL || n == WF_FOUND_MAX)
			return wf_err_add(err, &where, NULL,
				end == NULL ? "the line has no end" : "more than 1024 interfaces");
		*end = '\0';
		if (wf_found_parse(line, &list[n++]) < 0)
			return wf_err_add(err, &where,
				"Nothing was changed. Put the interfaces right by hand, and remove "
				"the "
				"file",
				"it is damaged: this is no interface");
	}
	return n;
}

int
wf_found_read(const char *path, struct wf_found **list, struct wf_err *err)
{
	struct wf_where where = { path, 1, NULL };
	char *text;
	int n;

	*list = NULL;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	text = wf_slurp(path, MAX_BYTES, NULL, NULL, err);
	if (text == NULL)
		return -EINVAL;
	*list = calloc(WF_FOUND_MAX, sizeof(**list));
	if (*list == NULL)
		n = wf_err_add(err, NULL, NULL, "out of memory");
	else if (strncmp(text, HEAD, strlen(HEAD)) != 0)
		n = wf_err_add(err, &where, "Another version of wirefault may have written it",
			"this is not what wirefault changed on this host");
	else
		n = parse_all(text + strlen(HEAD), path, *list, err);
	free(text);
	if (n < 0) {
		free(*list);
		*list = NULL;
		return -EINVAL;
	}
	return n;
}
