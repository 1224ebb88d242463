/* SPDX-License-Identifier: BSD-3-Clause
 * The kernel's messages about interfaces. Pure.
 */
#include "wf_watch_message.h"

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

/* IFF_LOWER_UP of <linux/if.h>, which can't stand beside <net/if.h>. */
#define LOWER_UP  0x10000u
#define ALIGN4(n) (((n) + 3u) & ~3u)

static uint32_t
u32(const uint8_t *b)
{
	uint32_t v;

	memcpy(&v, b, sizeof(v));
	return v;
}

static void
read_attribute(uint16_t type, const uint8_t *data, uint32_t n, struct wf_link_message *out)
{
	switch (type) {
	case IFLA_IFNAME:
		snprintf(out->name, sizeof(out->name), "%.*s", (int)strnlen((const char *)data, n),
			(const char *)data);
		break;
	case IFLA_MTU:
		out->mtu = n >= 4 ? u32(data) : 0;
		break;
	case IFLA_CARRIER:
		out->carrier = n >= 1 && data[0] != 0;
		break;
	case IFLA_NEW_NETNSID:
		out->moved = true;
		out->new_netnsid = n >= 4 ? (int)u32(data) : -1;
		break;
	case IFLA_NEW_IFINDEX:
		out->new_ifindex = n >= 4 ? u32(data) : 0;
		break;
	case IFLA_TARGET_NETNSID:
		out->netnsid = n >= 4 ? (int)u32(data) : -1;
		break;
	default:
		break;
	}
}

/* Calls `read` for each whole attribute of body[at..n). */
static void
read_attributes(const uint8_t *body, uint32_t at, uint32_t n,
	void (*read)(uint16_t type, const uint8_t *data, uint32_t n, struct wf_link_message *out),
	struct wf_link_message *out)
{
	while (at + sizeof(struct rtattr) <= n) {
		struct rtattr a;

		memcpy(&a, body + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > n - at)
			return;
		read(a.rta_type & NLA_TYPE_MASK, body + at + sizeof(a),
			a.rta_len - (uint32_t)sizeof(a), out);
		at += ALIGN4(a.rta_len);
	}
}

static void
read_link(const uint8_t *body, uint32_t n, bool deleted, struct wf_link_message *out)
{
	struct ifinfomsg head;

	memcpy(&head, body, sizeof(head));
	*out = (struct wf_link_message){ .ifindex = (unsigned)head.ifi_index,
		.deleted = deleted,
		.netnsid = -1,
		.new_netnsid = -1,
		.up = (head.ifi_flags & IFF_UP) != 0,
		.carrier = (head.ifi_flags & LOWER_UP) != 0 };
	read_attributes(body, ALIGN4(sizeof(head)), n, read_attribute, out);
}

static void
read_netns_attribute(uint16_t type, const uint8_t *data, uint32_t n, struct wf_link_message *out)
{
	if (type == NETNSA_NSID && n >= 4)
		out->netnsid = (int)u32(data);
}

static void
read_netns(const uint8_t *body, uint32_t n, struct wf_link_message *out)
{
	*out = (struct wf_link_message){ .netnsid = -1, .new_netnsid = -1 };
	read_attributes(body, ALIGN4(sizeof(struct rtgenmsg)), n, read_netns_attribute, out);
}

const uint8_t *
wf_link_message_read(
	const uint8_t *bytes, uint32_t *n, enum wf_link_kind *kind, struct wf_link_message *out)
{
	struct nlmsghdr head;
	uint32_t whole;

	*kind = WF_LINK_NONE;
	if (*n < sizeof(head))
		return NULL;
	memcpy(&head, bytes, sizeof(head));
	if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > *n)
		return NULL;
	if (head.nlmsg_type == NLMSG_DONE)
		*kind = WF_LINK_DONE;
	else if (head.nlmsg_type == NLMSG_ERROR)
		*kind = WF_LINK_ERROR;
	else if ((head.nlmsg_type == RTM_NEWLINK || head.nlmsg_type == RTM_DELLINK) &&
		 head.nlmsg_len >= sizeof(head) + sizeof(struct ifinfomsg))
		*kind = WF_LINK_STATE;
	else if (head.nlmsg_type == RTM_DELNSID &&
		 head.nlmsg_len >= sizeof(head) + sizeof(struct rtgenmsg))
		*kind = WF_LINK_NETNS_GONE;
	if (*kind == WF_LINK_NETNS_GONE)
		read_netns(bytes + sizeof(head), head.nlmsg_len - (uint32_t)sizeof(head), out);
	if (*kind == WF_LINK_STATE)
		read_link(bytes + sizeof(head), head.nlmsg_len - (uint32_t)sizeof(head),
			head.nlmsg_type == RTM_DELLINK, out);
	out->answers = head.nlmsg_seq;
	whole = ALIGN4(head.nlmsg_len) < *n ? ALIGN4(head.nlmsg_len) : *n;
	*n -= whole;
	return bytes + whole;
}
