/* SPDX-License-Identifier: BSD-3-Clause
 * wfctl as a program against a server: what it prints and its exit codes. $WFCTL names it.
 */
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `wfctl ARGUMENTS` by the shell and checks its exit code and a part of what it prints (both
 * streams). */
static void
run(const struct harness *h, const char *arguments, int code, const char *want)
{
	char command[512], out[16384];
	size_t len;
	FILE *f;
	int status;

	setenv("WIREFAULT_SOCKET", h->path, 1);
	snprintf(command, sizeof(command), "%s %s 2>&1", getenv("WFCTL"), arguments);
	f = popen(command, "r");
	assert_non_null(f);
	len = fread(out, 1, sizeof(out) - 1, f);
	out[len] = '\0';
	status = pclose(f);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code || strstr(out, want) == NULL)
		print_error("wfctl %s: wanted %d and \"%s\", got %d and:\n%s\n", arguments, code,
			want, WEXITSTATUS(status), out);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
	assert_non_null(strstr(out, want));
}

static void
test_status_says_whether_to_trust(void **state)
{
	run(*state, "status", 0, "verdict        trustworthy");
	run(*state, "status", 0, "port b         DOWN");
	run(*state, "status -o json", 0, "\"trustworthy\": true");
}

static void
test_stats_are_a_table_or_the_document(void **state)
{
	run(*state, "stats", 0, "Verdict: trustworthy.");
	run(*state, "stats -o json", 0, "\"schema\": \"wirefault.stats/1\"");
}

static void
test_ports_and_links_are_shown(void **state)
{
	run(*state, "ports", 0, "net_null1");
	run(*state, "ports -o json", 0, "\"device\": \"net_null1\"");
	run(*state, "links", 0, "wan: ab is a > b, ba is b > a");
	run(*state, "links", 0, "mean=20ms");
	run(*state, "links", 0, "plain wire");
	run(*state, "links -o json", 0, "\"mean\": \"20ms\"");
}

static void
test_config_prints_a_file_or_a_tree(void **state)
{
	run(*state, "config", 0, "mean = \"20ms\";");
	run(*state, "config -o json", 0, "\"mean\": \"20ms\"");
}

static void
test_set_prints_what_changed_and_the_generation(void **state)
{
	struct harness *h = *state;

	run(h, "set wan ab delay.mean=50ms", 0, "  delay.mean: 20ms -> 50ms\n");
	run(h, "set wan ab delay.mean=50ms", 0, "nothing differs");
	run(h, "set wan ba delay=5ms", 0, "  delay.mean: (not set) -> 5ms\n");
	run(h, "set wan ba delay=null", 0, "  delay.mean: 5ms -> (not set)\n");
	run(h, "set wan ab loss=3% -o json", 0, "\"generation\": 6");
	run(h, "set wan ab loss=4%", 0, "Every worker runs generation 7.");
}

static void
test_refusals_are_exit_code_1_with_their_reasons(void **state)
{
	run(*state, "set wan ab delay=fast", 1, "links.wan.ab.delay");
	run(*state, "set wan ab dely=1ms", 1, "Did you mean \"delay\"?\n");
	run(*state, "set lan ab delay=1ms", 1, "There is no link \"lan\".");
}

static void
test_reset_and_reload(void **state)
{
	run(*state, "reset", 0, "start again from zero");
	run(*state, "reset -o json", 0, "\"reset\": true");
	run(*state, "reload", 0, "generation 2");
	run(*state, "reload -o json", 0, "\"generation\": 3");
}

static void
test_options_may_stand_before_or_after_the_verb(void **state)
{
	struct harness *h = *state;
	char line[256];

	snprintf(line, sizeof(line), "-s %s -o json stats", h->path);
	run(h, line, 0, "\"schema\"");
	snprintf(line, sizeof(line), "stats --output=json --socket %s", h->path);
	run(h, line, 0, "\"schema\"");
}

static void
test_wrong_usage_is_exit_code_2(void **state)
{
	run(*state, "", 2, "usage: wfctl");
	run(*state, "stat", 2, "Did you mean");
	run(*state, "stats now", 2, "usage: wfctl stats");
	run(*state, "set wan ab", 2, "usage: wfctl set");
	run(*state, "set wan up delay=1ms", 2, "a direction is ab or ba");
	run(*state, "set wan ab delay", 2, "delay");
	run(*state, "stats -o xml", 2, "table or json");
	run(*state, "stats --nonsense", 2, "--nonsense");
	run(*state, "-s", 2, "-s needs a value");
}

static void
test_unreachable_is_exit_code_3_and_says_why(void **state)
{
	struct harness *h = *state;
	char line[256];

	snprintf(line, sizeof(line), "stats -s %s/none", h->dir);
	run(h, line, 3, "there is no such socket. Is wirefault running?");
	snprintf(line, sizeof(line), "-s /%0120d status", 0);
	run(h, line, 3, "too long for a socket's path");
}

static void
test_help_and_version(void **state)
{
	run(*state, "--help", 0, "Exit codes:");
	run(*state, "set --help", 0, "KEY=VALUE...");
	run(*state, "--help set", 0, "delay      mean");
	run(*state, "stats -h", 0, "usage: wfctl");
	run(*state, "--version", 0, "wfctl " WF_VERSION);
}

static void
test_full_disk_is_not_success(void **state)
{
	struct harness *h = *state;

	run(h, "stats >/dev/full", 1, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status_says_whether_to_trust),
		TEST(test_stats_are_a_table_or_the_document),
		TEST(test_ports_and_links_are_shown),
		TEST(test_config_prints_a_file_or_a_tree),
		TEST(test_set_prints_what_changed_and_the_generation),
		TEST(test_refusals_are_exit_code_1_with_their_reasons),
		TEST(test_reset_and_reload),
		TEST(test_options_may_stand_before_or_after_the_verb),
		TEST(test_wrong_usage_is_exit_code_2),
		TEST(test_unreachable_is_exit_code_3_and_says_why),
		TEST(test_help_and_version),
		TEST(test_full_disk_is_not_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
