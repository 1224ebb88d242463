/* SPDX-License-Identifier: BSD-3-Clause
 * What frames are to become, as text. Control thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_rewrite.h"

static int
read_mac(const char *name, const char *text, uint8_t mac[6], const struct wf_where *where,
	struct wf_err *err)
{
	unsigned v[6];
	int end = -1;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		    &end) != 6 ||
		end < 0 || text[end] != '\0')
		return wf_err_add(err, where, "Write 02:00:00:00:00:01",
			"%s=%.40s is no MAC address", name, text);
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)v[i];
	return 0;
}

static bool
read_number(const char *text, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != 0 || v > max)
		return false;
	*out = (uint32_t)v;
	return true;
}

/* "10.1.0.0/16", host bits 0. */
static bool
read_prefix(char *text, uint8_t ip[16], uint8_t *version, uint8_t *bits)
{
	char *slash = strchr(text, '/');
	uint32_t n, most;

	*version = strchr(text, ':') != NULL ? 6 : 4;
	most = *version == 6 ? 128 : 32;
	if (slash == NULL)
		return false;
	*slash = 0;
	if (!read_number(slash + 1, most, &n) ||
		inet_pton(*version == 6 ? AF_INET6 : AF_INET, text, ip) != 1)
		return false;
	*bits = (uint8_t)n;
	for (uint32_t i = n; i < most; i++)
		if (ip[i / 8] >> (7 - i % 8) & 1)
			return false;
	return true;
}

/* One "FROM-TO"; *bits are those of TO. */
static bool
read_map(char *text, struct wf_rewrite_map *m, uint8_t *bits)
{
	char *to = strchr(text, '-');
	uint8_t version;

	if (to == NULL)
		return false;
	*to++ = 0;
	return read_prefix(text, m->from, &m->version, &m->bits) &&
	       read_prefix(to, m->to, &version, bits) && version == m->version;
}

static int
read_maps(
	const char *text, struct wf_rewrite *out, const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(text), *rest = copy, *word;
	int ret = 0;

	if (copy == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	while (ret == 0 && (word = strsep(&rest, "+")) != NULL) {
		struct wf_rewrite_map *m = &out->map[out->n_maps];
		uint8_t bits;

		if (out->n_maps == WF_REWRITE_MAPS)
			ret = wf_err_add(
				err, where, NULL, "map has more than %u prefixes", WF_REWRITE_MAPS);
		else if (!read_map(word, m, &bits) || bits != m->bits)
			ret = wf_err_add(err, where,
				"Write 10.1.0.0/16-10.2.0.0/16, two prefixes of one length with "
				"nothing behind them, and more with + between them",
				"map=%.80s maps no prefix", text);
		else
			out->n_maps++;
	}
	free(copy);
	return ret;
}

static int
read_ports(
	const char *text, struct wf_rewrite *out, const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(text), *rest = copy, *word;
	int ret = 0;

	if (copy == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	while (ret == 0 && (word = strsep(&rest, "+")) != NULL) {
		char *to = strchr(word, '-');
		uint32_t a = 0, b = 0;

		if (to != NULL)
			*to++ = 0;
		if (out->n_ports == WF_REWRITE_MAPS)
			ret = wf_err_add(
				err, where, NULL, "ports has more than %u pairs", WF_REWRITE_MAPS);
		else if (to == NULL || !read_number(word, 65535, &a) || !read_number(to, 65535, &b))
			ret = wf_err_add(err, where, "Write 80-8080, and more with + between them",
				"ports=%.80s maps no port", text);
		else {
			out->port[out->n_ports].from = (uint16_t)a;
			out->port[out->n_ports++].to = (uint16_t)b;
		}
	}
	free(copy);
	return ret;
}

static int
read_vlan(
	const char *text, struct wf_rewrite *out, const struct wf_where *where, struct wf_err *err)
{
	uint32_t id = 0;

	if (strcmp(text, "pop") == 0)
		out->vlan = WF_VLAN_POP;
	else if (strncmp(text, "push-", 5) == 0 && read_number(text + 5, 4095, &id))
		out->vlan = WF_VLAN_PUSH;
	else if (strncmp(text, "set-", 4) == 0 && read_number(text + 4, 4095, &id))
		out->vlan = WF_VLAN_SET;
	else
		return wf_err_add(err, where, "Write push-100, set-100 or pop",
			"vlan=%.40s does nothing to a tag", text);
	out->vlan_id = (uint16_t)id;
	return 0;
}

static int
read_ttl(const char *text, struct wf_rewrite *out, const struct wf_where *where, struct wf_err *err)
{
	bool less = text[0] == '-';
	uint32_t n;

	if (!read_number(text + less, 255, &n) || n == 0)
		return wf_err_add(err, where, "Write 1 to 255, or -1 to lower it by 1",
			"ttl=%.40s is none", text);
	out->ttl = (int16_t)(less ? -(int)n : (int)n);
	return 0;
}

static int
read_unique(
	const char *text, struct wf_rewrite *out, const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(text);
	bool good = copy != NULL && read_map(copy, &out->unique, &out->pool_bits) &&
		    out->pool_bits <= out->unique.bits;

	free(copy);
	if (good)
		return 0;
	out->unique.version = 0;
	return wf_err_add(err, where,
		"Write 10.1.0.0/16-10.0.0.0/8: the prefix of the capture's addresses, and the "
		"shorter one from which each loop gets another of that length",
		"unique=%.80s gives no addresses", text);
}

int
wf_rewrite_parse(const struct wf_rewrite_text *text, struct wf_rewrite *out,
	const struct wf_where *where, struct wf_err *err)
{
	int ret = 0;

	*out = (struct wf_rewrite){ .sets_src = text->smac != NULL,
		.sets_dst = text->dmac != NULL };
	if (text->smac != NULL)
		ret |= read_mac("smac", text->smac, out->src, where, err);
	if (text->dmac != NULL)
		ret |= read_mac("dmac", text->dmac, out->dst, where, err);
	if (text->map != NULL)
		ret |= read_maps(text->map, out, where, err);
	if (text->ports != NULL)
		ret |= read_ports(text->ports, out, where, err);
	if (text->vlan != NULL)
		ret |= read_vlan(text->vlan, out, where, err);
	if (text->ttl != NULL)
		ret |= read_ttl(text->ttl, out, where, err);
	if (text->unique != NULL)
		ret |= read_unique(text->unique, out, where, err);
	out->any = text->smac || text->dmac || text->map || text->ports || text->vlan || text->ttl;
	return ret < 0 ? -EINVAL : 0;
}
