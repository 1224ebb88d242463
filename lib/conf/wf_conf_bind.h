/* SPDX-License-Identifier: BSD-3-Clause
 * What the files that check a tree share.
 */
#ifndef WF_CONF_BIND_H
#define WF_CONF_BIND_H

#include "wf_conf.h"

/* Where a node is; the path is written to buf. */
struct wf_where wf_conf_where(const struct wf_node *n, char buf[256]);
/* Adds an error at a node. Always -EINVAL. */
int wf_conf_complain(struct wf_err *err, const struct wf_node *n, const char *hint, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
/* "delay is not known here", with the nearest of `names`. */
int wf_conf_unknown(struct wf_err *err, const struct wf_node *n, const char *const *names);

/* Reads a group by its table: unknown keys, types, ranges. Keys whose bit is set in `others` are
 * somebody else's business. */
int wf_conf_bind_table(const struct wf_node *group, const struct wf_param *table, uint64_t others,
	void *block, struct wf_err *err);
/* A name of letters, digits, '-', '_' and '.', shorter than WF_NAME_MAX. */
int wf_conf_bind_name(const struct wf_node *owner, char out[WF_NAME_MAX], struct wf_err *err);

/* A copy of where a node is, which lives with the configuration for errors found later. */
struct wf_where wf_conf_keep_where(const struct wf_node *n);
void wf_conf_free_where(struct wf_where *w);

int wf_conf_bind_ports(struct wf_conf *conf, const struct wf_node *list, struct wf_err *err);
int wf_conf_bind_links(struct wf_conf *conf, const struct wf_node *links, struct wf_err *err);
int wf_conf_bind_match(const struct wf_node *group, struct wf_match *out, struct wf_err *err);

/* Turns scalars of a direction into blocks. 0 or -ENOMEM. */
int wf_conf_expand_dir(struct wf_node *dir);

/* Tables of our own keys: wf_conf_sections.c. */
struct wf_top_params {
	uint64_t given;
	uint64_t schema_version;
	char *seed;
	uint64_t memory_bytes;
	uint64_t by_value_bytes;
	uint64_t max_flows;
	wf_ns_t flow_idle_ns;
	bool count_flows;
	int idle;
};
enum {
	TOP_SCHEMA,
	TOP_SEED,
	TOP_WORKERS,
	TOP_MEMORY,
	TOP_BY_VALUE,
	TOP_MAX_FLOWS,
	TOP_FLOW_IDLE,
	TOP_COUNT_FLOWS,
	TOP_IDLE,
	TOP_PORTS,
	TOP_LINKS,
	TOP_CONTROL,
	TOP_CAPTURE
};
extern const struct wf_param wf_top_table[];

struct wf_port_params {
	uint64_t given;
	char *device;
	uint64_t mtu;
};
enum { PORT_NAME, PORT_DEVICE, PORT_MTU, PORT_STREAMS };
extern const struct wf_param wf_port_table[];

struct wf_control_params {
	uint64_t given;
	char *socket, *http, *token_file, *hosts, *profiles, *scenarios;
	bool allow_remote;
};
extern const struct wf_param wf_control_table[];

/* wf_conf_capture.c */
struct wf_capture_params {
	uint64_t given;
	char *directory, *file, *filter, *link;
	uint64_t snaplen, files, size_bytes, memory_bytes;
	wf_ns_t time_ns;
};
extern const struct wf_param wf_capture_table[];

struct wf_link_params {
	uint64_t given;
	bool inner, exempt_neighbours;
};
enum { LINK_NAME, LINK_PORTS, LINK_AB, LINK_BA, LINK_CLASSES, LINK_EXEMPT, LINK_INNER };
extern const struct wf_param wf_link_table[];

struct wf_class_params {
	uint64_t given;
	char *filter;
	int scope; /* enum wf_scope */
};
enum { CLASS_NAME, CLASS_MATCH, CLASS_FILTER, CLASS_SCOPE, CLASS_AB, CLASS_BA };
extern const struct wf_param wf_class_table[];

struct wf_dir_params {
	uint64_t given;
	bool bypass;
	int scope; /* enum wf_scope; of the default class */
};
enum { DIR_BYPASS, DIR_SCOPE, DIR_COPY };
extern const struct wf_param wf_dir_table[];

struct wf_match_params {
	uint64_t given;
	char *src, *dst, *sport, *dport, *proto, *vlan, *dscp, *ethertype, *port, *mac;
	bool mirror;
};
enum {
	MATCH_SRC,
	MATCH_DST,
	MATCH_SPORT,
	MATCH_DPORT,
	MATCH_PROTO,
	MATCH_VLAN,
	MATCH_DSCP,
	MATCH_ETHERTYPE,
	MATCH_PORT,
	MATCH_MAC,
	MATCH_MIRROR
};
extern const struct wf_param wf_match_table[];

#endif
