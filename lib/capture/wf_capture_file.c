/* SPDX-License-Identifier: BSD-3-Clause
 * Files of a capture: interfaces, rotation, counts. One thread, but for counts.
 */
#include "wf_capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_capture_text.h"
#include "wf_units.h"

struct wf_capture_file {
	int dir;
	char *name;
	uint32_t snaplen, files;
	uint64_t size_bytes;
	wf_ns_t time_ns, base_ns;
	bool rotates, leaving; /* leaving: its packets go out, whatever their point */
	uint32_t n_ifaces;
	struct wf_cap_log_iface *ifaces;
	struct wf_cap_log *log;    /* NULL: ended */
	wf_ns_t begun_ns, last_ns; /* first and last record of the file */
	bool any;                  /* it has a record */
	int error;
	uint64_t before_bytes;   /* of the files before */
	_Atomic uint64_t bytes;  /* of all, relaxed: a number to look at, as those below */
	_Atomic uint32_t number; /* of the file */
	struct {
		_Atomic uint64_t captured, lost;
	} n[]; /* [n_ifaces] */
};

struct wf_capture_options
wf_capture_options_of(const struct wf_conf_capture *c)
{
	return (struct wf_capture_options){ .directory = c->directory,
		.name = c->file,
		.filter = c->filter,
		.link = c->link,
		.filter_where = c->filter_where,
		.link_where = c->link_where,
		.snaplen = c->snaplen,
		.size_bytes = c->size_bytes,
		.time_ns = c->time_ns,
		.files = c->files,
		.memory_bytes = c->memory_bytes };
}

static void
check_range(const char *what, uint64_t value, uint64_t min, uint64_t max, const char *bounds,
	struct wf_err *err)
{
	if (value < min || value > max)
		wf_err_add(err, NULL, NULL, "%s is %s", what, bounds);
}

int
wf_capture_check(const struct wf_capture_options *o, struct wf_err *err)
{
	size_t before = wf_err_count(err);

	check_range("snaplen", o->snaplen, WF_CAPTURE_SNAPLEN_MIN, WF_CAPTURE_SNAPLEN,
		"14 to 65535 bytes", err);
	if (o->size_bytes != 0)
		check_range("size", o->size_bytes, WF_CAPTURE_SIZE_MIN, UINT64_MAX,
			"64KiB at least", err);
	if (o->time_ns != 0)
		check_range(
			"time", o->time_ns, WF_CAPTURE_TIME_MIN, UINT64_MAX, "10ms at least", err);
	check_range("memory", o->memory_bytes, WF_CAPTURE_MEMORY_MIN, WF_CAPTURE_MEMORY_MAX,
		"1MiB to 16GiB", err);
	if (o->files != 0 && o->size_bytes == 0 && o->time_ns == 0)
		wf_err_add(err, NULL, "Write size=100MB, or time=1h",
			"files says how many are kept, but nothing says when another begins");
	return wf_err_count(err) == before ? 0 : -EINVAL;
}

int
wf_capture_dirs(const struct wf_capture_options *o, const struct wf_conf *conf, uint32_t *first,
	uint32_t *end, struct wf_err *err)
{
	const char *names[WF_CONF_MAX_LINKS + 1] = { 0 }, *near;
	char hint[WF_NAME_MAX + 32];

	*first = 0;
	*end = o->iface != NULL ? 1 : 2 * conf->n_links;
	if (o->link == NULL)
		return 0;
	for (uint32_t i = 0; i < conf->n_links; i++) {
		names[i] = conf->links[i].name;
		if (strcmp(o->link, names[i]) != 0)
			continue;
		*first = 2 * i;
		*end = *first + 2;
		return 0;
	}
	near = wf_suggest(o->link, names);
	snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near != NULL ? near : "");
	return wf_err_add(err, &o->link_where, near != NULL ? hint : NULL,
		"there is no link \"%.64s\"", o->link);
}

static int
name_ifaces(struct wf_capture_file *f, const struct wf_conf *conf)
{
	static const char *const points[WF_CAPTURE_POINTS] = { "in", "out", "lost" };
	static const char *const sides[2] = { "ab", "ba" };

	for (uint32_t i = 0; i < f->n_ifaces; i++) {
		uint32_t dir = i / WF_CAPTURE_POINTS, point = i % WF_CAPTURE_POINTS;
		const struct wf_conf_link *l = &conf->links[dir / 2];
		uint32_t at = l->port[point == WF_CAPTURE_OUT ? 1 - dir % 2 : dir % 2];
		const struct wf_conf_port *p = at < conf->n_ports ? &conf->ports[at] : NULL;
		char *name, *about;

		if (asprintf(&name, "%s %s %s", l->name, sides[dir % 2], points[point]) < 0)
			return -ENOMEM;
		f->ifaces[i].name = name;
		if (asprintf(&about, "%s %s (%s)",
			    point == WF_CAPTURE_IN    ? "received on port"
			    : point == WF_CAPTURE_OUT ? "sent on port"
						      : "ended, having come from port",
			    p != NULL ? p->name : "?",
			    p != NULL && p->device != NULL ? p->device : "") < 0)
			return -ENOMEM;
		f->ifaces[i].about = about;
	}
	return 0;
}

static int
name_iface(struct wf_capture_file *f, const struct wf_cap_log_iface *iface)
{
	f->ifaces[0] = (struct wf_cap_log_iface){ strdup(iface->name), strdup(iface->about) };
	return f->ifaces[0].name != NULL && f->ifaces[0].about != NULL ? 0 : -ENOMEM;
}

static int
open_next(struct wf_capture_file *f, struct wf_err *err)
{
	char name[WF_CAPTURE_NAME];
	uint32_t n = atomic_load_explicit(&f->number, memory_order_relaxed) + 1;
	int fd = wf_capture_name_open(
		f->dir, f->rotates ? wf_capture_name_of(f->name, n, name) : f->name, err);

	if (fd < 0)
		return fd;
	f->log = wf_cap_log_new(fd, f->snaplen, f->ifaces, f->n_ifaces);
	if (f->log == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	f->any = false;
	atomic_store_explicit(&f->number, n, memory_order_relaxed);
	if (f->files != 0 && n > f->files)
		unlinkat(f->dir, wf_capture_name_of(f->name, n - f->files, name), 0);
	return 0;
}

static int
open_first(struct wf_capture_file *f, const struct wf_capture_options *o, struct wf_err *err)
{
	struct wf_where where = { .file = o->directory };

	f->dir = AT_FDCWD;
	if (o->directory == NULL)
		return open_next(f, err);
	if (wf_capture_name_check(o->name, err) < 0)
		return -EINVAL;
	f->dir = open(o->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir < 0)
		return wf_err_add(err, &where, "Make the folder, or configure another",
			"captures cannot be written there: %s", strerror(errno));
	return open_next(f, err);
}

struct wf_capture_file *
wf_capture_file_new(const struct wf_capture_options *o, const struct wf_conf *conf, wf_ns_t base_ns,
	struct wf_err *err)
{
	uint32_t n = o->iface != NULL ? 1 : wf_capture_iface(2 * conf->n_links, 0);
	struct wf_capture_file *f;

	if (wf_capture_check(o, err) < 0)
		return NULL;
	f = calloc(1, sizeof(*f) + n * sizeof(f->n[0]));
	if (f == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	f->dir = AT_FDCWD;
	f->snaplen = o->snaplen;
	f->size_bytes = o->size_bytes;
	f->time_ns = o->time_ns;
	f->base_ns = base_ns;
	f->files = o->files;
	f->rotates = o->size_bytes != 0 || o->time_ns != 0;
	f->leaving = o->iface != NULL;
	f->n_ifaces = n;
	f->name = strdup(o->name);
	f->ifaces = calloc(n, sizeof(*f->ifaces));
	if (f->name == NULL || f->ifaces == NULL ||
		(o->iface != NULL ? name_iface(f, o->iface) : name_ifaces(f, conf)) < 0)
		wf_err_add(err, NULL, NULL, "out of memory");
	else if (open_first(f, o, err) == 0)
		return f;
	wf_capture_file_free(f);
	return NULL;
}

void
wf_capture_file_free(struct wf_capture_file *f)
{
	if (f == NULL)
		return;
	if (f->log != NULL)
		wf_cap_log_finish(f->log);
	for (uint32_t i = 0; f->ifaces != NULL && i < f->n_ifaces; i++) {
		free((char *)(uintptr_t)f->ifaces[i].name);
		free((char *)(uintptr_t)f->ifaces[i].about);
	}
	if (f->dir >= 0)
		close(f->dir);
	free(f->ifaces);
	free(f->name);
	free(f);
}

/* The thread that counts is the only one that stores. */
static void
count(_Atomic uint64_t *n, uint64_t more)
{
	atomic_store_explicit(
		n, atomic_load_explicit(n, memory_order_relaxed) + more, memory_order_relaxed);
}

static void
not_captured(void *ctx, uint32_t iface)
{
	struct wf_capture_file *f = ctx;

	count(&f->n[iface].captured, UINT64_MAX); /* one less */
	count(&f->n[iface].lost, 1);
}

static int
failed(struct wf_capture_file *f, int rc)
{
	if (rc < 0 && f->error == 0) {
		f->error = rc;
		if (f->log != NULL)
			wf_cap_log_lost(f->log, not_captured, f);
	}
	return f->error;
}

static int
rotate(struct wf_capture_file *f)
{
	uint64_t bytes = wf_cap_log_bytes(f->log);
	int rc = wf_capture_file_end(f, NULL);
	struct wf_err *err = wf_err_new();

	f->before_bytes += bytes;
	if (rc == 0)
		rc = failed(f, err != NULL ? open_next(f, err) : -ENOMEM);
	wf_err_free(err);
	return rc;
}

static bool
is_full(const struct wf_capture_file *f, wf_ns_t ns)
{
	return f->any && ((f->size_bytes != 0 && wf_cap_log_bytes(f->log) >= f->size_bytes) ||
				 (f->time_ns != 0 && ns >= f->begun_ns + f->time_ns));
}

int
wf_capture_file_put(
	struct wf_capture_file *f, const struct wf_capture_record *r, const uint8_t *data)
{
	static const enum wf_cap_log_way ways[WF_CAPTURE_POINTS] = {
		[WF_CAPTURE_IN] = WF_CAP_LOG_INBOUND,
		[WF_CAPTURE_OUT] = WF_CAP_LOG_OUTBOUND,
		[WF_CAPTURE_LOST] = WF_CAP_LOG_UNKNOWN,
	};
	struct wf_cap_packet p = { .time_ns = f->base_ns + r->time_ns,
		.cap_bytes = r->cap_bytes,
		.len_bytes = r->len_bytes,
		.data = data };
	enum wf_cap_log_way way = f->leaving ? WF_CAP_LOG_OUTBOUND : ways[r->point];
	uint32_t iface = wf_capture_iface(r->dir, r->point);
	char text[WF_CAPTURE_TEXT];

	if (f->error != 0 || (f->rotates && is_full(f, r->time_ns) && rotate(f) < 0)) {
		count(&f->n[iface].lost, 1);
		return f->error;
	}
	if (!f->any) {
		f->begun_ns = r->time_ns;
		f->any = true;
	}
	f->last_ns = p.time_ns;
	if (failed(f, wf_cap_log_write(f->log, iface, way, &p, wf_capture_text(r, text))) < 0) {
		count(&f->n[iface].lost, 1);
		return f->error;
	}
	count(&f->n[iface].captured, 1);
	atomic_store_explicit(
		&f->bytes, f->before_bytes + wf_cap_log_bytes(f->log), memory_order_relaxed);
	return 0;
}

int
wf_capture_file_flush(struct wf_capture_file *f)
{
	return f->error != 0 ? f->error : failed(f, wf_cap_log_flush(f->log));
}

uint64_t
wf_capture_file_captured(const struct wf_capture_file *f, uint32_t iface)
{
	return atomic_load_explicit(&f->n[iface].captured, memory_order_relaxed);
}

uint64_t
wf_capture_file_lost(const struct wf_capture_file *f, uint32_t iface)
{
	return atomic_load_explicit(&f->n[iface].lost, memory_order_relaxed);
}

uint32_t
wf_capture_file_ifaces(const struct wf_capture_file *f)
{
	return f->n_ifaces;
}

uint64_t
wf_capture_file_bytes(const struct wf_capture_file *f)
{
	return atomic_load_explicit(&f->bytes, memory_order_relaxed);
}

uint32_t
wf_capture_file_number(const struct wf_capture_file *f)
{
	return atomic_load_explicit(&f->number, memory_order_relaxed);
}

int
wf_capture_file_end(struct wf_capture_file *f, const uint64_t *missed)
{
	int rc;

	if (f->log == NULL)
		return f->error;
	for (uint32_t i = 0; i < f->n_ifaces && f->error == 0 && f->any; i++) {
		uint64_t lost = missed != NULL ? missed[i] : 0;

		if (missed != NULL)
			failed(f, wf_cap_log_count(f->log, i, f->last_ns,
					  wf_capture_file_captured(f, i) + lost, lost));
	}
	wf_capture_file_flush(f);
	rc = wf_cap_log_finish(f->log);
	f->log = NULL;
	return failed(f, rc);
}
