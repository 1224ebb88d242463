/* SPDX-License-Identifier: BSD-3-Clause
 * Names of capture files: who may ask for captures over the control socket must not get at other
 * files. One thread.
 */
#include "wf_capture_name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".pcapng"
/* What the number of a file adds. */
#define NUMBER_ROOM 8

static size_t
stem(const char *name)
{
	size_t n = strlen(name), k = strlen(SUFFIX);

	return n > k && strcmp(name + n - k, SUFFIX) == 0 ? n - k : 0;
}

int
wf_capture_name_check(const char *name, struct wf_err *err)
{
	if (strchr(name, '/') != NULL || name[0] == '.')
		return wf_err_add(err, NULL, "Write only a name, such as lab.pcapng",
			"\"%.100s\" is not the name of a file in the folder of captures", name);
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return wf_err_add(err, NULL, NULL, "a name of a file is plain text");
	if (stem(name) == 0 || strlen(name) > WF_CAPTURE_NAME - NUMBER_ROOM - 1)
		return wf_err_add(err, NULL, "Write a name such as lab.pcapng",
			"\"%.100s\" is not a name that ends in .pcapng, of at most %d bytes", name,
			WF_CAPTURE_NAME - NUMBER_ROOM - 1);
	return 0;
}

const char *
wf_capture_name_of(const char *name, uint32_t n, char out[WF_CAPTURE_NAME])
{
	if (n == 0)
		snprintf(out, WF_CAPTURE_NAME, "%s", name);
	else
		snprintf(out, WF_CAPTURE_NAME, "%.*s-%05u" SUFFIX, (int)stem(name), name, n);
	return out;
}

int
wf_capture_name_open(int dir, const char *name, struct wf_err *err)
{
	struct wf_where where = { .file = name };
	/* A FIFO would hold us up without O_NONBLOCK. */
	int fd = openat(dir, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
		0640);
	int rc = fd < 0 ? -errno : 0;
	struct stat st;

	if (rc == 0 && fstat(fd, &st) < 0)
		rc = -errno;
	if (rc == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	rc = rc == 0 ? -EINVAL : rc;
	wf_err_add(err, &where, "Check the folder and its permissions", "cannot be written: %s",
		rc == -ELOOP || rc == -EINVAL || rc == -ENXIO ? "it is no regular file"
							      : strerror(-rc));
	return rc;
}
