/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault import`: another emulator's settings as a configuration.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_import.h"

static const struct wf_option options[] = {
	{ "output", 'o', "FILE", "write the configuration there, not to standard output" },
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

static int
import(const char *words, const char *path)
{
	struct wf_err *err = wf_err_new();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int rc = WF_EXIT_FAILED;

	if (out != NULL && wf_import_netem(words, out, err) < 0) {
		fclose(out);
		rc = wf_cmd_refuse(err);
	} else if (out != NULL && fclose(out) == 0) {
		rc = write_out(text, path);
	}
	free(text);
	wf_err_free(err);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	int rc = wf_cmd_options(&wf_cmd_import, argc, argv, &v);
	char *words;

	if (rc >= 0)
		return rc;
	if (v.first_rest >= argc || strcmp(argv[v.first_rest], "netem") != 0) {
		fprintf(stderr, "wirefault import: import what? Write wirefault import netem "
				"'delay 20ms loss 1%%'.\n");
		return WF_EXIT_USAGE;
	}
	words = join(argc - v.first_rest - 1, argv + v.first_rest + 1);
	if (words == NULL)
		return WF_EXIT_FAILED;
	rc = import(words, wf_cmd_value(&wf_cmd_import, &v, "output"));
	free(words);
	return rc;
}

const struct wf_cmd wf_cmd_import = {
	.name = "import",
	.arguments = "netem 'ARGUMENTS OF tc'",
	.summary = "Writes netem's arguments as a configuration, with what differs",
	.run = run,
	.options = options,
	.words = true,
};
