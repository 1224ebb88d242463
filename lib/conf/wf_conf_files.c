/* SPDX-License-Identifier: BSD-3-Clause
 * Names of files in configurations. Control threads only.
 */
#include "wf_conf_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Arguments of DPDK's devices that name files. (What net_memif calls a socket has no file by
 * default.) */
static const struct {
	const char *driver, *key;
} file_keys[] = {
	{ "net_pcap", "rx_pcap" },
	{ "net_pcap", "tx_pcap" },
	{ "net_af_xdp", "xdp_prog" },
	{ "net_vhost", "iface" },
	{ "net_virtio_user", "path" },
};

static int
folder_length(const char *from)
{
	const char *slash = from != NULL ? strrchr(from, '/') : NULL;

	return slash != NULL ? (int)(slash + 1 - from) : 0;
}

char *
wf_conf_path_beside(const char *name, const char *from)
{
	char *path;

	if (*name == '/')
		return strdup(name);
	if (asprintf(&path, "%.*s%s", folder_length(from), from != NULL ? from : "", name) < 0)
		return NULL;
	return path;
}

char *
wf_conf_path_absolute(const char *name, const char *from)
{
	bool whole = *name == '/' || (folder_length(from) > 0 && *from == '/');
	char *here = whole ? strdup("") : getcwd(NULL, 0);
	char *beside = wf_conf_path_beside(name, from), *path = NULL;

	if (here != NULL && beside != NULL &&
		asprintf(&path, "%s%s%s", here, *here != 0 ? "/" : "", beside) < 0)
		path = NULL;
	free(here);
	free(beside);
	return path;
}

/* Is it of this driver, numbered or not? */
static bool
is_of(const char *device, const char *driver)
{
	size_t n = strlen(driver);

	if (strncmp(device, driver, n) != 0)
		return false;
	n += strspn(device + n, "0123456789");
	return device[n] == ',';
}

/* Does an argument ("key=value") name a file that has no whole path? Returns where the name begins;
 * 0: it does not. */
static size_t
name_in(const char *device, const char *argument, size_t length)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(file_keys); i++) {
		size_t n = strlen(file_keys[i].key);

		if (is_of(device, file_keys[i].driver) && length > n + 1 &&
			strncmp(argument, file_keys[i].key, n) == 0 && argument[n] == '=' &&
			argument[n + 1] != '/')
			return n + 1;
	}
	return 0;
}

/* The argument with its name made a path, or as it is. */
static char *
settle(const char *device, const char *argument, size_t length, const char *from,
	char *(*path)(const char *name, const char *from))
{
	char *given = strndup(argument, length), *made = NULL, *out = NULL;
	size_t at = name_in(device, argument, length);

	if (given != NULL && at != 0)
		made = path(given + at, from);
	if (given == NULL || at == 0 || (made != NULL && strchr(made, ',') != NULL)) {
		free(made);
		return given;
	}
	if (made != NULL && asprintf(&out, "%.*s%s", (int)at, given, made) < 0)
		out = NULL;
	free(given);
	free(made);
	return out;
}

char *
wf_conf_device_files(
	const char *device, const char *from, char *(*path)(const char *name, const char *from))
{
	size_t n = strcspn(device, ",");
	char *out = strndup(device, n);

	for (const char *at = device + n; out != NULL && *at == ','; at += 1 + n) {
		char *argument, *longer = NULL;

		n = strcspn(at + 1, ",");
		argument = settle(device, at + 1, n, from, path);
		if (argument != NULL && asprintf(&longer, "%s,%s", out, argument) < 0)
			longer = NULL;
		free(argument);
		free(out);
		out = longer;
	}
	return out;
}
