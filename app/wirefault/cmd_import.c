/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault import`: another emulator's settings as a configuration.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_import.h"

static const struct wf_option options[] = {
	{ .name = "output",
		.letter = 'o',
		.arg = "FILE",
		.help = "write the configuration there, not to standard output",
		.no_twin = true }, /* WIREFAULT_OUTPUT is a format */
	{ "samples", 0, "FILE", "dummynet: write the delays of a profile there" },
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

static int
import(const char *from, const char *words, const char *path, const char *samples)
{
	struct wf_err *err = wf_err_new();
	struct product p;
	int rc = WF_EXIT_FAILED;

	if (!open_product(&p)) {
		close_product(&p);
	} else if (translate(from, words, samples, &p, err) < 0) {
		close_product(&p);
		rc = wf_cmd_refuse(err);
	} else if (close_product(&p)) {
		rc = p.samples_size > 0 ? write_out(p.samples, samples) : WF_EXIT_OK;
		if (rc == WF_EXIT_OK)
			rc = write_out(p.text, path);
	}
	free(p.text);
	free(p.samples);
	wf_err_free(err);
	return rc;
}

static int
run(int argc, char **argv)
{
	static const char *const known[] = { "netem", "mahimahi", "dummynet", NULL };
	struct wf_option_values v;
	int rc = wf_cmd_options(&wf_cmd_import, argc, argv, &v);
	const char *from = NULL;
	char *words;

	if (rc >= 0)
		return rc;
	for (int i = 0; known[i] != NULL && v.first_rest < argc; i++)
		if (strcmp(argv[v.first_rest], known[i]) == 0)
			from = known[i];
	if (from == NULL) {
		fprintf(stderr, "wirefault import: import from what? Write wirefault import netem "
				"'delay 20ms loss 1%%', or mahimahi, or dummynet.\n");
		return WF_EXIT_USAGE;
	}
	words = join(argc - v.first_rest - 1, argv + v.first_rest + 1);
	if (words == NULL)
		return WF_EXIT_FAILED;
	rc = import(from, words, wf_cmd_value(&wf_cmd_import, &v, "output"),
		wf_cmd_value(&wf_cmd_import, &v, "samples"));
	free(words);
	return rc;
}

const struct wf_cmd wf_cmd_import = {
	.name = "import",
	.arguments = "netem|mahimahi|dummynet 'ARGUMENTS'",
	.summary = "Writes another emulator's settings as a configuration, with what differs",
	.run = run,
	.options = options,
	.words = true,
};
