/* SPDX-License-Identifier: BSD-3-Clause
 * The configuration, checked and typed. Control threads only.
 *
 * Two forms: the tree (wf_node.h), which is what users write, PATCH changes and GET shows; and
 * struct wf_conf, bound from a tree, which is what the plan compiler reads.
 */
#ifndef WF_CONF_H
#define WF_CONF_H

#include "wf_err.h"
#include "wf_match.h"
#include "wf_node.h"
#include "wf_stage.h"

#define WF_CONF_MAX_WORKERS 64
#define WF_CONF_MAX_LINKS   256
#define WF_CONF_MAX_PORTS   (2 * WF_CONF_MAX_LINKS)
#define WF_CONF_MAX_CLASSES 1024 /* of one link */

enum wf_scope { WF_SCOPE_CLASS, WF_SCOPE_FLOW };

struct wf_conf_dir {
	bool present;
	bool bypass;         /* a plain wire, whatever the blocks say */
	enum wf_scope scope; /* of the default class; a class has its own */
	struct wf_where where;
	void *block[WF_BLOCK_COUNT]; /* the stage's parameter struct; NULL: absent */
	struct wf_where block_where[WF_BLOCK_COUNT];
};

struct wf_conf_class {
	char name[WF_NAME_MAX];
	struct wf_where where;
	enum wf_scope scope;
	struct wf_match match;
	char *filter; /* tcpdump expression that has to hold too; NULL: none */
	struct wf_where filter_where;
	struct wf_conf_dir dir[2]; /* an absent direction leaves its packets to later classes */
};

struct wf_conf_link {
	char name[WF_NAME_MAX];
	struct wf_where where;
	uint32_t port[2];          /* indices into ports */
	bool exempt_neighbours;    /* ARP and Neighbour Discovery see a plain wire */
	bool inner;                /* flows and matches are of what tunnels carry */
	struct wf_conf_dir dir[2]; /* the default class; absent: a plain wire */
	uint32_t n_classes;
	struct wf_conf_class *classes;
};

struct wf_conf_port {
	char name[WF_NAME_MAX];
	char *device; /* EAL's device: "net_tap0,iface=lab-a" or a PCI address */
	uint32_t mtu; /* bytes of payload; 0: what the device has */
	struct wf_where where;
};

struct wf_conf_control {
	char *socket;     /* path of the Unix socket */
	char *http;       /* "127.0.0.1:8474"; NULL: not by TCP */
	char *token_file; /* its absolute path; NULL: none */
	char *hosts;      /* with commas; NULL: no more */
	char *profiles;   /* a directory, its absolute path; NULL: none */
	char *scenarios;  /* the same */
	bool allow_remote;
};

/* What a worker does when there is nothing to do: wf_idle_names. */
enum wf_idle_kind { WF_IDLE_spin, WF_IDLE_pause, WF_IDLE_sleep };
extern const char *const wf_idle_names[];

/* A capture: what the file says of one from the start, and the defaults of later ones. */
struct wf_conf_capture {
	char *directory;
	char *file;   /* NULL: none */
	char *filter; /* NULL: all packets */
	char *link;   /* NULL: all links */
	struct wf_where filter_where, link_where;
	uint32_t snaplen;    /* bytes */
	uint32_t files;      /* kept; 0: all */
	uint64_t size_bytes; /* of a file, before another begins; 0: no matter */
	wf_ns_t time_ns;     /* the same */
	uint64_t memory_bytes;
};

struct wf_conf {
	char *file;
	bool seed_given;
	uint64_t seed;
	uint32_t n_workers;                    /* 0: the last allowed core */
	unsigned workers[WF_CONF_MAX_WORKERS]; /* cores */
	uint64_t memory_bytes;                 /* 0: by default */
	uint32_t by_value_bytes;               /* frames up to this length are held as copies */
	uint32_t max_flows;                    /* per worker */
	wf_ns_t flow_idle_ns;
	bool count_flows;
	enum wf_idle_kind idle;
	uint32_t n_ports, n_links;
	struct wf_conf_port *ports;
	struct wf_conf_link *links;
	struct wf_conf_control control;
	struct wf_conf_capture capture;
};

#define WF_CONF_DEFAULT_SOCKET   "/run/wirefault/control.sock"
#define WF_CONF_DEFAULT_CAPTURES "/var/lib/wirefault"

/* Reads a libconfig file (or text, named `name` in errors) into a normalised tree: `copy` expanded,
 * scalars of stages turned into blocks. NULL with reasons in err. */
struct wf_node *wf_conf_read_file(const char *path, struct wf_err *err);
struct wf_node *wf_conf_read_text(
	const char *text, const char *name, bool allow_include, struct wf_err *err);
/* Normalises a tree that came from elsewhere (JSON). 0 or -EINVAL. */
int wf_conf_normalise(struct wf_node *tree, struct wf_err *err);
/* Checks every key and value of a normalised tree. NULL with all reasons in err. The result keeps
 * no pointer into the tree. */
struct wf_conf *wf_conf_bind(const struct wf_node *tree, struct wf_err *err);
void wf_conf_free(struct wf_conf *conf);
/* A group with the keys of a capture (NULL: none is given). With `above`, which has what is not
 * given: somebody asks for it while wirefault runs, and may not say where files go. 0, or -EINVAL
 * with reasons. */
int wf_conf_bind_capture(const struct wf_node *n, const struct wf_conf_capture *above,
	struct wf_conf_capture *out, struct wf_err *err);
void wf_conf_free_capture(struct wf_conf_capture *c);
/* Adds what is valid but hardly meant: classes that an earlier one shadows, matches of ends in ba
 * without `mirror`, filters that see no tagged frame. */
void wf_conf_warn(const struct wf_conf *conf, struct wf_err *warnings);

/* A tree as libconfig text that reads back as the same tree. Heap; NULL: out of memory. */
char *wf_conf_write(const struct wf_node *tree);

/* A copy of a tree in which files that stages read are named so that they are found from anywhere:
 * with their absolute paths. NULL: out of memory. */
struct wf_node *wf_conf_portable(const struct wf_node *tree);
/* The same of one direction, or a patch of it, in place. false: out of memory. */
bool wf_conf_settle_dir(const struct wf_node *dir);

/* Writes the seed into a tree, in place of its own if it has one. 0 or -ENOMEM. */
int wf_conf_set_seed(struct wf_node *tree, uint64_t seed);

/* The node of a link, or of one of its classes; a class of NULL or "default" is the link itself,
 * which says what happens to all other packets. NULL: there is none. */
struct wf_node *wf_conf_owner_node(const struct wf_node *tree, const char *link, const char *class);
/* The node of a direction of such an owner, made when `create` and absent. NULL: absent, out of
 * memory, or there is no owner. */
struct wf_node *wf_conf_dir_node(struct wf_node *owner, enum wf_side side, bool create);
/* Merges `patch` into the direction's node (RFC 7396: a null removes). A changed `model` or
 * `distribution` drops the keys of the old one. Normalises. 0 or -EINVAL. */
int wf_conf_merge_dir(struct wf_node *dir, const struct wf_node *patch, struct wf_err *err);
/* A patch that makes the direction (NULL: it is not there) what the group `want` says: what else it
 * has is null. NULL: out of memory. */
struct wf_node *wf_conf_patch_to(const struct wf_node *dir, const struct wf_node *want);
/* Turns one assignment ("delay.stddev=2ms", "loss=1%", "loss=null") into an addition to the patch.
 * 0 or -EINVAL. */
int wf_conf_patch_set(struct wf_node *patch, const char *assignment, struct wf_err *err);

/* Names of matches: of an IP protocol, of a frame's type. NULL: it has none. */
const char *wf_conf_protocol_name(unsigned protocol);
const char *wf_conf_ethertype_name(unsigned ethertype);

/* The tables that lib/conf itself adds to those of the stages, for the manual: NULL-terminated list
 * of sections (heading, what it is, rows). */
struct wf_conf_section {
	const char *heading; /* "ports", "links", "classes", "match", "control", "capture", "top
				level" */
	const char *summary;
	const struct wf_param *params;
};
extern const struct wf_conf_section wf_conf_sections[];

#endif
