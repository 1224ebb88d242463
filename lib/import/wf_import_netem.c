/* SPDX-License-Identifier: BSD-3-Clause
 * netem's arguments (tc-netem(8)), alone or in tc's commands among tbf and htb, as a configuration.
 * Read into a struct first, then written, so that the order of the words does not matter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_netem.h"
#include "wf_import_tc.h"

struct reader {
	struct wf_import_script script;
	struct wf_tc_tree tree;
	struct wf_netem sum;
	struct wf_netem shaper; /* tbf, or the classes of htb; rate_bps 0: none */
	int n_netems, shaper_at;
};

/* htb's own arguments; one class has all the packets. */
static int
read_htb_qdisc(struct wf_import_words *w, FILE *notes)
{
	const char *word;

	while ((word = wf_import_peek(w)) != NULL) {
		static const char *const names[] = { "default", "r2q", "direct_qlen",
			"direct_packets_stat", "ver", "debug", "offload", NULL };
		int i = wf_import_begins(word, names);

		w->at++;
		if (i < 0)
			return wf_import_error(
				w, "tc-htb(8) lists them", "\"%s\" is no argument of htb", word);
		if (i == 6)
			continue;
		if (wf_import_peek(w) == NULL)
			return wf_import_refuse(w, word, "a value", NULL);
		if (i != 3)
			wf_import_note(notes, 0,
				"htb's %s %s left out: here all packets are in its one class.",
				names[i], wf_import_peek(w));
		w->at++;
	}
	return 0;
}

/* A class may borrow from those above: up to its ceil, as far as they have it. */
static int
read_htb_class(struct reader *r, struct wf_import_words *w)
{
	struct wf_netem class = { .notes = r->sum.notes };
	double ceil, above = r->shaper.rate_bps;

	if (wf_netem_read_htb(w, &class, &ceil) < 0)
		return -EINVAL;
	if (above > class.rate_bps && ceil > class.rate_bps)
		class.rate_bps = ceil < above ? ceil : above;
	else if (ceil > class.rate_bps)
		wf_import_note(r->sum.notes, 0,
			"ceil left out: there is no class above with more to borrow than %.9g "
			"Mbit/s.",
			class.rate_bps / 1e6);
	r->shaper = class;
	return 0;
}

static int
read_fifo(struct reader *r, const struct wf_tc_node *node)
{
	struct wf_netem fifo = { .notes = r->sum.notes };

	if (wf_netem_read_fifo(node->words, &fifo, node->kind == WF_TC_BFIFO) < 0)
		return -EINVAL;
	if (r->shaper.rate_bps == 0 || r->n_netems > r->shaper_at) {
		wf_import_note(r->sum.notes, 0,
			"The fifo's limit of %.0f is left out: nothing waits in it.",
			fifo.queue_packets + fifo.queue_bytes);
		return 0;
	}
	r->shaper.queue_packets = fifo.queue_packets;
	r->shaper.queue_bytes = fifo.queue_bytes;
	return 0;
}

static int
read_netem(struct reader *r, const struct wf_tc_node *node)
{
	struct wf_netem q = { .notes = r->sum.notes };

	if (wf_netem_read(node->words, &q) < 0)
		return -EINVAL;
	if (r->shaper.rate_bps > 0 && r->n_netems == r->shaper_at) {
		/* The child is the shaper's queue: what it holds, delayed or not, is bounded. */
		if (r->shaper.queue_bytes > 0)
			wf_import_note(r->sum.notes, 0,
				"tbf's limit or latency (%.0f bytes) is left out: netem is its "
				"queue.",
				r->shaper.queue_bytes);
		r->shaper.queue_bytes = 0;
		r->shaper.queue_packets = q.limit ? q.limit_packets : 1000;
		wf_import_note(r->sum.notes, 0,
			"netem's limit of %.0f packets bounds what waits for the rate; in tc it "
			"counts what is being delayed as well.",
			r->shaper.queue_packets);
	}
	return wf_netem_chain(&r->sum, &q, false, r->n_netems++ == 0, node->words);
}

static int
read_node(struct reader *r, const struct wf_tc_node *node)
{
	switch (node->kind) {
	case WF_TC_NETEM:
		return read_netem(r, node);
	case WF_TC_TBF:
		if (r->shaper.rate_bps > 0)
			return wf_import_error(node->words, "Leave the faster one out",
				"two rates, one behind the other: a direction has one");
		r->shaper.notes = r->sum.notes;
		r->shaper_at = r->n_netems;
		return wf_netem_read_tbf(node->words, &r->shaper);
	case WF_TC_HTB:
		if (r->shaper.rate_bps > 0)
			return wf_import_error(node->words, "Leave the faster one out",
				"two rates, one behind the other: a direction has one");
		r->shaper_at = r->n_netems;
		return read_htb_qdisc(node->words, r->sum.notes);
	case WF_TC_HTB_CLASS:
		return read_htb_class(r, node->words);
	default:
		return read_fifo(r, node);
	}
}

/* All packets pass all of the chain; netem below a shaper comes before its rate. */
static int
read_all(struct reader *r, const char *text, struct wf_err *err)
{
	struct wf_import_words *last = NULL;

	if (wf_import_script_read(&r->script, text, wf_tc_heads, err) < 0 ||
		wf_tc_read(&r->tree, &r->script, err) < 0 || wf_tc_chain(&r->tree, err) < 0)
		return -EINVAL;
	for (int i = 0; i < r->tree.n_chain; i++) {
		const struct wf_tc_node *node = &r->tree.node[r->tree.chain[i]];

		if (read_node(r, node) < 0)
			return -EINVAL;
		last = node->kind == WF_TC_HTB || node->kind == WF_TC_TBF ? node->words : last;
		if (node->kind == WF_TC_HTB && i + 1 == r->tree.n_chain)
			return wf_import_error(
				node->words, "Add its class", "htb without a class limits nothing");
	}
	if (r->shaper.rate_bps == 0)
		return 0;
	return wf_netem_chain(&r->sum, &r->shaper, true, r->n_netems == 0, last);
}

int
wf_import_netem(const char *text, FILE *out, struct wf_err *err)
{
	struct reader *r = calloc(1, sizeof(*r));
	char *notes = NULL;
	size_t size;
	int rc;

	if (r == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	r->sum.notes = r->tree.notes = open_memstream(&notes, &size);
	rc = r->sum.notes == NULL ? wf_err_add(err, NULL, NULL, "out of memory")
				  : read_all(r, text, err);
	if (r->tree.notes != NULL && fclose(r->tree.notes) != 0 && rc == 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc == 0) {
		wf_import_script_origin("netem", &r->script, wf_tc_heads, out);
		wf_import_note(
			out, 0, "netem acts on what an interface sends: this is one direction.");
		fputs(notes, out);
		wf_import_netem_write(&r->sum, out);
	}
	free(notes);
	wf_import_script_fini(&r->script);
	free(r);
	return rc < 0 ? -EINVAL : 0;
}
