/* SPDX-License-Identifier: BSD-3-Clause
 * Schemas of what only the API has. Control thread only.
 *
 * Each is a line of members, KEY:TYPE. A type is int, num, str, bool, obj, null or any, or several
 * of them with | between; [TYPE] is a list; words with | between are the only values there are;
 * other names are schemas. A key with ? may be absent. An object that begins with ! has no other
 * members.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_drop.h"
#include "wf_schemas.h"

static const struct {
	const char *name, *members;
} own[] = {
	{ "count", "packets:int bytes:int" },
	{ "quantiles", "count:int min:int mean:int stddev:int p50:int p90:int p99:int p99_9:int "
		       "max:int buckets?:any" },
	{ "rate", "packets_per_s:num bits_per_s:int" },
	{ "rate_pair", "rx:rate tx:rate" },
	{ "rates", "since_reset:rate_pair interval?:rate_pair" },
	{ "clamped", "packets:int bias_mean_ns:int" },
	{ "class_stats", "name:str rx:count tx:count rates:rates dup_created:count marked:count "
			 "corrupted:count dropped:dropped delay_ns?:quantiles "
			 "release_error_ns?:quantiles flows:int" },
	{ "direction_stats",
		"rx:count tx:count rates:rates queued:count dup_created:count forged:count "
		"grown:count cut:count marked:count corrupted:count resent:count dropped:dropped "
		"delay_ns:quantiles release_error_ns:quantiles on_time_ns?:int clamped:clamped "
		"flow_fallback:int classes:[class_stats]" },
	{ "link_stats", "name:str ports:[str] ab:direction_stats ba:direction_stats" },
	{ "port_stats",
		"name:str device:str kind:str arrival:str release:str spread:str queues:int "
		"rx_slots:int tx_slots:int "
		"link_up:bool state:str interface:str|null gone:bool mtu:int downs:int "
		"rx_missed:int rx_nombuf:int tx_errors:int rx_errors:int sunk?:count "
		"written?:port_written replay?:replay_stats" },
	{ "port_written", "packets:int missed:int file_bytes:int failed:bool" },
	{ "replay_stats",
		"state:waiting|running|paused|stopped|done|failed pace:str runs:int loop:int "
		"loops:int packets:int bytes:int limit_packets:int loop_packets:int "
		"elapsed_ns:int progress_percent:num|null eta_ns:int|null streams:bool late:str "
		"tolerance_ns:int too_late:int late_dropped:int slipped_ns:int underruns:int "
		"no_buffers:int lateness_ns:quantiles notes:obj port?:str" },
	{ "replays", "replays:[replay_stats]" },
	{ "replay_start", "!port:str pace?:str paused?:bool" },
	{ "replay_patch", "!pace?:str paused?:bool step?:int" },
	{ "worker_stats", "lcore:int busy_ratio:num loops:int stall_max_ns:int cpu_ns:int "
			  "shares_core:bool idle:str" },
	{ "verdict", "trustworthy:bool reasons:[str] remedies:[str]" },
	{ "pool", "size:int in_use:int" },
	{ "stats", "schema:str time_ns:int uptime_ns:int since_reset_ns:int interval_ns?:int "
		   "generation:int seed:int|str unaccounted:count links:[link_stats] "
		   "ports:[port_stats] workers:[worker_stats] pool:pool warnings:[str] "
		   "verdict:verdict" },
	{ "ports", "ports:[port_stats]" },
	{ "workers", "workers:[worker_stats]" },
	{ "direction_history",
		"rx_packets:[int] rx_bytes:[int] tx_packets:[int] tx_bytes:[int] "
		"queued_packets:[int] queued_bytes:[int] delay_p50_ns:[int] delay_p90_ns:[int] "
		"delay_p99_ns:[int] delay_max_ns:[int] release_error_p50_ns:[int] "
		"release_error_p99_ns:[int] release_error_max_ns:[int] dup_created:[int] "
		"marked:[int] corrupted:[int] dropped:obj" },
	{ "link_history", "name:str ab:direction_history ba:direction_history" },
	{ "history", "schema:str samples:int time_ns:[int] length_ns:[int] links:[link_history]" },
	{ "event", "seq:int time_ns:int monotonic_ns:int at_ns:int kind:str text:str who?:str "
		   "about?:str what?:str generation?:int" },
	{ "events", "events:[event] missed:int last:int" },
	{ "state", "status:str" },
	{ "version", "name:str version:str api:str" },
	{ "reset", "reset:bool" },
	{ "valid", "valid:bool" },
	{ "override", "id:int change:str from_ns:int until_ns?:int" },
	{ "difference", "path:str base:any now:any" },
	{ "diff", "overrides:[override] differences:[difference]" },
	{ "changed", "generation:int effective_at_ns:int pending?:int config:any override?:int "
		     "until_ns?:int note?:str" },
	{ "applied", "generation:int effective_at_ns:int pending?:int config:any "
		     "overrides:[override] dropped:[override]" },
	{ "scheduled", "generation:int effective_at_ns:int pending?:int overrides:[override]" },
	{ "undone", "generation:int effective_at_ns:int pending?:int overrides:[override] "
		    "undone:[override]" },
	{ "links", "links:[link]" },
	{ "profile", "name:str own:bool" },
	{ "profiles", "profiles:[profile]" },
	{ "saved", "saved:str" },
	{ "removed", "removed:str" },
	{ "openapi", "openapi:str info:obj paths:obj components:obj" },
	{ "parameter", "key:str type:str help:str default?:str min?:str max?:str choices?:[str] "
		       "belongs?:[str]" },
	{ "parameter_block", "name:str summary:str main:str selector?:str params:[parameter]" },
	{ "parameters", "blocks:[parameter_block] capture:[parameter]" },
	{ "bypassed", "bypass:bool" },
	{ "change_item", "!link:str class?:str ab?:patch ba?:patch both?:patch replace?:bool" },
	{ "change", "!at:str for?:str phase?:bool run?:int|str link?:str class?:str ab?:patch "
		    "ba?:patch both?:patch replace?:bool items?:[change_item]" },
	{ "changes", "!at?:int|str for?:str phase?:bool run?:int|str link?:str class?:str "
		     "ab?:patch ba?:patch both?:patch replace?:bool items?:[change_item] "
		     "changes?:[change]" },
	{ "which", "!id?:int all?:bool" },
	{ "flow_delay", "packets:int mean:int max:int" },
	{ "flow", "link:str direction:ab|ba class?:str protocol:str source:str source_port?:int "
		  "destination:str destination_port?:int identifier?:int vlan?:int packets:int "
		  "bytes:int dropped:int delay_ns:flow_delay age_ns:int idle_ns:int" },
	{ "flows_total", "flows:int packets:int bytes:int dropped:int" },
	{ "flows_others", "packets:int bytes:int dropped:int" },
	{ "flows", "counted:bool by:bytes|packets|loss|delay complete:bool total:flows_total "
		   "others:flows_others flows:[flow]" },
	{ "flows_patch", "!counted:bool" },
	{ "bypass", "!on:bool for?:str" },
	{ "fault", "!type:blackhole|flap|spike duration:str side?:ab|ba|both period?:str down?:str "
		   "delay?:str" },
	{ "capture", "!file:str filter?:str link?:str snaplen?:int|str size?:str time?:str "
		     "files?:int|str memory?:str" },
	{ "capture_patch", "!filter:str|null" },
	{ "capture_file",
		"state:running|ending|ended|failed file:str files:int bytes:int captured:int "
		"capture_missed:int filter?:str error?:str" },
	{ "captures", "captures:[capture_file]" },
	{ "scenarios", "scenarios:[profile]" },
	{ "scenario_file", "" },
	{ "run_file", "!name:str text:str" },
	{ "run", "!scenario?:str files?:[run_file] seed?:int|str traffic?:bool" },
	{ "run_phase", "name:str round:int start_ns:int end_ns:int|null ramps:bool "
		       "until?:str ended_by?:str" },
	{ "run_window", "fault:str start_ns:int end_ns:int|null" },
	{ "run_expectation",
		"name:str link:str direction:ab|ba class?:str phase:str measure:str expected:str "
		"at_least?:num at_most?:num observed:num margin:num samples:num over:num "
		"outcome:waiting|pass|fail|too_few pass:bool why?:str final:bool "
		"final_ns:int|null" },
	{ "run_state",
		"schema:str id:int name:str title:str file:str "
		"state:waiting|running|done|failed seed:str begun_ns:int|null elapsed_ns:int "
		"duration_ns:int|null progress_percent:num|null eta_ns:int|null phase:str|null "
		"round:int|null trigger:bool faults:[str] outcome:str|null pass:bool|null "
		"trustworthy:bool|null why?:str phases?:[run_phase] windows?:[run_window] "
		"expectations?:[run_expectation]" },
	{ "runs", "runs:[run_state]" },
	{ "run_report", "schema:str name:str outcome:str pass:bool" },
	{ "error", "message:str file?:str line?:int path?:str hint?:str" },
	{ "problem", "type:str title:str status:int detail:str errors:[error]" },
};

static const struct {
	const char *word, *type;
} types[] = { { "int", "integer" }, { "num", "number" }, { "str", "string" }, { "bool", "boolean" },
	{ "obj", "object" }, { "null", "null" } };

static const char *
type_of(const char *word, size_t len)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(types); i++)
		if (strlen(types[i].word) == len && memcmp(types[i].word, word, len) == 0)
			return types[i].type;
	return NULL;
}

/* Words with | between them: types, or values. */
static json_t *
read_choices(const char *text, size_t len)
{
	json_t *list = json_array();
	bool values = type_of(text, strcspn(text, "|")) == NULL;

	for (size_t at = 0, n; list != NULL && at < len; at += n + 1) {
		n = strcspn(text + at, "| ]");
		json_array_append_new(list,
			values ? json_stringn(text + at, n) : json_string(type_of(text + at, n)));
	}
	return json_pack("{s:o}", values ? "enum" : "type", list);
}

static json_t *
read_type(const char *text, size_t len)
{
	char path[96];

	if (*text == '[')
		return json_pack(
			"{s:s,s:o}", "type", "array", "items", read_type(text + 1, len - 2));
	if (memchr(text, '|', len) != NULL)
		return read_choices(text, len);
	if (len == 3 && memcmp(text, "any", 3) == 0)
		return json_object();
	if (type_of(text, len) != NULL)
		return json_pack("{s:s}", "type", type_of(text, len));
	snprintf(path, sizeof(path), "#/components/schemas/%.*s", (int)len, text);
	return json_pack("{s:s}", "$ref", path);
}

static json_t *
read_object(const char *members)
{
	json_t *properties = json_object(), *required = json_array();
	bool closed = *members == '!';
	char key[48];
	json_t *j;

	for (const char *at = members + closed; *at != '\0'; at += strspn(at, " ")) {
		size_t name = strcspn(at, ":"), type = strcspn(at + name + 1, " ");
		bool optional = at[name - 1] == '?';

		snprintf(key, sizeof(key), "%.*s", (int)(name - optional), at);
		json_object_set_new(properties, key, read_type(at + name + 1, type));
		if (!optional)
			json_array_append_new(required, json_string(key));
		at += name + 1 + type;
	}
	j = json_pack(
		"{s:s,s:o,s:o}", "type", "object", "properties", properties, "required", required);
	if (j != NULL && closed)
		json_object_set_new(j, "additionalProperties", json_false());
	return j;
}

/* Of each cause. */
static json_t *
dropped(void)
{
	json_t *properties = json_object();

	for (int i = 1; properties != NULL && i < WF_DROP_COUNT; i++)
		json_object_set_new(properties, wf_drop_info[i].name, read_type("count", 5));
	return json_pack("{s:s,s:o,s:b}", "type", "object", "properties", properties,
		"additionalProperties", 0);
}

/* Of one direction, or { "ab": ..., "ba": ... } of two. */
static json_t *
direction_or_both(void)
{
	return json_pack("{s:[o,o]}", "anyOf", read_object("!ab:direction ba:direction"),
		read_type("direction", 9));
}

json_t *
wf_schemas(void)
{
	json_t *all = json_object();
	int rc = all != NULL ? json_object_set_new(all, "dropped", dropped()) : -1;

	if (rc == 0)
		rc = json_object_set_new(all, "direction_or_both", direction_or_both());
	for (size_t i = 0; rc == 0 && i < WF_ARRAY_SIZE(own); i++)
		rc = json_object_set_new(all, own[i].name, read_object(own[i].members));
	if (rc == 0)
		rc = wf_schemas_add_conf(all);
	if (rc == 0)
		return all;
	json_decref(all);
	return NULL;
}
