/* SPDX-License-Identifier: BSD-3-Clause
 * Captures and logs of fates of `wirefault offline`. One thread.
 */
#include "offline_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_text.h"
#include "wf_twin_again.h"

static int
open_capture(
	struct wf_offline_log *l, const char *path, const struct wf_conf *conf, struct wf_err *err)
{
	struct wf_capture_options q = WF_CAPTURE_OPTIONS;
	struct wf_where where = { .file = path };
	size_t n = strlen(path);

	q.name = path;
	if (n < 8 || strcmp(path + n - 7, ".pcapng") != 0)
		return wf_err_add(err, &where, "Write --capture FILE.pcapng",
			"a capture with comments is pcapng");
	l->capture = wf_capture_file_new(&q, conf, 0, err);
	return l->capture != NULL ? 0 : -EINVAL;
}

/* Of the configuration as it is written down; 0: out of memory, and nobody compares. */
static uint64_t
digest(const struct wf_node *tree)
{
	char *text = wf_conf_write(tree);
	uint64_t h = text != NULL ? wf_fates_hash(text, strlen(text)) : 0;

	free(text);
	return h;
}

int
wf_offline_log_open(struct wf_offline_log *l, const char *capture, const char *fates,
	const struct wf_loaded *loaded, struct wf_twin_params *twin, struct wf_err *err)
{
	const struct wf_fates_head head = { .seed = loaded->seed,
		.config = digest(loaded->tree),
		.n_dirs = 2 * loaded->conf->n_links };

	if (capture != NULL && open_capture(l, capture, loaded->conf, err) < 0)
		return -EINVAL;
	if (fates != NULL && (l->fates = wf_fates_create(fates, &head, err)) == NULL)
		return -EINVAL;
	twin->capture = l->capture;
	twin->log = l->fates;
	return 0;
}

int
wf_offline_log_close(struct wf_offline_log *l, struct wf_err *err)
{
	int capture = l->capture != NULL ? wf_capture_file_end(l->capture, NULL) : 0;
	int fates = l->fates != NULL ? wf_fates_finish(l->fates) : 0;

	wf_capture_file_free(l->capture);
	if (capture < 0)
		wf_err_add(
			err, NULL, NULL, "the capture cannot be written: %s", strerror(-capture));
	if (fates < 0)
		wf_err_add(err, NULL, NULL, "the log of fates cannot be written: %s",
			strerror(-fates));
	return capture < 0 || fates < 0 ? -EINVAL : 0;
}

static void
print_again(const struct wf_twin_again *a, FILE *say)
{
	char packets[WF_TEXT_MAX], sent[WF_TEXT_MAX], copies[WF_TEXT_MAX], n[WF_TEXT_MAX];

	fprintf(say, "%s packets, %s sent, of these %s copies\n",
		wf_text_count(a->packets, packets), wf_text_count(a->sent, sent),
		wf_text_count(a->copies, copies));
	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (a->dropped[i] > 0)
			fprintf(say, "%s dropped: %s\n", wf_text_count(a->dropped[i], n),
				wf_drop_info[i].name);
	if (a->changed > 0)
		fprintf(say, "%s left with other bytes than they came with\n",
			wf_text_count(a->changed, n));
	if (a->made > 0)
		fprintf(say, "%s were of wirefault's own making\n", wf_text_count(a->made, n));
}

int
wf_offline_again(const char *path, const struct wf_loaded *loaded,
	const struct wf_twin_params *twin, FILE *say, struct wf_err *err)
{
	struct wf_fates_head head;
	struct wf_fates_reader *log = wf_fates_open(path, &head, err);
	struct wf_twin_again a;
	int rc;

	if (log == NULL)
		return -EINVAL;
	if (say != NULL && head.config != digest(loaded->tree))
		fprintf(say,
			"The log is of another configuration: its fates count, not this one's\n");
	rc = wf_twin_again(twin, log, &a, err);
	wf_fates_close(log);
	if (rc == 0 && say != NULL)
		print_again(&a, say);
	return rc;
}
