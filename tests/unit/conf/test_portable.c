/* SPDX-License-Identifier: BSD-3-Clause
 * A tree that may be saved anywhere: which names become whole paths, and which are no files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

static char folder[] = "/tmp/wf-test-portable.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int
start(void **state)
{
	if (mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir("conf", 0755) < 0 ||
		mkdir("conf/part", 0755) < 0)
		return -1;
	write_file("conf/samples", "1ms\n");
	write_file("conf/normal", "1\n");
	write_file("conf/main.conf",
		"links = ( { name = \"wan\";\n"
		"  ab = { delay = { distribution = \"samples\"; file = \"samples\"; };\n"
		"    loss = { model = \"pattern\"; pattern = \"gone/losses\"; };\n"
		"    rate = { trace = \"../trace\"; };\n"
		"    slot = { distribution = \"netem\"; file = \"pareto\"; }; };\n"
		"  classes = ( { name = \"c\"; ba = { delay = { distribution = \"netem\"; file = "
		"\"normal\"; }; loss = { trace = \"/abs\"; }; }; } );\n"
		"} );\n");
	return 0;
}

static int
stop(void **state)
{
	unlink("conf/samples");
	unlink("conf/normal");
	unlink("conf/main.conf");
	rmdir("conf/part");
	rmdir("conf");
	return rmdir(folder);
}

static const char *
file_of(const struct wf_node *tree, const char *class, enum wf_side side, const char *block,
	const char *key)
{
	struct wf_node *owner = wf_conf_owner_node(tree, "wan", class);

	return wf_node_get(wf_node_get(wf_conf_dir_node(owner, side, false), block), key)->string;
}

static void
is_in_folder(const char *path, const char *rest)
{
	char want[256];

	snprintf(want, sizeof(want), "%s/%s", folder, rest);
	assert_string_equal(path, want);
}

static struct wf_node *
portable(const char *path)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_file(path, err), *p = wf_conf_portable(tree);

	assert_non_null(p);
	assert_string_equal(file_of(tree, NULL, WF_AB, "delay", "file"), "samples");
	wf_node_free(tree);
	wf_err_free(err);
	return p;
}

static void
check(struct wf_node *p)
{
	is_in_folder(file_of(p, NULL, WF_AB, "delay", "file"), "conf/samples");
	is_in_folder(file_of(p, NULL, WF_AB, "loss", "pattern"), "conf/gone/losses");
	is_in_folder(file_of(p, NULL, WF_AB, "rate", "trace"), "conf/../trace");
	is_in_folder(file_of(p, "c", WF_BA, "delay", "file"), "conf/normal");
	/* Of iproute2, as there is no such file beside. */
	assert_string_equal(file_of(p, NULL, WF_AB, "slot", "file"), "pareto");
	assert_string_equal(file_of(p, "c", WF_BA, "loss", "trace"), "/abs");
	wf_node_free(p);
}

/* However the configuration itself was named. */
static void
names_become_whole_paths(void **state)
{
	char whole[256];

	check(portable("conf/main.conf"));
	snprintf(whole, sizeof(whole), "%s/conf/main.conf", folder);
	check(portable(whole));
	assert_int_equal(chdir("conf"), 0);
	check(portable("main.conf"));
	assert_int_equal(chdir(".."), 0);
}

/* What came over the socket belongs to the working directory. */
static void
names_without_a_file_are_of_the_working_directory(void **state)
{
	struct wf_node
		*t = rig_tree(
			"links = ( { name = \"wan\"; ab = { rate = { trace = \"conf/samples\"; "
			"}; }; } );"),
		*p;

	for (struct wf_node *b =
			wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_AB, false)->first;
		b != NULL; b = b->next) {
		free(b->file);
		b->file = NULL;
	}
	p = wf_conf_portable(t);
	is_in_folder(file_of(p, NULL, WF_AB, "rate", "trace"), "conf/samples");
	wf_node_free(p);
	wf_node_free(t);
}

static void
odd_trees_are_left_as_they_are(void **state)
{
	static const char *const texts[] = { "", "links = 1;", "links = ( 1, { } );",
		"links = ( { ab = 1; ba = { delay = 5; queue = ( ); }; classes = 3; } );",
		"links = ( { ba = { rate = { trace = 7; }; }; } );",
		"links = ( { classes = ( 1, { ab = { slot = { file = \"\"; }; }; } ); } );" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++) {
		struct wf_node *t = rig_tree(texts[i]), *p = wf_conf_portable(t);

		assert_true(wf_node_equal(t, p));
		wf_node_free(t);
		wf_node_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_whole_paths),
		cmocka_unit_test(names_without_a_file_are_of_the_working_directory),
		cmocka_unit_test(odd_trees_are_left_as_they_are),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
