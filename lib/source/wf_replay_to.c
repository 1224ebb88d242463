/* SPDX-License-Identifier: BSD-3-Clause
 * Where a pcap port writes what is sent to it. Control thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_replay_args.h"
#include "wf_replay_spec.h"

/* Can it be made there, and is it none that comes from here? */
static int
check_path(const char *path, const struct wf_where *where, struct wf_err *err)
{
	const char *slash = strrchr(path, '/');
	size_t n = strlen(path);
	char *folder;
	struct stat st;
	int ret = 0;

	if (n < 8 || strcmp(path + n - 7, ".pcapng") != 0)
		return wf_err_add(err, where, "Write to=out.pcapng",
			"\"%.200s\" is not the name of a file that ends in .pcapng", path);
	folder = slash != NULL ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");
	if (folder == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	if (stat(folder, &st) < 0 || !S_ISDIR(st.st_mode))
		ret = wf_err_add(err, where, "Make the folder, or write another",
			"%.200s: there is no folder to write it to", path);
	free(folder);
	return ret;
}

/* What is wrong with the files themselves is said elsewhere. */
bool
wf_replay_reads(const char *device, const char *path, const struct wf_where *where)
{
	struct wf_err *unsaid = wf_err_new();
	struct wf_replay_spec s = { 0 };
	struct stat to, from;
	bool reads = false;

	if (unsaid != NULL && stat(path, &to) == 0 &&
		wf_replay_parse(device, &s, where, unsaid) == 0)
		for (uint32_t i = 0; i < s.n_files; i++)
			reads |= stat(s.file[i], &from) == 0 && from.st_dev == to.st_dev &&
				 from.st_ino == to.st_ino;
	wf_replay_release(&s);
	wf_err_free(unsaid);
	return reads;
}

/* It would be emptied before it is read. */
static int
check_inputs(const char *device, const char *path, const struct wf_where *where, struct wf_err *err)
{
	if (!wf_replay_reads(device, path, where))
		return 0;
	return wf_err_add(err, where, "Write to=another.pcapng",
		"%.200s can't be sent and written at once", path);
}

int
wf_replay_to(const char *device, struct wf_replay_to *out, const struct wf_where *where,
	struct wf_err *err)
{
	struct wf_replay_args p;
	int ret = wf_replay_args_read(device, &p, where, err);

	*out = (struct wf_replay_to){ .buffer_bytes = p.buffer_bytes };
	if (ret == 0 && p.to == NULL && p.given >> WF_REPLAY_ARG_BUFFER & 1)
		ret = wf_err_add(err, where, "Add to=out.pcapng",
			"buffer is for a file that is written, and there is none");
	if (ret == 0 && p.to != NULL)
		ret = check_path(p.to, where, err) | check_inputs(device, p.to, where, err);
	if (ret == 0 && p.to != NULL && (out->path = strdup(p.to)) == NULL)
		ret = wf_err_add(err, where, NULL, "out of memory");
	wf_param_release(wf_replay_table, &p);
	return ret < 0 ? -EINVAL : 0;
}
