/* SPDX-License-Identifier: BSD-3-Clause
 * wfctl as a program against a server: what it prints and its exit codes. $WFCTL names it.
 */
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `wfctl ARGUMENTS` by the shell and checks its exit code and a part of what it prints (both
 * streams). */
static void
run(const struct harness *h, const char *arguments, int code, const char *want)
{
	static char out[1 << 18]; /* room for the statistics, which grow */
	char command[512];
	size_t len;
	FILE *f;
	int status;

	setenv("WIREFAULT_SOCKET", h->path, 1);
	snprintf(command, sizeof(command), "exec 2>&1; %s %s", getenv("WFCTL"), arguments);
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
test_rows_for_programs(void **state)
{
	run(*state, "stats -o csv", 0, "link,direction,rx_packets,");
	run(*state, "stats -o csv", 0, "\nwan,ab,1000,100000,975,");
	run(*state, "ports -o csv", 0, "\nb,net_null1,,,false,");
	run(*state, "links -o csv", 0, "\nwan,,ab,delay.mean,20ms\n");
	run(*state, "workers -o csv", 0, "\n1,0.3333,1000000,");
	run(*state, "events -o csv", 0, "seq,time_ns,at_ns,kind,");
	run(*state, "status -o csv", 2, "use -o json");
	run(*state, "set wan ab delay=1ms -o csv", 2, "use -o json");
}

static void
test_top_goes_on_line_by_line(void **state)
{
	run(*state, "top --count 2 --hz 10", 0, "delay p50");
	run(*state, "top --count 2 --hz 10", 0, "wan        ab");
	run(*state, "top --count 1 -o json", 0, "\"schema\":\"wirefault.stats/1\"");
	run(*state, "top --hz 0", 2, "from 1 to 10");
	run(*state, "top --count none", 2, "--count is a whole number");
	run(*state, "stats --hz 3", 2, "takes no --hz");
}

static void
test_faults_and_bypass(void **state)
{
	struct harness *h = *state;

	run(h, "fault wan blackhole 3s", 0, "wan: blackhole for 3s.");
	run(h, "fault wan flap 10s ab period=2s down=1s", 0, "generation 3.");
	run(h, "fault wan spike 1s delay=100ms -o json", 0, "\"until_ns\": ");
	run(h, "fault wan", 2, "usage: wfctl fault");
	run(h, "fault wan rain 3s", 1, "blackhole, flap or spike");
	run(h, "fault wan blackhole 3s up", 2, "is expected, not \"up\"");
	run(h, "fault wen blackhole 3s", 1, "Did you mean \"wan\"?");
	run(h, "bypass", 0, "off");
	run(h, "bypass on --for 1h", 0, "Every link is a plain wire.");
	run(h, "bypass", 0, "on: ");
	run(h, "bypass off", 0, "Links do what they are told.");
	run(h, "bypass maybe", 2, "usage: wfctl bypass");
	run(h, "bypass off --for 1s", 2, "usage: wfctl bypass");
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
test_events_are_lines_or_the_document(void **state)
{
	struct harness *h = *state;

	run(h, "set wan ab loss=3%", 0, "");
	run(h, "reset", 0, "");
	run(h, "events", 0, " change        wan ab: {\"loss\":\"3%\"}, generation 2, by uid ");
	run(h, "events", 0, "    2 ");
	run(h, "events", 0, "POST /v1/reset: 200 OK");
	run(h, "events --json | jq -r '.events[0].kind'", 0, "change\n");
	run(h, "events --since 1 --json | jq -c '[.events[].seq]'", 0, "[2]\n");
	for (int i = 0; i < HARNESS_EVENTS; i++)
		run(h, "reset", 0, "");
	run(h, "events", 0, "wfctl: 2 events before are no longer kept.");
	run(h, "events --since 2", 0, "   10 ");
}

/* It goes on with what comes, and ends when nobody reads it any more. */
static void
test_events_are_followed(void **state)
{
	struct harness *h = *state;
	char line[512];

	snprintf(line, sizeof(line),
		"events -f --json | (read -r a; %s reset >/dev/null; read -r b; echo \"$a $b\") | "
		"jq "
		"-rs 'map(.kind) | join(\" \")'",
		getenv("WFCTL"));
	run(h, "set wan ab loss=3%", 0, "");
	run(h, line, 0, "change reset\n");
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
	run(*state, "set wan up delay=1ms", 2, "a direction is ab, ba or both, not \"up\"");
	run(*state, "set wan ab delay", 2, "delay");
	run(*state, "set wan voip ab", 2, "nothing to set");
	run(*state, "set wan voip up delay=1ms", 2, "a direction is ab, ba or both, not \"up\"");
	run(*state, "config load x", 2, "usage: wfctl config [save FILE | diff");
	run(*state, "config save", 2, "usage: wfctl config [save FILE | diff");
	run(*state, "config undo parsnip", 2, "\"parsnip\" is not a change");
	run(*state, "stats --for 5s", 2, "stats takes no --for");
	run(*state, "stats -o xml", 2, "table, json or csv");
	run(*state, "stats --nonsense", 2, "--nonsense");
	run(*state, "stats --follow", 2, "stats takes no --follow.");
	run(*state, "set wan ab loss=1% --since 3", 2, "set takes no --since.");
	run(*state, "events --since x", 2, "--since is the number of an event, not \"x\"");
	run(*state, "events --since -1", 2, "not \"-1\"");
	run(*state, "events 3", 2, "usage: wfctl events [--since N] [--follow]");
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
	run(*state, "--help set", 0, "  delay       mean");
	run(*state, "help", 0, "Exit codes:");
	run(*state, "help set", 0, "  delay       mean");
	run(*state, "help stat", 2, "Did you mean");
	run(*state, "-V", 0, "wfctl " WF_VERSION);
	run(*state, "stats -h", 0, "usage: wfctl");
	run(*state, "events -h", 0, "--follow");
	run(*state, "completion bash", 0,
		"events) words='--socket --output --json --help --version --since --follow'");
	run(*state, "--version", 0, "wfctl " WF_VERSION);
}

static void
test_json_has_two_spellings(void **state)
{
	static const char *const verbs[] = { "status", "stats", "links", "ports", "events",
		"config", "set wan ab delay=1ms", "reset", "reload" };
	char line[128];

	for (size_t i = 0; i < WF_ARRAY_SIZE(verbs); i++)
		for (int k = 0; k < 3; k++) {
			static const char *const spelt[] = { "-o json", "--json", "--output=json" };

			snprintf(line, sizeof(line), "%s %s | jq -e type", verbs[i], spelt[k]);
			run(*state, line, 0, "\"object\"");
		}
}

static void
test_set_takes_both_directions_and_classes(void **state)
{
	struct harness *h = *state;

	harness_read(h,
		"ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "
		"\"net_null1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay = \"1ms\"; }; "
		"ba = "
		"{ copy = \"ab\"; };\n"
		"classes = ( { name = \"ab\"; match = { }; ab = { delay = \"2ms\"; }; } ); } );\n");
	run(h, "set wan both delay=5ms", 0,
		"wan both:\n  ab.delay.mean: 1ms -> 5ms\n  ba.delay.mean: 1ms -> 5ms\n");
	run(h, "set wan ab delay=6ms", 0,
		"Note: ba was a copy of ab when it was read, and has not changed with it.");
	run(h, "set wan ab ab delay=7ms", 0, "wan ab ab:\n  delay.mean: 2ms -> 7ms\n");
	run(h, "set wan ab both delay=8ms loss=1%", 0, "  ba.delay.mean: (not set) -> 8ms\n");
	run(h, "set wan default ab delay=9ms", 0, "wan default ab:\n  delay.mean: 6ms -> 9ms\n");
	run(h, "set wan voip ab delay=9ms", 1, "Link \"wan\" has no class \"voip\".");
}

static void
test_changes_are_shown_and_undone(void **state)
{
	struct harness *h = *state;

	run(h, "config diff", 0, "Nothing differs from what was read.\n");
	run(h, "config undo", 1, "There is nothing to undo.");
	run(h, "set wan ab loss=2%", 0, "loss.p: 1% -> 2%");
	run(h, "set wan ba delay=5ms --for 300h", 0, "It ends by itself after 300h.\n");
	run(h, "config diff", 0, "  1   wan ab loss=2%\n");
	run(h, "config diff", 0, "  2   wan ba delay=5ms, ends in ");
	run(h, "config diff", 0, "  links.wan.ab.loss.p: 1% -> 2%\n");
	run(h, "config diff -o json", 0, "\"until_ns\"");
	run(h, "config undo 1", 0, "Undone:\n  1   wan ab");
	run(h, "config undo 1", 1, "There is nothing to undo.");
	run(h, "config undo all", 0, "Every worker runs generation 5.");
	run(h, "config diff", 0, "Nothing differs");
	run(h, "set wan ab loss=2% --for never", 1, "\"never\" is not a time");
}

static void
test_reload_names_what_stays(void **state)
{
	struct harness *h = *state;

	run(h, "set wan ab loss=2%", 0, "loss.p: 1% -> 2%");
	run(h, "reload", 0, "still stand above it");
	run(h, "config diff", 0, "links.wan.ab.loss.p: 1% -> 2%");
}

static void
test_a_change_that_is_not_in_force_yet_is_waited_for(void **state)
{
	struct harness *h = *state;

	h->held_back = 20;
	run(h, "set wan ab loss=2%", 0, "Every worker runs generation 2.");
	h->held_back = 1u << 30;
	run(h, "set wan ab loss=3%", 0, "it has not come to 3 yet.");
	h->held_back = 0;
}

static void
test_config_can_be_saved(void **state)
{
	struct harness *h = *state;
	char line[256], path[128];
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "%s/saved", h->dir);
	snprintf(line, sizeof(line), "config save %s", path);
	run(h, line, 0, "saved. wirefault run -c ");
	assert_int_equal(chmod(path, 0600), 0);
	snprintf(line, sizeof(line), "config save %s --json", path); /* over it */
	run(h, line, 0, "\"saved\": \"");
	assert_true(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	f = fopen(path, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_string_equal(line, "ports = (\n");
	unlink(path); /* and nothing else is left: the folder must be empty at the end */
	run(h, "config save /dev/stdout", 0, "mean = \"20ms\";");
	run(h, "config save /dev/full", 1, "No space left on device");
	snprintf(line, sizeof(line), "config save %s/none/saved", h->dir);
	run(h, line, 1, "cannot be written: No such file or directory.");
	snprintf(line, sizeof(line), "config save %s", h->dir);
	run(h, line, 1, "cannot be written: Is a directory.");
}

/* Every verb, and what needs no server. */
static void
test_full_disk_is_not_success(void **state)
{
	static const char *const lines[] = { "status", "stats", "links", "ports",
		"set wan ab delay=1ms", "events", "reset", "reload", "config", "help", "help set",
		"-V" };
	char line[128];

	for (size_t i = 0; i < WF_ARRAY_SIZE(lines); i++) {
		snprintf(line, sizeof(line), "%s 2>&1 >/dev/full", lines[i]);
		run(*state, line, 1, "standard output");
		if (i < 9) {
			snprintf(line, sizeof(line), "%s --json 2>&1 >/dev/full", lines[i]);
			run(*state, line, 1, "standard output");
		}
	}
}

static void
test_scenarios_are_listed_and_looked_at(void **state)
{
	run(*state, "scenario list", 0, "knows no scenarios");
	run(*state, "scenario list -o json", 0, "\"scenarios\": []");
	run(*state, "scenario status", 0, "No scenario has run.");
	run(*state, "scenario status --follow", 0, "No scenario runs.");
	run(*state, "scenario status -o csv", 0, "id,name,state,seed");
	run(*state, "scenario status 7", 1, "There is no run \"7\"");
	run(*state, "scenario stop last", 1, "No scenario has run.");
	run(*state, "scenario report", 1, "No scenario has run.");
	run(*state, "scenario run nowhere", 1, "There is no scenario \"nowhere\"");
	run(*state, "scenario run ./nowhere.conf", 1, "nowhere.conf");
	run(*state, "scenario rum", 2, "Did you mean run?");
	run(*state, "scenario run", 2, "usage: wfctl scenario run");
	run(*state, "scenario list --seed 1", 2, "usage: wfctl scenario run");
	run(*state, "scenario stop -o csv", 2, "usage: wfctl scenario run");
	run(*state, "status --no-traffic", 2, "status takes no --no-traffic.");
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
		TEST(test_events_are_lines_or_the_document),
		TEST(test_events_are_followed),
		TEST(test_options_may_stand_before_or_after_the_verb),
		TEST(test_rows_for_programs),
		TEST(test_top_goes_on_line_by_line),
		TEST(test_faults_and_bypass),
		TEST(test_wrong_usage_is_exit_code_2),
		TEST(test_unreachable_is_exit_code_3_and_says_why),
		TEST(test_help_and_version),
		TEST(test_full_disk_is_not_success),
		TEST(test_json_has_two_spellings),
		TEST(test_set_takes_both_directions_and_classes),
		TEST(test_changes_are_shown_and_undone),
		TEST(test_reload_names_what_stays),
		TEST(test_a_change_that_is_not_in_force_yet_is_waited_for),
		TEST(test_config_can_be_saved),
		TEST(test_scenarios_are_listed_and_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
