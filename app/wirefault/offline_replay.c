/* SPDX-License-Identifier: BSD-3-Clause
 * From a pcap port to a source on a virtual clock, and to the file that it writes.
 */
#include "offline_replay.h"

#include <stdlib.h>
#include <string.h>

#include "wf_devargs.h"
#include "wf_source_replay.h"

static bool
is_pcap(const struct wf_conf_port *p)
{
	return wf_devargs_driver(p->device, "pcap");
}

/* The port that sends the other side of p's capture, or that has the capture whose other side p
 * sends; NULL: there is none. */
static const struct wf_conf_port *
partner(const struct wf_conf *conf, const struct wf_conf_port *p)
{
	char of[WF_REPLAY_NAME], wanted[WF_REPLAY_NAME];
	bool other = wf_replay_of(p->device, wanted);

	for (uint32_t i = 0; i < conf->n_ports; i++) {
		const struct wf_conf_port *q = &conf->ports[i];

		if (!is_pcap(q) || q == p)
			continue;
		if (other ? strcmp(q->name, wanted) == 0
			  : wf_replay_of(q->device, of) && strcmp(of, p->name) == 0)
			return q;
	}
	return NULL;
}

/* Or does it only take? */
static bool
sends(const char *device)
{
	return strstr(device, ",file=") != NULL;
}

struct wf_source *
wf_offline_replay(const struct wf_conf *conf, uint32_t port, struct wf_err *err)
{
	const struct wf_conf_port *p = &conf->ports[port],
				  *q = is_pcap(p) ? partner(conf, p) : NULL;
	char name[WF_REPLAY_NAME];
	bool other = is_pcap(p) && wf_replay_of(p->device, name);
	struct wf_replay_spec spec;

	if (!is_pcap(p) || (other && q == NULL) || (!other && !sends(p->device))) {
		wf_err_add(err, &p->where, "Give a file in the place of \"" WF_OFFLINE_PORT "\"",
			"port %s has no capture", p->name);
		return NULL;
	}
	if (wf_replay_parse(other ? q->device : p->device, &spec, &p->where, err) < 0 ||
		(q != NULL && wf_replay_parse_other(other ? p->device : q->device, &spec.rewrite[1],
				      &p->where, err) < 0)) {
		wf_replay_release(&spec);
		return NULL;
	}
	return wf_source_replay(&spec, other, q != NULL ? 2 : 1, WF_SOURCE_OWN_TIMES, err);
}

char *
wf_offline_replay_to(const struct wf_conf *conf, uint32_t port, struct wf_err *err)
{
	const struct wf_conf_port *p = &conf->ports[port];
	struct wf_replay_to to = { 0 };

	if (!is_pcap(p)) {
		wf_err_add(err, &p->where, "Give a file in the place of \"" WF_OFFLINE_PORT "\"",
			"port %s writes no file", p->name);
		return NULL;
	}
	if (wf_replay_to(p->device, &to, &p->where, err) < 0)
		return NULL;
	if (to.path == NULL)
		wf_err_add(err, &p->where, "Add to=out.pcapng", "port %s writes no file", p->name);
	for (uint32_t i = 0; i < conf->n_ports && to.path != NULL; i++) {
		if (!is_pcap(&conf->ports[i]) ||
			!wf_replay_reads(conf->ports[i].device, to.path, &p->where))
			continue;
		wf_err_add(err, &p->where, "Write to=another.pcapng",
			"%.200s is what port %s sends", to.path, conf->ports[i].name);
		free(to.path);
		to.path = NULL;
	}
	return to.path;
}
