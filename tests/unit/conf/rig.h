/* SPDX-License-Identifier: BSD-3-Clause
 * Texts in, trees or the lines that users see out.
 */
#ifndef RIG_H
#define RIG_H

#include "wf_conf.h"

/* A tree of `text`, named "t.conf"; fails the test when it has errors. */
struct wf_node *rig_tree(const char *text);
/* Its configuration. */
struct wf_conf *rig_conf(const char *text);
/* What reading and binding complains about: all lines, to be freed. "" when nothing. */
char *rig_complaints(const char *text);
/* Fails unless reading and binding `text` complains with exactly these lines. */
void rig_refuses(const char *text, const char *lines);
/* Lines of err, to be freed. */
char *rig_lines(const struct wf_err *err);
/* Fails unless the node, written, is `text` with all runs of blanks and line ends as one blank. */
void rig_is(const struct wf_node *n, const char *text);

/* Ports for any link. */
#define RIG_PORTS                                                                                  \
	"ports = ( { name = \"a\"; device = \"net_null0\"; },"                                     \
	" { name = \"b\"; device = \"net_null1\"; } );\n"
/* A link with these contents. */
#define RIG_LINK(contents)                                                                         \
	RIG_PORTS "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n" contents " } );\n"

#endif
