/* SPDX-License-Identifier: BSD-3-Clause
 * NAME.conf in a directory. Control thread only.
 */
#include "wf_texts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wf_folder.h"

bool
wf_texts_is_name(const char *name)
{
	static const char first[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(name);

	if (len == 0 || len >= WF_TEXTS_NAME_MAX || strchr(first, name[0]) == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (strchr(first, name[i]) == NULL && name[i] != '-' && name[i] != '_')
			return false;
	return true;
}

/* Opens the directory, and writes what the name's file in it is called. -EINVAL: it is no name. */
static int
open_dir(const char *dir, const char *name, char file[WF_TEXTS_NAME_MAX + 8])
{
	int fd;

	if (!wf_texts_is_name(name))
		return -EINVAL;
	snprintf(file, WF_TEXTS_NAME_MAX + 8, "%s.conf", name);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The whole file, of a plain file only. */
static int
read_all(int fd, char **text)
{
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;
	char *buf;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > (off_t)WF_TEXTS_BYTES_MAX)
		return -EFBIG;
	buf = malloc((size_t)st.st_size + 1);
	if (buf == NULL)
		return -ENOMEM;
	while (len < (size_t)st.st_size && (n = read(fd, buf + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	if (n < 0) {
		free(buf);
		return -errno;
	}
	buf[len] = '\0';
	*text = buf;
	return 0;
}

int
wf_texts_get(const char *dir, const char *name, char **text)
{
	char file[WF_TEXTS_NAME_MAX + 8];
	int at, fd, rc;

	at = open_dir(dir, name, file);
	if (at < 0)
		return at;
	/* Whoever put a fifo there does not stop us. */
	fd = openat(at, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	rc = fd < 0 ? -errno : read_all(fd, text);
	if (fd >= 0)
		close(fd);
	close(at);
	return rc;
}

static int
write_all(int fd, const char *text)
{
	size_t len = strlen(text), done = 0;

	while (done < len) {
		ssize_t n = write(fd, text + done, len - done);

		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int
wf_texts_put(const char *dir, const char *name, const char *text)
{
	char file[WF_TEXTS_NAME_MAX + 8], temp[WF_TEXTS_NAME_MAX + 16];
	int at, fd, rc;

	at = open_dir(dir, name, file);
	if (at < 0)
		return at;
	snprintf(temp, sizeof(temp), ".%s.new", name);
	unlinkat(at, temp, 0); /* of a run that was killed */
	fd = openat(at, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	rc = fd < 0 ? -errno : write_all(fd, text);
	if (fd >= 0)
		close(fd);
	if (rc == 0 && renameat(at, temp, at, file) < 0)
		rc = -errno;
	if (rc < 0 && fd >= 0)
		unlinkat(at, temp, 0);
	close(at);
	return rc;
}

int
wf_texts_remove(const char *dir, const char *name)
{
	char file[WF_TEXTS_NAME_MAX + 8];
	int at, rc;

	at = open_dir(dir, name, file);
	if (at < 0)
		return at;
	rc = unlinkat(at, file, 0) < 0 ? -errno : 0;
	close(at);
	return rc;
}

int
wf_texts_list(const char *dir, int (*fn)(void *ctx, const char *name), void *ctx)
{
	struct dirent **entries = NULL;
	int n = wf_folder_scan(dir, &entries), rc = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;

		name[wf_folder_stem(entries[i])] = '\0';
		if (rc == 0 && wf_texts_is_name(name))
			rc = fn(ctx, name);
		free(entries[i]);
	}
	free(entries);
	return rc;
}
