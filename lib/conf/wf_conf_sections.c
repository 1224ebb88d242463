/* SPDX-License-Identifier: BSD-3-Clause
 * The keys that belong to no stage, as tables: read by the checks and by the manual.
 */
#include "wf_conf_bind.h"

const struct wf_param wf_top_table[] = {
	[TOP_SCHEMA] = { .name = "schema_version",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_top_params, schema_version),
		.fallback = "1",
		.min = "1",
		.max = "1",
		.help = "version of this format" },
	[TOP_SEED] = { .name = "seed",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_top_params, seed),
		.help = "seed of all randomness, 0 to 2^64 - 1; without it the system gives one, "
			"which is printed" },
	[TOP_WORKERS] = { .name = "workers",
		.type = WF_PARAM_ELSEWHERE,
		.help = "list of cores, one poll-mode worker each; without it the last allowed "
			"core" },
	[TOP_MEMORY] = { .name = "memory",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_top_params, memory_bytes),
		.min = "16MB",
		.max = "1024GB",
		.help = "for packets; without it what hugepages leave, or a part of the RAM" },
	[TOP_MAX_FLOWS] = { .name = "max_flows",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_top_params, max_flows),
		.fallback = "65536",
		.min = "1",
		.max = "16777216",
		.help = "flows that each worker remembers; more share the state of their class" },
	[TOP_FLOW_IDLE] = { .name = "flow_idle",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_top_params, flow_idle_ns),
		.fallback = "60s",
		.min = "1s",
		.max = "24h",
		.help = "a flow unseen for so long is forgotten" },
	[TOP_PORTS] = { .name = "ports",
		.type = WF_PARAM_ELSEWHERE,
		.help = "list of ports (required)" },
	[TOP_LINKS] = { .name = "links",
		.type = WF_PARAM_ELSEWHERE,
		.help = "list of links (required)" },
	[TOP_CONTROL] = { .name = "control",
		.type = WF_PARAM_ELSEWHERE,
		.help = "how wirefault is reached while it runs" },
	{ 0 },
};

const struct wf_param wf_port_table[] = {
	[PORT_NAME] = { .name = "name",
		.type = WF_PARAM_ELSEWHERE,
		.help = "how links call it (required)" },
	[PORT_DEVICE] = { .name = "device",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_port_params, device),
		.help = "DPDK device with its arguments, such as net_tap0,iface=wfa, "
			"net_af_packet0,iface=eth1 or 0000:03:00.1 (required)" },
	[PORT_MTU] = { .name = "mtu",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_port_params, mtu),
		.fallback = "0",
		.max = "65000",
		.help = "longest payload of a frame in bytes; 0: what the device has" },
	{ 0 },
};

const struct wf_param wf_control_table[] = {
	{ .name = "socket",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_control_params, socket),
		.fallback = WF_CONF_DEFAULT_SOCKET,
		.help = "path of the Unix socket that wfctl talks to" },
	{ 0 },
};

const struct wf_param wf_link_table[] = {
	[LINK_NAME] = { .name = "name",
		.type = WF_PARAM_ELSEWHERE,
		.help = "name of the link (required)" },
	[LINK_PORTS] = { .name = "ports",
		.type = WF_PARAM_ELSEWHERE,
		.help = "the two ports that it joins: [ \"a\", \"b\" ] (required)" },
	[LINK_AB] = { .name = "ab",
		.type = WF_PARAM_ELSEWHERE,
		.help = "what happens from the first port to the second; absent: a plain wire" },
	[LINK_BA] = { .name = "ba",
		.type = WF_PARAM_ELSEWHERE,
		.help = "what happens from the second port to the first" },
	[LINK_CLASSES] = { .name = "classes",
		.type = WF_PARAM_ELSEWHERE,
		.help = "list of classes with impairments of their own" },
	{ 0 },
};

static const char *const scope_names[] = { "class", "flow", NULL };

const struct wf_param wf_class_table[] = {
	[CLASS_NAME] = { .name = "name",
		.type = WF_PARAM_ELSEWHERE,
		.help = "name of the class (required)" },
	[CLASS_MATCH] = { .name = "match",
		.type = WF_PARAM_ELSEWHERE,
		.help = "which packets belong to it; the first class that matches wins "
			"(required)" },
	[CLASS_SCOPE] = { .name = "scope",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_class_params, scope),
		.fallback = "class",
		.choices = scope_names,
		.help = "do all its packets share rate, queue, chain and order, or has each flow "
			"its "
			"own" },
	[CLASS_AB] = { .name = "ab",
		.type = WF_PARAM_ELSEWHERE,
		.help = "its impairments from the first port to the second; absent: the class does "
			"not exist in that direction" },
	[CLASS_BA] = { .name = "ba",
		.type = WF_PARAM_ELSEWHERE,
		.help = "its impairments from the second port to the first" },
	{ 0 },
};

const struct wf_param wf_dir_table[] = {
	[DIR_BYPASS] = { .name = "bypass",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_dir_params, bypass),
		.fallback = "false",
		.help = "a plain wire, whatever else is written here" },
	[DIR_SCOPE] = { .name = "scope",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_dir_params, scope),
		.fallback = "class",
		.choices = scope_names,
		.help = "of the direction's default class (a class says it once, beside its "
			"match)" },
	[DIR_COPY] = { .name = "copy",
		.type = WF_PARAM_ELSEWHERE,
		.help = "\"ab\" in ba, or \"ba\" in ab: the same as there but for the keys written "
			"here" },
	{ 0 },
};

const struct wf_param wf_match_table[] = {
	[MATCH_SRC] = { .name = "src",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, src),
		.help = "source address or prefix, IPv4 or IPv6" },
	[MATCH_DST] = { .name = "dst",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, dst),
		.help = "destination address or prefix" },
	[MATCH_SPORT] = { .name = "sport",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, sport),
		.help = "source port, or a range such as \"5060-5090\"" },
	[MATCH_DPORT] = { .name = "dport",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, dport),
		.help = "destination port or range" },
	[MATCH_PROTO] = { .name = "proto",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, proto),
		.help = "tcp, udp, icmp, icmpv6, sctp, dccp, udplite, gre, esp or a number" },
	[MATCH_VLAN] = { .name = "vlan",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, vlan),
		.help = "outermost VLAN identifier or range" },
	[MATCH_DSCP] = { .name = "dscp",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, dscp),
		.help = "0 to 63, a range, or a name: ef, cs0 to cs7, af11 to af43" },
	[MATCH_ETHERTYPE] = { .name = "ethertype",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_match_params, ethertype),
		.help = "behind VLAN tags: ipv4, ipv6, arp, or a number such as 0x88cc" },
	[MATCH_MIRROR] = { .name = "mirror",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_match_params, mirror),
		.fallback = "false",
		.help = "in ba, swap src with dst and sport with dport, so that replies match "
			"too" },
	{ 0 },
};

const struct wf_conf_section wf_conf_sections[] = {
	{ "Top level", "A file needs only `ports` and `links`", wf_top_table },
	{ "ports", "What wirefault polls. Any device that DPDK can drive", wf_port_table },
	{ "links", "A link joins two ports; each port belongs to one link", wf_link_table },
	{ "classes", "Traffic of a link that is treated apart", wf_class_table },
	{ "match", "All keys that are given must fit; a class without any takes everything",
		wf_match_table },
	{ "Directions", "Keys of `ab` and `ba` besides the impairments below", wf_dir_table },
	{ "control", "The control socket", wf_control_table },
	{ 0 },
};
