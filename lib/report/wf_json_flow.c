/* SPDX-License-Identifier: BSD-3-Clause
 * Flows. Control threads only.
 */
#include "wf_json_flow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "wf_conf.h"

#define PROTOCOL_ICMP   1
#define PROTOCOL_ICMPV6 58

static unsigned
be16(const uint8_t b[2])
{
	return (unsigned)(b[0] << 8 | b[1]);
}

static json_t *
address(const struct wf_flow_key *key, const uint8_t a[16])
{
	char text[INET6_ADDRSTRLEN];

	if (key->family == 4)
		inet_ntop(AF_INET, a + 12, text, sizeof(text));
	else if (key->family == 6)
		inet_ntop(AF_INET6, a, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2],
			a[3], a[4], a[5]);
	return json_string(text);
}

/* Of IP, else the type of the frame. */
static json_t *
protocol(const struct wf_flow_key *key)
{
	const char *name = key->family != 0 ? wf_conf_protocol_name(key->proto)
					    : wf_conf_ethertype_name(be16(key->ethertype));
	char text[16];

	if (name == NULL)
		snprintf(text, sizeof(text), key->family != 0 ? "%u" : "0x%04x",
			key->family != 0 ? key->proto : be16(key->ethertype));
	return json_string(name != NULL ? name : text);
}

int
wf_json_flow(json_t *j, const struct wf_flow_key *key)
{
	unsigned sport = be16(key->sport), dport = be16(key->dport), vlan = be16(key->vlan);
	bool echo = key->proto == PROTOCOL_ICMP || key->proto == PROTOCOL_ICMPV6;
	int rc = json_object_set_new(j, "protocol", protocol(key));

	rc |= json_object_set_new(j, "source", address(key, key->src));
	rc |= json_object_set_new(j, "destination", address(key, key->dst));
	if (echo && sport != 0)
		rc |= json_object_set_new(j, "identifier", json_integer(sport));
	if (!echo && (sport != 0 || dport != 0)) {
		rc |= json_object_set_new(j, "source_port", json_integer(sport));
		rc |= json_object_set_new(j, "destination_port", json_integer(dport));
	}
	if (vlan != WF_NO_VLAN)
		rc |= json_object_set_new(j, "vlan", json_integer(vlan));
	return rc == 0 ? 0 : -ENOMEM;
}
