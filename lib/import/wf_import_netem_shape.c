/* SPDX-License-Identifier: BSD-3-Clause
 * What shapes around netem: tbf, a class of htb, and the plain queues in them.
 */
#include <errno.h>
#include <string.h>

#include "wf_import_netem.h"

/* "1600" or "1600/8": the cell of a table that kernels have not looked at since 3.8. */
static bool
size_and_cell(const char *text, double *bytes)
{
	char size[32];
	size_t n = strcspn(text, "/");
	double cell;

	if (n >= sizeof(size) || (text[n] != 0 && !wf_import_integer(text + n + 1, &cell)))
		return false;
	memcpy(size, text, n);
	size[n] = 0;
	return wf_import_size(size, bytes);
}

static int
size(struct wf_import_words *w, const char *after, double *bytes)
{
	return wf_import_value(w, after, size_and_cell, false, "a size", "Write 1600", bytes);
}

static int
rate(struct wf_import_words *w, const char *after, FILE *notes, double *bps)
{
	const char *word = wf_import_peek(w);

	if (word != NULL && strchr(word, '%') != NULL)
		return wf_import_error(w, "Write the rate itself, as 10mbit",
			"the %s %s is a share of an interface's speed, which is not known here",
			after, word);
	if (wf_import_value(w, after, wf_import_rate, false, "a rate", "Write 10mbit", bps) < 0)
		return -EINVAL;
	return wf_netem_check_rate(w, word, *bps, notes);
}

static int
linklayer(struct wf_import_words *w, struct wf_netem *q)
{
	static const char *const layers[] = { "ethernet", "atm", "adsl", NULL };
	const char *word = wf_import_peek(w);
	int i = word != NULL ? wf_import_begins(word, layers) : -1;

	if (i < 0)
		return wf_import_refuse(w, "linklayer", "a link layer", "Write ethernet or atm");
	w->at++;
	q->cell = i > 0 ? 48 : 0;
	q->cell_overhead = i > 0 ? 5 : 0;
	return 0;
}

static int
overhead(struct wf_import_words *w, struct wf_netem *q)
{
	if (wf_import_value(w, "overhead", wf_import_integer, false, "a number of bytes",
		    "Write 20", &q->overhead) < 0)
		return -EINVAL;
	if (q->overhead < 0 || q->overhead > 1024)
		return wf_import_error(w, "It may be from 0 to 1024",
			"the overhead of %.0f bytes a packet is out of range", q->overhead);
	return 0;
}

/* A number that does nothing here; `why` not. */
static int
leave_out(struct wf_import_words *w, struct wf_netem *q, const char *name, const char *why)
{
	const char *value = wf_import_peek(w);

	if (value == NULL)
		return wf_import_refuse(w, name, "a value", NULL);
	w->at++;
	wf_import_note(q->notes, 0, "%s %s left out: %s.", name, value, why);
	return 0;
}

/* The word as an index into names; errors are said. Each at most once. */
static int
next_name(struct wf_import_words *w, const char *program, const char *const *names, unsigned *given)
{
	const char *word = w->word[w->at++], *near;
	int i = wf_import_begins(word, names);
	char hint[100];

	near = i < 0 ? wf_suggest(word, names) : NULL;
	snprintf(hint, sizeof(hint), near ? "Did you mean \"%s\"?" : "tc-%s(8) lists them",
		near ? near : program);
	if (i < 0)
		return wf_import_error(w, hint, "\"%s\" is no argument of %s", word, program);
	if (*given & 1u << i)
		return wf_import_error(w, "Write it once", "\"%s\" is given twice", names[i]);
	*given |= 1u << i;
	return i;
}

enum {
	T_LIMIT,
	T_LATENCY,
	T_BURST,
	T_BUFFER,
	T_MAXBURST,
	T_MTU,
	T_MINBURST,
	T_MPU,
	T_RATE,
	T_PEAK,
	T_OVERHEAD,
	T_LINKLAYER
};
static const char *const tbf_names[] = { "limit", "latency", "burst", "buffer", "maxburst", "mtu",
	"minburst", "mpu", "rate", "peakrate", "overhead", "linklayer", NULL };

static int
tbf_argument(struct wf_import_words *w, struct wf_netem *q, int i, double *latency_ns, double *mpu)
{
	switch (i) {
	case T_LIMIT:
		return size(w, "limit", &q->queue_bytes);
	case T_LATENCY:
		return wf_import_value(
			w, "latency", wf_import_time, false, "a time", "Write 50ms", latency_ns);
	case T_BURST:
	case T_BUFFER:
	case T_MAXBURST:
		return size(w, "burst", &q->burst_bytes);
	case T_MPU:
		return size(w, "mpu", mpu);
	case T_RATE:
		return rate(w, "rate", q->notes, &q->rate_bps);
	case T_OVERHEAD:
		return overhead(w, q);
	case T_LINKLAYER:
		return linklayer(w, q);
	case T_MTU:
	case T_MINBURST:
		return leave_out(w, q, tbf_names[i], "it belongs to peakrate");
	default:
		return wf_import_error(w, "Leave it out: bursts then pass at once",
			"tbf's %s has no twin here", tbf_names[i]);
	}
}

int
wf_netem_read_tbf(struct wf_import_words *w, struct wf_netem *q)
{
	double latency_ns = 0, mpu = 0;
	unsigned given = 0;

	q->rate = true;
	while (wf_import_peek(w) != NULL) {
		int i = next_name(w, "tbf", tbf_names, &given);

		if (i < 0 || tbf_argument(w, q, i, &latency_ns, &mpu) < 0)
			return -EINVAL;
	}
	if (q->rate_bps == 0 || q->burst_bytes == 0)
		return wf_import_error(w, "Write tbf rate 1mbit burst 1600 latency 50ms",
			"tbf wants a rate and a burst");
	if (q->queue_bytes == 0 && latency_ns == 0)
		return wf_import_error(w, "Add latency 50ms", "tbf wants a limit or a latency");
	if (q->queue_bytes > 0 && latency_ns > 0)
		return wf_import_error(w, "Leave one out", "tbf has a limit and a latency");
	if (mpu > 0)
		return wf_import_error(
			w, "Leave it out", "tbf's mpu, a least size of packets, has no twin here");
	if (latency_ns > 0)
		q->queue_bytes = q->rate_bps / 8 * latency_ns / 1e9 + q->burst_bytes;
	if (q->queue_bytes < 1 || q->queue_bytes > 4294967295.0)
		return wf_import_error(w, "Write latency 50ms",
			"tbf's queue of %.0f bytes is not between 1 and 4294967295",
			q->queue_bytes);
	return 0;
}

enum {
	H_PRIO,
	H_MTU,
	H_MPU,
	H_OVERHEAD,
	H_LINKLAYER,
	H_QUANTUM,
	H_BURST,
	H_BUFFER,
	H_MAXBURST,
	H_CBURST,
	H_CBUFFER,
	H_CMAXBURST,
	H_CEIL,
	H_RATE
};
static const char *const htb_names[] = { "prio", "mtu", "mpu", "overhead", "linklayer", "quantum",
	"burst", "buffer", "maxburst", "cburst", "cbuffer", "cmaxburst", "ceil", "rate", NULL };

static int
htb_argument(struct wf_import_words *w, struct wf_netem *q, int i, double *ceil_bps, double *mpu)
{
	switch (i) {
	case H_RATE:
		return rate(w, "rate", q->notes, &q->rate_bps);
	case H_CEIL:
		return rate(w, "ceil", q->notes, ceil_bps);
	case H_BURST:
	case H_BUFFER:
	case H_MAXBURST:
		return size(w, "burst", &q->burst_bytes);
	case H_MPU:
		return size(w, "mpu", mpu);
	case H_OVERHEAD:
		return overhead(w, q);
	case H_LINKLAYER:
		return linklayer(w, q);
	case H_MTU:
		return leave_out(w, q, "mtu", "kernels take packets of any length");
	case H_CBURST:
	case H_CBUFFER:
	case H_CMAXBURST:
		return leave_out(w, q, "cburst", "a link has one rate, with one burst");
	default:
		return leave_out(w, q, htb_names[i], "one class has nobody to share with");
	}
}

int
wf_netem_read_htb(struct wf_import_words *w, struct wf_netem *q, double *ceil_bps)
{
	unsigned given = 0;
	double mpu = 0;

	q->rate = true;
	*ceil_bps = 0;
	while (wf_import_peek(w) != NULL) {
		int i = next_name(w, "htb", htb_names, &given);

		if (i < 0 || htb_argument(w, q, i, ceil_bps, &mpu) < 0)
			return -EINVAL;
	}
	if (q->rate_bps == 0)
		return wf_import_error(w, "Add rate 10mbit", "a class of htb wants a rate");
	if (mpu > 0)
		return wf_import_error(
			w, "Leave it out", "htb's mpu, a least size of packets, has no twin here");
	if (*ceil_bps == 0)
		*ceil_bps = q->rate_bps;
	q->queue_packets = 1000;
	return 0;
}

int
wf_netem_read_fifo(struct wf_import_words *w, struct wf_netem *q, bool bytes)
{
	double limit = bytes ? 1514000 : 1000; /* a txqueuelen of 1000 */

	if (wf_import_peek(w) != NULL) {
		if (!wf_import_skip(w, "limit"))
			return wf_import_error(w, "Write limit 100",
				"\"%s\" is no argument of a fifo", wf_import_peek(w));
		if (wf_import_value(
			    w, "limit", wf_import_size, false, "a limit", "Write 100", &limit) < 0)
			return -EINVAL;
		if (limit < 1)
			return wf_import_error(w, "Write limit 100", "a limit of 0");
	}
	if (wf_import_peek(w) != NULL)
		return wf_import_error(w, NULL, "\"%s\" is one word too many", wf_import_peek(w));
	if (bytes)
		q->queue_bytes = limit;
	else
		q->queue_packets = wf_import_packets("limit", limit, q->notes);
	return 0;
}
