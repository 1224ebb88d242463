/* SPDX-License-Identifier: BSD-3-Clause
 * The keys of a capture: in a file they say what is captured from the start on, and what holds for
 * captures that are asked for later, unless those say otherwise. Control threads only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"

enum { CAPTURE_DIRECTORY, CAPTURE_FILE };

const struct wf_param wf_capture_table[] = {
	[CAPTURE_DIRECTORY] = { .name = "directory",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_capture_params, directory),
		.fallback = WF_CONF_DEFAULT_CAPTURES,
		.help = "where captures are written; whoever asks for one later gives only a name "
			"in it" },
	[CAPTURE_FILE] = { .name = "file",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_capture_params, file),
		.help = "name in `directory`, ending in .pcapng, of a capture from the first "
			"packet on; absent: none" },
	{ .name = "filter",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_capture_params, filter),
		.help = "tcpdump expression: only packets for which it holds" },
	{ .name = "link",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_capture_params, link),
		.help = "only packets of this link" },
	{ .name = "snaplen",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_capture_params, snaplen),
		.fallback = "65535",
		.min = "14",
		.max = "65535",
		.help = "bytes kept of each packet" },
	{ .name = "size",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_capture_params, size_bytes),
		.min = "64KiB",
		.max = "1024GB",
		.help = "another file begins when one has so many bytes; absent: one file" },
	{ .name = "time",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_capture_params, time_ns),
		.min = "10ms",
		.max = "8760h",
		.help = "another file begins with a packet so long after the first of one" },
	{ .name = "files",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_capture_params, files),
		.fallback = "0",
		.max = "99999",
		.help = "so many files are kept, the last ones; 0: all" },
	{ .name = "memory",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_capture_params, memory_bytes),
		.fallback = "64MiB",
		.min = "1MiB",
		.max = "16GiB",
		.help = "for packets that wait to be written, while a capture runs; what finds no "
			"room is missed by the capture, never by the network" },
	{ 0 },
};

/* Where that key stands; nowhere, if it comes from above: a request does not say it. */
static struct wf_where
where_of(const struct wf_node *n, const char *key)
{
	const struct wf_node *k = n != NULL ? wf_node_get(n, key) : NULL;

	return k != NULL ? wf_conf_keep_where(k) : (struct wf_where){ 0 };
}

/* false: out of memory. */
static bool
text(char **out, const char *own, const char *above)
{
	const char *s = own != NULL ? own : above;

	*out = s != NULL ? strdup(s) : NULL;
	return s == NULL || *out != NULL;
}

int
wf_conf_bind_capture(const struct wf_node *n, const struct wf_conf_capture *above,
	struct wf_conf_capture *out, struct wf_err *err)
{
	size_t before = wf_err_count(err);
	struct wf_capture_params p = { 0 };

	memset(out, 0, sizeof(*out));
	if (wf_param_defaults(wf_capture_table, &p) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (above != NULL) {
		p.snaplen = above->snaplen;
		p.size_bytes = above->size_bytes;
		p.time_ns = above->time_ns;
		p.files = above->files;
		p.memory_bytes = above->memory_bytes;
	}
	if (n != NULL)
		wf_conf_bind_table(n, wf_capture_table, 0, &p, err);
	if (above != NULL && (p.given & 1u << CAPTURE_DIRECTORY))
		wf_conf_complain(err, wf_node_get(n, "directory"),
			"Write the name alone, and the folder into the configuration",
			"the folder of captures is the configuration's to say");
	if (p.files != 0 && p.size_bytes == 0 && p.time_ns == 0)
		wf_err_add(err, NULL, "Write size = \"100MB\", or time = \"1h\"",
			"`files` of a capture says how many are kept, but nothing says when "
			"another begins");
	*out = (struct wf_conf_capture){ .filter_where = where_of(n, "filter"),
		.link_where = where_of(n, "link"),
		.snaplen = (uint32_t)p.snaplen,
		.files = (uint32_t)p.files,
		.size_bytes = p.size_bytes,
		.time_ns = p.time_ns,
		.memory_bytes = p.memory_bytes };
	if (!text(&out->directory, above != NULL ? above->directory : p.directory, NULL) ||
		!text(&out->file, p.file, NULL) ||
		!text(&out->filter, p.filter, above != NULL ? above->filter : NULL) ||
		!text(&out->link, p.link, above != NULL ? above->link : NULL))
		wf_err_add(err, NULL, NULL, "out of memory");
	wf_param_release(wf_capture_table, &p);
	if (wf_err_count(err) == before)
		return 0;
	wf_conf_free_capture(out);
	return -EINVAL;
}

void
wf_conf_free_capture(struct wf_conf_capture *c)
{
	free(c->directory);
	free(c->file);
	free(c->filter);
	free(c->link);
	wf_conf_free_where(&c->filter_where);
	wf_conf_free_where(&c->link_where);
	memset(c, 0, sizeof(*c));
}
