/* SPDX-License-Identifier: BSD-3-Clause
 * Ports, checked. Control threads only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_conf_files.h"

/* Is it this kind of port, with or without a number behind it? */
static bool
is_kind(const char *device, const char *kind)
{
	size_t n = strlen(kind);

	if (strncmp(device, kind, n) != 0)
		return false;
	n += strspn(device + n, "0123456789");
	return device[n] == 0 || device[n] == ',';
}

/* As much of a device as must differ from that of every other port: DPDK knows it by its name, a
 * packet port is its interface; there are as many generators, captures, sinks and testers as
 * anybody wants.
 */
static size_t
own_length(const char *device)
{
	if (device == NULL || is_kind(device, "generator") || is_kind(device, "pcap") ||
		is_kind(device, "sink") || is_kind(device, "tester"))
		return 0;
	return strncmp(device, "packet,", 7) == 0 ? strlen(device) : strcspn(device, ",");
}

/* Is another port called the same, or the same device? Arguments behind a comma don't count. */
static void
check_twins(const struct wf_conf *conf, const struct wf_conf_port *port, const struct wf_node *n,
	struct wf_err *err)
{
	for (const struct wf_conf_port *q = conf->ports; q < port; q++) {
		size_t length = own_length(port->device);

		if (*port->name != 0 && strcmp(q->name, port->name) == 0)
			wf_conf_complain(err, wf_node_get(n, "name"), "Give it another name",
				"a second port \"%s\"", port->name);
		if (length != 0 && own_length(q->device) == length &&
			strncmp(q->device, port->device, length) == 0)
			wf_conf_complain(err, wf_node_get(n, "device"),
				strncmp(port->device, "net_", 4) == 0
					? "Number them: net_tap0, net_tap1"
					: "Give each port an interface of its own",
				"port \"%s\" has the device \"%.*s\", too", q->name, (int)length,
				port->device);
	}
}

/* Files in its arguments belong to the folder of the configuration, as all others do. Takes and
 * returns heap. */
static char *
find_files(char *device, const struct wf_node *from, struct wf_err *err)
{
	char *found;

	if (device == NULL || from == NULL)
		return device;
	found = wf_conf_device_files(device, from->file, wf_conf_path_beside);
	if (found == NULL)
		wf_err_add(err, NULL, NULL, "out of memory");
	free(device);
	return found;
}

/* The arguments of a stream, as a device has them. What is wrong goes to err. */
static void
add_stream(FILE *out, const struct wf_node *stream, struct wf_err *err)
{
	if (stream->kind != WF_NODE_GROUP) {
		wf_conf_complain(err, stream, "Write streams = ( { pps = 1000; }, { pps = 5; } )",
			"a stream is a group of a generator's arguments");
		return;
	}
	for (const struct wf_node *a = stream->first; a != NULL; a = a->next) {
		char buf[64];
		const char *text = wf_node_text(a, buf, sizeof(buf));

		if (text == NULL || strpbrk(text, ",;") != NULL)
			wf_conf_complain(
				err, a, NULL, "an argument is a number or a text, without , ;");
		else
			fprintf(out, "%s%s=%s", a == stream->first ? "" : ",", a->name, text);
	}
}

/* "generator" with these streams: one text, in which ; stands between them. Takes and returns
 * heap. */
static char *
add_streams(char *device, const struct wf_node *streams, struct wf_err *err)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	if (streams == NULL || device == NULL)
		return device;
	if (streams->kind != WF_NODE_LIST || streams->first == NULL ||
		strcmp(device, "generator") != 0) {
		wf_conf_complain(err, streams, "Write device = \"generator\" beside it",
			"streams is a list of groups, for a generator without other arguments");
		return device;
	}
	out = open_memstream(&text, &size);
	if (out == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return device;
	}
	fputs("generator", out);
	for (const struct wf_node *s = streams->first; s != NULL; s = s->next) {
		fputc(s == streams->first ? ',' : ';', out);
		add_stream(out, s, err);
	}
	if (fclose(out) != 0)
		wf_err_add(err, NULL, NULL, "out of memory");
	free(device);
	return text;
}

static void
bind_port(struct wf_conf *conf, const struct wf_node *n, struct wf_conf_port *port,
	struct wf_err *err)
{
	struct wf_port_params p = { 0 };

	port->where = wf_conf_keep_where(n);
	if (wf_param_defaults(wf_port_table, &p) < 0) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return;
	}
	wf_conf_bind_table(n, wf_port_table, 1 << PORT_NAME | 1 << PORT_STREAMS, &p, err);
	if (n->kind != WF_NODE_GROUP)
		return;
	wf_conf_bind_name(n, port->name, err);
	port->mtu = (uint32_t)p.mtu;
	port->device = p.device = find_files(p.device, wf_node_get(n, "device"), err);
	port->device = p.device = add_streams(port->device, wf_node_get(n, "streams"), err);
	if (wf_node_get(n, "device") == NULL)
		wf_conf_complain(
			err, n, "Write device = \"net_tap0,iface=wfa\"", "\"device\" is missing");
	else if (p.device != NULL && *p.device == 0)
		wf_conf_complain(err, wf_node_get(n, "device"),
			"Write device = \"net_tap0,iface=wfa\"", "the device has no name");
	check_twins(conf, port, n, err);
}

int
wf_conf_bind_ports(struct wf_conf *conf, const struct wf_node *list, struct wf_err *err)
{
	size_t n = wf_node_length(list);

	if (n > WF_CONF_MAX_PORTS)
		return wf_conf_complain(err, list, NULL, "more than %d ports", WF_CONF_MAX_PORTS);
	conf->ports = calloc(n, sizeof(*conf->ports));
	if (conf->ports == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (const struct wf_node *p = list->first; p != NULL; p = p->next)
		bind_port(conf, p, &conf->ports[conf->n_ports++], err);
	return 0;
}
