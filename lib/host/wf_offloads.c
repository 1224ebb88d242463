/* SPDX-License-Identifier: BSD-3-Clause
 * Offloads by ETHTOOL_GFEATURES and ETHTOOL_SFEATURES: single bits rather than the old ioctls,
 * which switch whole groups and could not give a group back as it was. Control thread.
 */
#include "wf_offloads.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* Names of features (ethtool -k as the kernel spells them); a "*" at either end is open. */
static const char *const unwanted[] = {
	"rx-checksum",
	"tx-checksum-*",
	"*-segmentation",
	"tx-gso-*",
	"rx-gro*",
	"rx-lro",
	"rx-udp-gro-forwarding",
	/* A tag outside the frame does not pass through an XDP socket. */
	"tx-vlan-hw-insert",
	"tx-vlan-stag-hw-insert",
	"rx-vlan-hw-parse",
	"rx-vlan-stag-hw-parse",
};

static bool
is_unwanted(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < WF_ARRAY_SIZE(unwanted); i++) {
		const char *u = unwanted[i];
		size_t n = strlen(u);

		if (u[0] == '*'           ? len >= n - 1 && strcmp(name + len - (n - 1), u + 1) == 0
			: u[n - 1] == '*' ? strncmp(name, u, n - 1) == 0
					  : strcmp(name, u) == 0)
			return true;
	}
	return false;
}

static int
ethtool(int sock, const char *ifname, void *cmd)
{
	struct ifreq ifr = { .ifr_data = cmd };
	int ret;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ret = ioctl(sock, SIOCETHTOOL, &ifr);
	return ret < 0 ? -errno : ret;
}

/* Number of features of this kernel, or -errno. */
static int
count_features(int sock, const char *ifname)
{
	union {
		struct ethtool_sset_info info; /* ends in an array of one here */
		uint32_t room[sizeof(struct ethtool_sset_info) / sizeof(uint32_t) + 1];
	} q = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES } };
	int ret = ethtool(sock, ifname, &q);

	if (ret < 0)
		return ret;
	return q.info.sset_mask ? (int)q.info.data[0] : -EOPNOTSUPP;
}

/* Bits of the features that we do not want. 0 or -errno. */
static int
find_unwanted(int sock, const char *ifname, int n, uint32_t mask[WF_OFFLOAD_WORDS])
{
	struct ethtool_gstrings *names =
		calloc(1, sizeof(*names) + (size_t)n * ETH_GSTRING_LEN + 1);
	int ret;

	if (!names)
		return -ENOMEM;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = (uint32_t)n;
	ret = ethtool(sock, ifname, names);
	for (int i = 0; ret >= 0 && i < n; i++) {
		char name[ETH_GSTRING_LEN + 1] = "";

		memcpy(name, names->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
		if (is_unwanted(name))
			mask[i / 32] |= 1u << (i % 32);
	}
	free(names);
	return ret;
}

/* Both end in an array of one block for each word of bits. */
union features {
	struct ethtool_gfeatures head;
	uint32_t room[(sizeof(struct ethtool_gfeatures) +
			      WF_OFFLOAD_WORDS * sizeof(struct ethtool_get_features_block)) /
		      sizeof(uint32_t)];
};

union new_features {
	struct ethtool_sfeatures head;
	uint32_t room[(sizeof(struct ethtool_sfeatures) +
			      WF_OFFLOAD_WORDS * sizeof(struct ethtool_set_features_block)) /
		      sizeof(uint32_t)];
};

int
wf_offloads_look(int sock, const char *ifname, struct wf_offloads *found)
{
	union features have;
	uint32_t mask[WF_OFFLOAD_WORDS] = { 0 };
	int n = count_features(sock, ifname), ret, on = 0;

	memset(found, 0, sizeof(*found));
	memset(&have, 0, sizeof(have));
	have.head.cmd = ETHTOOL_GFEATURES;
	if (n < 0)
		return n;
	if (n > 32 * WF_OFFLOAD_WORDS)
		n = 32 * WF_OFFLOAD_WORDS;
	ret = find_unwanted(sock, ifname, n, mask);
	if (ret < 0)
		return ret;
	have.head.size = (uint32_t)(n + 31) / 32;
	ret = ethtool(sock, ifname, &have);
	if (ret < 0)
		return ret;
	found->words = (uint32_t)(n + 31) / 32;
	for (uint32_t i = 0; i < found->words; i++) {
		found->changed[i] =
			mask[i] & have.head.features[i].active & have.head.features[i].available;
		found->wanted[i] = have.head.features[i].requested & found->changed[i];
		on += __builtin_popcount(found->changed[i]);
	}
	return on;
}

/* Sets the bits of `changed` to those of `to`. */
static int
set_features(int sock, const char *ifname, const struct wf_offloads *o, const uint32_t *to)
{
	union new_features set;
	int ret;

	memset(&set, 0, sizeof(set));
	set.head.cmd = ETHTOOL_SFEATURES;
	set.head.size = o->words;
	for (uint32_t i = 0; i < o->words; i++) {
		set.head.features[i].valid = o->changed[i];
		set.head.features[i].requested = to[i];
	}
	ret = ethtool(sock, ifname, &set);
	return ret < 0 ? ret : 0;
}

int
wf_offloads_off(int sock, const char *ifname, const struct wf_offloads *found)
{
	static const uint32_t none[WF_OFFLOAD_WORDS];

	return set_features(sock, ifname, found, none);
}

int
wf_offloads_restore(int sock, const char *ifname, const struct wf_offloads *saved)
{
	return set_features(sock, ifname, saved, saved->wanted);
}
