/* SPDX-License-Identifier: BSD-3-Clause
 * dummynet's files of extra delays (ipfw(8), "profile"): points of a distribution, which dummynet
 * turns into a table of samples by straight lines between them. So do we, point for point.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wf_import_dummynet.h"

#define MAX_POINTS 1024

struct point {
	double share, ms;
};

struct reader {
	struct point point[MAX_POINTS];
	int n;
	bool in_points, delay_first;
	double loss_level;
	struct wf_dummynet_profile *p;
	struct wf_err *err;
};

static bool
parse_positive(const char *text, double most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == 0 && *out >= 0 && *out <= most;
}

static int
read_point(struct reader *r, const struct wf_where *where, const char *a, const char *b)
{
	struct point *q = &r->point[r->n];

	if (r->n == MAX_POINTS)
		return wf_err_add(r->err, where, NULL, "more than %d points", MAX_POINTS);
	if (!parse_positive(r->delay_first ? a : b, 3600e3, &q->ms) ||
		!parse_positive(r->delay_first ? b : a, 1, &q->share))
		return wf_err_add(r->err, where,
			"Write a delay in ms and a share, as its head line says",
			"\"%s %s\" is no point", a, b);
	r->n++;
	return 0;
}

static int
read_line(struct reader *r, const struct wf_where *where, const char *name, const char *value)
{
	double number;

	if (strcasecmp(name, "delay") == 0 || strcasecmp(name, "prob") == 0) {
		r->in_points = true;
		r->delay_first = strcasecmp(name, "delay") == 0;
		return 0;
	}
	if (strcasecmp(name, "name") == 0)
		return 0;
	if (strcasecmp(name, "samples") == 0) {
		if (!parse_positive(value, WF_DUMMYNET_SAMPLES_MAX, &number) || number < 2)
			return wf_err_add(r->err, where, NULL,
				"samples: not a number between 2 and %d", WF_DUMMYNET_SAMPLES_MAX);
		r->p->samples = (int)number;
		return 0;
	}
	if (strcasecmp(name, "loss-level") == 0) {
		if (!parse_positive(value, 1, &r->loss_level))
			return wf_err_add(
				r->err, where, NULL, "loss-level: not a share between 0 and 1");
		return 0;
	}
	if (strcasecmp(name, "bw") == 0) {
		if (!wf_dummynet_bandwidth(value, &r->p->bw_bps))
			return wf_err_add(r->err, where, "Write 10Mbit/s",
				"bw: not a rate between 1 Kbit/s and 400 Gbit/s");
		return 0;
	}
	if (r->in_points)
		return read_point(r, where, name, value);
	return wf_err_add(r->err, where, "These are: name, samples, loss-level, bw, prob, delay",
		"there is no \"%s\"", name);
}

static int
compare(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	if (p->share != q->share)
		return p->share < q->share ? -1 : 1;
	return (p->ms > q->ms) - (p->ms < q->ms);
}

/* Straight lines between the points: the sample i is the delay at the share i / samples. */
static void
interpolate(struct reader *r)
{
	const int n = r->p->samples;

	qsort(r->point, (size_t)r->n, sizeof(r->point[0]), compare);
	for (int i = 0; i + 1 < r->n; i++) {
		const struct point *a = &r->point[i], *b = &r->point[i + 1];

		for (int k = (int)(a->share * n); k < (int)(b->share * n) && k < n; k++) {
			double ms = a->ms + (k - a->share * n) / ((b->share - a->share) * n) *
						    (b->ms - a->ms);

			r->p->delay_ms[k] = ms > 0 ? ms : 0;
		}
	}
	r->p->kept = (int)(r->loss_level * n);
}

int
wf_dummynet_profile_read(
	const char *name, char *text, struct wf_dummynet_profile *p, struct wf_err *err)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct wf_where where = { .file = name };
	char *rest = text;
	int rc = 0;

	if (r == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	r->p = p;
	r->err = err;
	r->loss_level = 1;
	p->samples = 100;
	for (char *line; rc == 0 && (line = strsep(&rest, "\n")) != NULL;) {
		const char *blanks = " \t\r";
		char *more = NULL, *a, *b;

		where.line++;
		line[strcspn(line, "#")] = 0;
		a = strtok_r(line, blanks, &more);
		b = a != NULL ? strtok_r(NULL, blanks, &more) : NULL;
		if (a == NULL)
			continue;
		if (b == NULL || strtok_r(NULL, blanks, &more) != NULL)
			rc = wf_err_add(err, &where,
				"Write a name and a value, or a delay and a share",
				"not two words");
		else
			rc = read_line(r, &where, a, b);
	}
	if (rc == 0 && r->n < 2)
		rc = wf_err_add(err, &(struct wf_where){ .file = name },
			"Write \"delay prob\", then a line for each point",
			"fewer than two points");
	if (rc == 0)
		interpolate(r);
	free(r);
	return rc < 0 ? -EINVAL : 0;
}
