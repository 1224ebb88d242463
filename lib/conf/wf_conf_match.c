/* SPDX-License-Identifier: BSD-3-Clause
 * The keys of a match: prefixes, ranges, names. Control threads only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"

struct name {
	const char *name;
	unsigned value;
};

static const struct name protocols[] = { { "icmp", 1 }, { "tcp", 6 }, { "udp", 17 }, { "dccp", 33 },
	{ "gre", 47 }, { "esp", 50 }, { "icmpv6", 58 }, { "sctp", 132 }, { "udplite", 136 },
	{ 0 } };
/* RFC 2474, 2597, 3246. */
static const struct name dscps[] = { { "cs0", 0 }, { "cs1", 8 }, { "cs2", 16 }, { "cs3", 24 },
	{ "cs4", 32 }, { "cs5", 40 }, { "cs6", 48 }, { "cs7", 56 }, { "af11", 10 }, { "af12", 12 },
	{ "af13", 14 }, { "af21", 18 }, { "af22", 20 }, { "af23", 22 }, { "af31", 26 },
	{ "af32", 28 }, { "af33", 30 }, { "af41", 34 }, { "af42", 36 }, { "af43", 38 },
	{ "ef", 46 }, { 0 } };
static const struct name ethertypes[] = { { "ipv4", 0x0800 }, { "arp", 0x0806 }, { "ipv6", 0x86dd },
	{ 0 } };

static const char *
name_of(const struct name *names, unsigned value)
{
	for (; names->name != NULL; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}

const char *
wf_conf_protocol_name(unsigned protocol)
{
	return name_of(protocols, protocol);
}

const char *
wf_conf_ethertype_name(unsigned ethertype)
{
	return name_of(ethertypes, ethertype);
}

/* A name or a number up to max. */
static int
read_value(const char *text, const struct name *names, unsigned max, unsigned *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long v;
	char *end;

	for (; names != NULL && names->name != NULL; names++) {
		if (strcmp(names->name, text) == 0) {
			*out = names->value;
			return 0;
		}
	}
	if (*text < '0' || *text > '9')
		return -EINVAL;
	v = strtoul(text, &end, hex ? 16 : 10); /* 010 is ten */
	if (*end != 0 || v > max)
		return -EINVAL;
	*out = (unsigned)v;
	return 0;
}

/* "5060-5090", "80", or a name. */
static int
read_range(const char *text, const struct name *names, unsigned max, struct wf_range16 *out)
{
	char low[32];
	const char *dash = strchr(text, '-');
	unsigned lo, hi;
	size_t length = dash != NULL ? (size_t)(dash - text) : strlen(text);

	if (length >= sizeof(low))
		return -EINVAL;
	memcpy(low, text, length);
	low[length] = 0;
	if (read_value(low, names, max, &lo) < 0 ||
		read_value(dash != NULL ? dash + 1 : low, names, max, &hi) < 0 || lo > hi)
		return -EINVAL;
	*out = (struct wf_range16){ (uint16_t)lo, (uint16_t)hi };
	return 0;
}

/* Clears the bits behind the prefix, so that 10.1.2.3/8 is 10.0.0.0/8. */
static void
cut(struct wf_prefix *p)
{
	for (unsigned bit = p->len; bit < 128; bit++)
		p->addr[bit / 8] &= (uint8_t) ~(0x80 >> (bit % 8));
}

static int
read_prefix(const char *text, struct wf_prefix *out)
{
	char address[64];
	const char *slash = strchr(text, '/');
	unsigned length, max;
	struct in_addr v4;

	*out = (struct wf_prefix){ 0 };
	snprintf(address, sizeof(address), "%.*s", slash != NULL ? (int)(slash - text) : 63, text);
	if (inet_pton(AF_INET, address, &v4) == 1) {
		out->family = 4;
		out->addr[10] = out->addr[11] = 0xff;
		memcpy(out->addr + 12, &v4, 4);
		max = 32;
	} else if (inet_pton(AF_INET6, address, out->addr) == 1) {
		out->family = 6;
		max = 128;
	} else {
		return -EINVAL;
	}
	length = max;
	if (slash != NULL && read_value(slash + 1, NULL, max, &length) < 0)
		return -EINVAL;
	out->len = (uint8_t)(out->family == 4 ? length + 96 : length);
	cut(out);
	return 0;
}

static void
bind_prefix(const struct wf_node *group, const char *key, const char *text, struct wf_prefix *out,
	enum wf_match_has bit, struct wf_match *m, struct wf_err *err)
{
	if (text == NULL)
		return;
	m->has |= bit;
	if (read_prefix(text, out) < 0)
		wf_conf_complain(err, wf_node_get(group, key),
			"Write an address or a prefix, such as \"10.0.0.0/8\" or \"2001:db8::/32\"",
			"\"%.64s\" is not a prefix", text);
}

struct range_key {
	const char *key, *text, *hint;
	const struct name *names;
	unsigned max;
	enum wf_match_has bit;
	struct wf_range16 *out;
};

static void
bind_ranges(const struct wf_node *group, const struct wf_match_params *p, struct wf_match *m,
	struct wf_err *err)
{
	const struct range_key keys[] = {
		{ "sport", p->sport, "Write a port or a range, such as \"5060-5090\"", NULL, 65535,
			WF_MATCH_SPORT, &m->sport },
		{ "dport", p->dport, "Write a port or a range, such as \"5060-5090\"", NULL, 65535,
			WF_MATCH_DPORT, &m->dport },
		{ "port", p->port, "Write a port or a range, such as \"5060-5090\"", NULL, 65535,
			WF_MATCH_PORT, &m->port },
		{ "vlan", p->vlan, "Write an identifier from 0 to 4094, or a range", NULL, 4094,
			WF_MATCH_VLAN, &m->vlan },
		{ "dscp", p->dscp, "Write 0 to 63, a range, or a name such as \"ef\"", dscps, 63,
			WF_MATCH_DSCP, &m->dscp },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		const struct range_key *k = &keys[i];

		if (k->text == NULL)
			continue;
		m->has |= k->bit;
		if (read_range(k->text, k->names, k->max, k->out) < 0)
			wf_conf_complain(err, wf_node_get(group, k->key), k->hint,
				"\"%.64s\" is not a %s", k->text, k->key);
	}
}

static void
bind_numbers(const struct wf_node *group, const struct wf_match_params *p, struct wf_match *m,
	struct wf_err *err)
{
	unsigned value;

	if (p->proto != NULL) {
		m->has |= WF_MATCH_PROTO;
		if (read_value(p->proto, protocols, 255, &value) < 0)
			wf_conf_complain(err, wf_node_get(group, "proto"),
				"Write tcp, udp, icmp, icmpv6, sctp or a number up to 255",
				"\"%.64s\" is not a protocol", p->proto);
		else
			m->proto = (uint8_t)value;
	}
	if (p->ethertype != NULL) {
		m->has |= WF_MATCH_ETHERTYPE;
		if (read_value(p->ethertype, ethertypes, 65535, &value) < 0)
			wf_conf_complain(err, wf_node_get(group, "ethertype"),
				"Write ipv4, ipv6, arp or a number such as 0x88cc",
				"\"%.64s\" is not an Ethernet type", p->ethertype);
		else
			m->ethertype = (uint16_t)value;
	}
}

static void
bind_mac(const struct wf_node *group, const char *text, struct wf_match *m, struct wf_err *err)
{
	unsigned v[6];
	int end = 0;

	if (text == NULL)
		return;
	m->has |= WF_MATCH_MAC;
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		    &end) != 6 ||
		end != 17 || text[end] != 0 || strspn(text, "0123456789abcdefABCDEF:") != 17)
		wf_conf_complain(err, wf_node_get(group, "mac"),
			"Write six bytes, as in \"02:00:00:00:00:01\"",
			"\"%.64s\" is not a MAC address", text);
	for (int i = 0; i < 6; i++)
		m->mac[i] = (uint8_t)v[i];
}

static bool
apart(struct wf_range16 a, struct wf_range16 b)
{
	return a.hi < b.lo || b.hi < a.lo;
}

static void
check_ports(const struct wf_node *group, const struct wf_match *m, struct wf_err *err)
{
	const uint32_t all = WF_MATCH_PORT | WF_MATCH_SPORT | WF_MATCH_DPORT;

	if ((m->has & all) == all && apart(m->port, m->sport) && apart(m->port, m->dport))
		wf_conf_complain(err, wf_node_get(group, "port"), "Leave one of them out",
			"neither \"sport\" nor \"dport\" can be within \"port\", so nothing can "
			"match");
}

int
wf_conf_bind_match(const struct wf_node *group, struct wf_match *out, struct wf_err *err)
{
	struct wf_match_params p = { 0 };
	size_t before = wf_err_count(err);

	*out = (struct wf_match){ 0 };
	wf_conf_bind_table(group, wf_match_table, 0, &p, err);
	bind_prefix(group, "src", p.src, &out->src, WF_MATCH_SRC, out, err);
	bind_prefix(group, "dst", p.dst, &out->dst, WF_MATCH_DST, out, err);
	if (out->src.family != 0 && out->dst.family != 0 && out->src.family != out->dst.family)
		wf_conf_complain(err, group, "Make two classes",
			"\"src\" and \"dst\" are of different IP versions, so nothing can match");
	bind_ranges(group, &p, out, err);
	bind_numbers(group, &p, out, err);
	bind_mac(group, p.mac, out, err);
	check_ports(group, out, err);
	out->mirror = p.mirror;
	wf_param_release(wf_match_table, &p);
	return wf_err_count(err) == before ? 0 : -EINVAL;
}
