/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault import`: another emulator's settings as a configuration.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_import.h"

#define MOST_INPUT 65536

static const struct wf_option options[] = {
	{ .name = "output",
		.letter = 'o',
		.arg = "FILE",
		.help = "write the configuration there, not to standard output",
		.no_twin = true }, /* WIREFAULT_OUTPUT is a format */
	{ "samples", 0, "FILE", "dummynet: write the delays of a profile there" },
	{ "unchecked", 0, NULL,
		"write it though check refuses it, as when its files are elsewhere" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

/* The words as one text; NULL: out of memory. */
static char *
join(int argc, char **argv)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (int i = 0; i < argc; i++)
		fprintf(out, "%s ", argv[i]);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* Standard input to its end; NULL with a reason. */
static char *
read_input(struct wf_err *err)
{
	char *text = malloc(MOST_INPUT + 1);
	size_t n = text != NULL ? fread(text, 1, MOST_INPUT + 1, stdin) : 0;

	if (text != NULL && !ferror(stdin) && n <= MOST_INPUT && memchr(text, 0, n) == NULL) {
		text[n] = 0;
		return text;
	}
	free(text);
	wf_err_add(err, NULL, "Give the commands as text, at most 64 KiB",
		"standard input cannot be read");
	return NULL;
}

/* Would `wirefault check` take it? 0, or -EINVAL with its reasons. */
static int
verify(const char *text, const char *path, struct wf_err *err)
{
	struct wf_node *tree =
		wf_conf_read_text(text, path != NULL ? path : "the configuration", false, err);
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	struct wf_plan *plan = conf != NULL ? wf_plan_compile(conf, 1, NULL, err) : NULL;

	wf_plan_free(plan);
	wf_conf_free(conf);
	wf_node_free(tree);
	if (plan != NULL)
		return 0;
	return wf_err_add(err, NULL,
		"Put its files there, or add --unchecked to write the configuration without them",
		"nothing is written, as check would refuse it");
}

static int
write_out(const char *text, const char *path)
{
	FILE *out = path != NULL ? fopen(path, "w") : stdout;
	bool good = out != NULL && fputs(text, out) >= 0;

	good = out != NULL && (path != NULL ? fclose(out) : fflush(out)) == 0 && good;
	if (!good)
		fprintf(stderr, "wirefault import: %s: %s\n", path ? path : "standard output",
			strerror(errno));
	return good ? WF_EXIT_OK : WF_EXIT_FAILED;
}

/* Streams into memory: a configuration and, for dummynet, its samples. */
struct product {
	char *text, *samples;
	size_t size, samples_size;
	FILE *out, *samples_out;
};

static bool
open_product(struct product *p)
{
	*p = (struct product){ 0 };
	p->out = open_memstream(&p->text, &p->size);
	p->samples_out = open_memstream(&p->samples, &p->samples_size);
	return p->out != NULL && p->samples_out != NULL;
}

static bool
close_product(struct product *p)
{
	bool good = p->out != NULL && fclose(p->out) == 0;

	good = p->samples_out != NULL && fclose(p->samples_out) == 0 && good;
	p->out = p->samples_out = NULL;
	return good;
}

static int
translate(const char *from, const char *words, const char *samples, struct product *p,
	struct wf_err *err)
{
	if (strcmp(from, "mahimahi") == 0)
		return wf_import_mahimahi(words, p->out, err);
	if (strcmp(from, "dummynet") == 0)
		return wf_import_dummynet(words, samples, p->out, p->samples_out, err);
	return wf_import_netem(words, p->out, err);
}

struct request {
	const char *from, *path, *samples;
	bool unchecked;
};

/* Samples first: the configuration is checked with them. */
static int
write_product(const struct request *q, const struct product *p, struct wf_err *err)
{
	int rc = p->samples_size > 0 ? write_out(p->samples, q->samples) : WF_EXIT_OK;

	if (rc == WF_EXIT_OK && !q->unchecked && verify(p->text, q->path, err) < 0)
		return wf_cmd_refuse(err);
	return rc == WF_EXIT_OK ? write_out(p->text, q->path) : rc;
}

static int
import(const struct request *q, const char *words, struct wf_err *err)
{
	struct product p;
	int rc = WF_EXIT_FAILED;

	if (!open_product(&p)) {
		close_product(&p);
	} else if (translate(q->from, words, q->samples, &p, err) < 0) {
		close_product(&p);
		rc = wf_cmd_refuse(err);
	} else if (close_product(&p)) {
		rc = write_product(q, &p, err);
	}
	free(p.text);
	free(p.samples);
	return rc;
}

static const char *
source(int argc, char **argv, int first)
{
	static const char *const known[] = { "netem", "mahimahi", "dummynet", NULL };

	for (int i = 0; known[i] != NULL && first < argc; i++)
		if (strcmp(argv[first], known[i]) == 0)
			return known[i];
	fprintf(stderr, "wirefault import: import from what? Write wirefault import netem "
			"'delay 20ms loss 1%%', or mahimahi, or dummynet.\n");
	return NULL;
}

static int
run(int argc, char **argv)
{
	const struct wf_cmd *cmd = &wf_cmd_import;
	struct wf_option_values v;
	int rc = wf_cmd_options(cmd, argc, argv, &v), first;
	struct request q;
	struct wf_err *err;
	char *words;

	if (rc >= 0)
		return rc;
	first = v.first_rest + 1;
	q = (struct request){ .from = source(argc, argv, v.first_rest),
		.path = wf_cmd_value(cmd, &v, "output"),
		.samples = wf_cmd_value(cmd, &v, "samples"),
		.unchecked = wf_cmd_value(cmd, &v, "unchecked") != NULL };
	if (q.from == NULL)
		return WF_EXIT_USAGE;
	err = wf_err_new();
	if (argc == first + 1 && strcmp(argv[first], "-") == 0)
		words = read_input(err);
	else
		words = join(argc - first, argv + first);
	if (words != NULL)
		rc = import(&q, words, err);
	else
		rc = wf_err_count(err) > 0 ? wf_cmd_refuse(err) : WF_EXIT_FAILED;
	free(words);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_import = {
	.name = "import",
	.arguments = "netem|mahimahi|dummynet 'COMMANDS'|- [-o FILE]",
	.summary = "Writes another emulator's settings as a configuration, with what differs",
	.run = run,
	.options = options,
	.words = true,
};
