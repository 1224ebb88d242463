/* SPDX-License-Identifier: BSD-3-Clause
 * The routes, one line each: dispatch, 404, 405 with Allow, and the OpenAPI document follow from
 *it. To be included after WF_ROUTE has been defined.
 *
 *	method, pattern, NAME of its handler wf_route_NAME,
 *		kind of event of what it does (LOOK: it only looks, and a read token will do; OPEN:
 *		nobody needs a token),
 *		keys of its query, schemas of its body and its answer (wf_schemas_own.c), what it is
 *
 * A segment in braces stands for any one segment: handlers find it in param[], decoded.
 */
/* clang-format off */
WF_ROUTE(GET, "/healthz", health, OPEN, "", "", "state", "the process answers")
WF_ROUTE(GET, "/", page, OPEN, "", "", "page", "the page")
WF_ROUTE(GET, "/page/{file}", page_file, OPEN, "", "", "page_file", "its files")
WF_ROUTE(GET, "/v1/parameters", parameters, LOOK, "", "", "parameters", "the tables that parse impairments")
WF_ROUTE(GET, "/readyz", ready, OPEN, "", "", "state", "packets can go through")
WF_ROUTE(GET, "/metrics", metrics, LOOK, "", "", "metrics", "all that is measured, for Prometheus")
WF_ROUTE(GET, "/v1/version", version, LOOK, "", "", "version", "version of wirefault")
WF_ROUTE(GET, "/v1/openapi.json", openapi, LOOK, "", "", "openapi", "this API, for programs")
WF_ROUTE(GET, "/v1/stats", stats, LOOK, "", "", "stats", "all that is measured")
WF_ROUTE(GET, "/v1/stats/stream", stream, LOOK, "hz", "", "stream", "the same as server-sent events")
WF_ROUTE(GET, "/v1/stats/history", history, LOOK, "seconds link", "", "history", "the last ten minutes, second by second")
WF_ROUTE(GET, "/v1/ports", ports, LOOK, "", "", "ports", "the measured ports")
WF_ROUTE(GET, "/v1/workers", workers, LOOK, "", "", "workers", "the workers, how busy they are")
WF_ROUTE(GET, "/v1/events", events, LOOK, "since wait", "", "events", "what happened")
WF_ROUTE(GET, "/v1/flows", flows, LOOK, "top by", "", "flows", "the largest flows")
WF_ROUTE(PATCH, "/v1/flows", flows_patch, change, "", "flows_patch", "changed", "counts flows, or does not")
WF_ROUTE(POST, "/v1/reset", reset, reset, "", "", "reset", "counters and histograms start again")
WF_ROUTE(GET, "/v1/captures", captures_get, LOOK, "", "", "captures", "the last capture")
WF_ROUTE(POST, "/v1/captures", captures_post, capture_asked, "", "capture", "captures", "begins a capture")
WF_ROUTE(DELETE, "/v1/captures", captures_delete, capture_asked, "", "", "captures", "ends it")
WF_ROUTE(GET, "/v1/bypass", bypass_get, LOOK, "", "", "bypassed", "is every link a plain wire")
WF_ROUTE(POST, "/v1/bypass", bypass, change, "", "bypass", "changed", "makes every link a plain wire, or no more")
WF_ROUTE(GET, "/v1/config", config_get, LOOK, "", "", "config", "the running configuration")
WF_ROUTE(PUT, "/v1/config", config_put, change, "", "config", "applied", "replaces the configuration")
WF_ROUTE(POST, "/v1/config/validate", config_validate, LOOK, "", "config", "valid", "checks a configuration")
WF_ROUTE(POST, "/v1/config/reload", config_reload, reload, "", "", "applied", "reads the file again")
WF_ROUTE(GET, "/v1/config/diff", config_diff, LOOK, "", "", "diff", "what stands above the file")
WF_ROUTE(POST, "/v1/config/undo", config_undo, change, "", "which", "undone", "takes changes back")
WF_ROUTE(POST, "/v1/changes", changes, change, "", "changes", "scheduled", "changes several links at one instant, or at several")
WF_ROUTE(GET, "/v1/links", links, LOOK, "", "", "links", "the configured links")
WF_ROUTE(POST, "/v1/links", link_post, change, "", "link", "applied", "adds a link; needs a restart")
WF_ROUTE(GET, "/v1/links/{link}", link_get, LOOK, "", "", "link", "a link")
WF_ROUTE(PATCH, "/v1/links/{link}", link_patch, change, "", "link_patch", "changed", "merges keys into it, or into its directions")
WF_ROUTE(DELETE, "/v1/links/{link}", link_delete, change, "", "", "applied", "takes it away; needs a restart")
WF_ROUTE(POST, "/v1/links/{link}/fault", fault, change, "", "fault", "changed", "a fault that ends by itself")
WF_ROUTE(GET, "/v1/links/{link}/{side}", dir_get, LOOK, "", "", "direction_or_both", "a direction of a link")
WF_ROUTE(PATCH, "/v1/links/{link}/{side}", dir_patch, change, "", "patch", "changed", "merges keys into it")
WF_ROUTE(PUT, "/v1/links/{link}/{side}", dir_put, change, "", "patch", "changed", "replaces it")
WF_ROUTE(DELETE, "/v1/links/{link}/{side}", dir_delete, change, "", "", "changed", "makes it a plain wire")
WF_ROUTE(GET, "/v1/links/{link}/classes/{class}", whole_class_get, LOOK, "", "", "class", "a class")
WF_ROUTE(PUT, "/v1/links/{link}/classes/{class}", whole_class_put, change, "", "class", "applied", "makes or replaces it")
WF_ROUTE(PATCH, "/v1/links/{link}/classes/{class}", whole_class_patch, change, "", "class_patch", "changed", "merges keys into it, or into its directions")
WF_ROUTE(DELETE, "/v1/links/{link}/classes/{class}", whole_class_delete, change, "", "", "applied", "takes it away")
WF_ROUTE(GET, "/v1/links/{link}/classes/{class}/{side}", class_get, LOOK, "", "", "direction_or_both", "the same of a class")
WF_ROUTE(PATCH, "/v1/links/{link}/classes/{class}/{side}", class_patch, change, "", "patch", "changed", "merges keys into it")
WF_ROUTE(PUT, "/v1/links/{link}/classes/{class}/{side}", class_put, change, "", "patch", "changed", "replaces it")
WF_ROUTE(DELETE, "/v1/links/{link}/classes/{class}/{side}", class_delete, change, "", "", "changed", "makes it a plain wire")
WF_ROUTE(GET, "/v1/replays", replays, LOOK, "", "", "replays", "captures of pcap ports")
WF_ROUTE(POST, "/v1/replays", replay_start, replay, "", "replay_start", "replay_stats", "starts one from the beginning")
WF_ROUTE(GET, "/v1/replays/{port}", replay_get, LOOK, "", "", "replay_stats", "how far one is")
WF_ROUTE(PATCH, "/v1/replays/{port}", replay_patch, replay, "", "replay_patch", "replay_stats", "pause, pace, steps")
WF_ROUTE(DELETE, "/v1/replays/{port}", replay_stop, replay, "", "", "replay_stats", "stops it")
WF_ROUTE(GET, "/v1/profiles", profiles, LOOK, "", "", "profiles", "the profiles there are")
WF_ROUTE(GET, "/v1/profiles/{name}", profile_get, LOOK, "", "", "config", "a profile, a configuration by its name")
WF_ROUTE(PUT, "/v1/profiles/{name}", profile_put, profile, "", "config", "saved", "saves one")
WF_ROUTE(DELETE, "/v1/profiles/{name}", profile_delete, profile, "", "", "removed", "removes one that was saved")
/* clang-format on */
