/* SPDX-License-Identifier: BSD-3-Clause
 * Arguments of generators. Control thread.
 */
#include "wf_generator_params.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "wf_param_args.h"

/* Ethernet, IP and UDP; an Ethernet frame without its FCS is never shorter than 60. */
#define LEAST_BYTES_4 60
#define LEAST_BYTES_6 62
#define MOST_BYTES    9216

/* By `layer`: FCS; and preamble and gap. */
static const uint32_t layer_bytes[] = { 0, 4, 24 };

static int
read_number(const char *text, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != 0 || v > max)
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

/* Sizes with + between them; 0 or -EINVAL with a reason. */
static int
read_sizes(const char *text, uint32_t least, uint32_t most, struct wf_generator_spec *out,
	const struct wf_where *where, struct wf_err *err)
{
	static const uint32_t imix[] = { 64, 590, 64, 64, 590, 64, 590, 64, 64, 590, 64, 1514 };
	char *copy = strdup(text), *rest = copy, *word;
	int ret = 0;

	if (copy == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	if (strcmp(text, "imix") == 0) {
		memcpy(out->size, imix, sizeof(imix));
		out->n_sizes = WF_ARRAY_SIZE(imix);
		rest = NULL;
	}
	while (ret == 0 && (word = strsep(&rest, "+")) != NULL) {
		uint32_t bytes = 0;

		if (out->n_sizes == WF_GENERATOR_SIZES)
			ret = wf_err_add(err, where, NULL, "size has more than %d in a row",
				WF_GENERATOR_SIZES);
		else if (read_number(word, MOST_BYTES, &bytes) < 0 || bytes < least)
			ret = wf_err_add(err, where, "Write size=64, size=64+512+1500 or size=imix",
				"size is %u to %u bytes, not \"%s\"", least, MOST_BYTES, word);
		else
			out->size[out->n_sizes++] = bytes;
	}
	free(copy);
	if (ret == 0 && most != 0 && wf_generator_most_bytes(out) > most)
		ret = wf_err_add(err, where, "Give the port a larger `mtu`",
			"frames of %u bytes are longer than the %u that the port carries",
			wf_generator_most_bytes(out), most);
	return ret;
}

/* Of a prefix the addresses between its first (the network's) and last (broadcast's), where it has
 * more than two. */
static int
read_prefix(const char *name, const char *text, uint8_t version, struct wf_generator_range *out,
	const struct wf_where *where, struct wf_err *err)
{
	uint32_t most = version == 4 ? 32 : 128, bits = most;
	const char *slash = strchr(text, '/');
	uint8_t *last = out->first + (version == 4 ? 0 : 12);
	char address[64];
	uint32_t host;

	snprintf(address, sizeof(address), "%.*s", slash != NULL ? (int)(slash - text) : 63, text);
	if (inet_pton(version == 4 ? AF_INET : AF_INET6, address, out->first) != 1 ||
		(slash != NULL && read_number(slash + 1, most, &bits) < 0) || most - bits > 32)
		return wf_err_add(err, where,
			version == 4 ? "Write an address or a prefix, such as src=10.1.0.0/16"
				     : "Write an address or a prefix of 96 bits or more, such as "
				       "src=2001:db8::/96",
			"%s is no IPv%u prefix: \"%.64s\"", name, version, text);
	out->n = 1ull << (most - bits);
	memcpy(&host, last, 4);
	host = ntohl(host) & ~(uint32_t)(out->n - 1);
	if (out->n > 2) {
		host++;
		out->n -= 2;
	}
	host = htonl(host);
	if (slash != NULL)
		memcpy(last, &host, 4);
	return 0;
}

static int
read_ports(const char *name, const char *text, struct wf_generator_range *out,
	const struct wf_where *where, struct wf_err *err)
{
	const char *dash = strchr(text, '-');
	uint32_t low = 0, high = 0;
	char first[16];

	snprintf(first, sizeof(first), "%.*s", dash != NULL ? (int)(dash - text) : 15, text);
	if (read_number(first, UINT16_MAX, &low) < 0 ||
		read_number(dash != NULL ? dash + 1 : first, UINT16_MAX, &high) < 0 || low > high)
		return wf_err_add(err, where, "Write a port, or a range such as sport=1024-2047",
			"%s is no range of ports: \"%.64s\"", name, text);
	out->first[0] = (uint8_t)(low >> 8);
	out->first[1] = (uint8_t)low;
	out->n = high - low + 1;
	return 0;
}

/* As many flows as there are addresses and ports for. */
static int
check_flows(const struct wf_generator_spec *s, const struct wf_where *where, struct wf_err *err)
{
	unsigned __int128 n = s->src.n;

	n = n * s->sport.n * s->dst.n * s->dport.n; /* 2^(32 + 16 + 32 + 16) at most */
	if (n >= s->flows)
		return 0;
	return wf_err_add(err, where, "Widen src or sport",
		"there are addresses and ports for %u flows only, not for %u", (uint32_t)n,
		s->flows);
}

/* What a ramp and bursts need, and what contradicts them. */
static int
check_pace(const struct wf_generator_params *p, struct wf_generator_spec *out,
	const struct wf_where *where, struct wf_err *err)
{
	bool ramp = p->ramp_pps > 0 || p->ramp_rate > 0;
	int ret = 0;

	if ((p->arrival != 0 || p->on > 0 || ramp) && p->pps == 0 && p->bps == 0)
		ret = wf_err_add(err, where, "Write pps=1000, or rate=10Mbit",
			"arrival, on and ramps need a rate");
	if ((p->on > 0) != (p->off > 0))
		ret = wf_err_add(
			err, where, "Write on=10ms,off=90ms", "one of on and off is missing");
	if (ramp != (p->ramp_time > 0) || (p->ramp_pps > 0 && p->pps == 0) ||
		(p->ramp_rate > 0 && p->bps == 0))
		ret = wf_err_add(err, where,
			"Write pps=1000,ramp_pps=5000,ramp_time=10s, or the same with rate and "
			"ramp_rate",
			"a ramp leads from pps to ramp_pps, or from rate to ramp_rate, within "
			"ramp_time");
	if (ramp && p->on > 0)
		ret = wf_err_add(err, where, "Choose one", "ramps and on contradict each other");
	if (p->layer != 0 && p->bps == 0)
		ret = wf_err_add(err, where, "Write rate=10Mbit,layer=1",
			"layer says what rate counts, and there is none");
	out->extra_bytes = layer_bytes[p->layer];
	out->poisson = p->arrival != 0;
	out->on_ns = p->on;
	out->off_ns = p->off;
	out->ramp_ns = p->ramp_time;
	out->ramp_to = p->bps > 0 ? p->ramp_rate : p->ramp_pps;
	return ret;
}

/* Room for probes in every frame, and numbers for all streams. */
static int
check_probe(const struct wf_generator_params *p, struct wf_generator_spec *out,
	const struct wf_where *where, struct wf_err *err)
{
	uint32_t least = (p->ip == 1 ? 62 : 42) + WF_PROBE_BYTES;
	uint64_t streams = p->probe == WF_GENERATOR_PROBE_FLOW ? p->flows : 1;
	int ret = 0;

	out->probe = (uint8_t)p->probe;
	out->stream = (uint16_t)p->stream;
	if (p->probe == WF_GENERATOR_NO_PROBE)
		return 0;
	for (uint32_t i = 0; i < out->n_sizes && ret == 0; i++)
		if (out->size[i] < least)
			ret = wf_err_add(err, where, NULL,
				"a frame with a probe has %u bytes at least, not %u", least,
				out->size[i]);
	if (p->stream + streams > WF_PROBE_STREAMS)
		ret = wf_err_add(err, where, "Write probe=all, or fewer flows",
			"there are %u streams of probes at most", WF_PROBE_STREAMS);
	return ret;
}

static int
check(const struct wf_generator_params *p, uint32_t most_bytes, struct wf_generator_spec *out,
	const struct wf_where *where, struct wf_err *err)
{
	bool six = p->ip == 1;
	int ret = 0;

	*out = (struct wf_generator_spec){ .version = six ? 6 : 4,
		.checksum = p->checksum,
		.order = (uint8_t)p->order,
		.flows = (uint32_t)p->flows,
		.pps = p->pps,
		.bps = p->bps,
		.packets = p->packets,
		.seed = p->seed };
	if (p->pps > 0 && p->bps > 0)
		ret = wf_err_add(err, where, "Choose one", "pps and rate contradict each other");
	if (six && !p->checksum)
		ret = wf_err_add(err, where, "Leave checksum out, or write ip=4",
			"UDP over IPv6 needs its checksum");
	ret |= read_sizes(
		p->size, six ? LEAST_BYTES_6 : LEAST_BYTES_4, most_bytes, out, where, err);
	ret |= check_pace(p, out, where, err);
	ret |= check_probe(p, out, where, err);
	ret |= read_prefix("src",
		p->src != NULL ? p->src
		: six          ? "2001:2::/96"
			       : "198.18.0.0/16",
		out->version, &out->src, where, err);
	ret |= read_prefix("dst",
		p->dst != NULL ? p->dst
		: six          ? "2001:2:0:1::1"
			       : "198.19.0.1",
		out->version, &out->dst, where, err);
	ret |= read_ports("sport", p->sport, &out->sport, where, err);
	ret |= read_ports("dport", p->dport, &out->dport, where, err);
	return ret < 0 ? -EINVAL : check_flows(out, where, err);
}

int
wf_generator_parse(const char *device, uint32_t most_bytes, struct wf_generator_spec *out,
	const struct wf_where *where, struct wf_err *err)
{
	static const struct wf_param_device generator = { wf_generator_table, "generator",
		"a generator" };
	struct wf_generator_params p = { 0 };
	int ret = wf_param_defaults(wf_generator_table, &p) < 0
			  ? wf_err_add(err, where, NULL, "out of memory")
			  : wf_param_args(&generator, device, &p, where, err);

	if (ret == 0)
		ret = check(&p, most_bytes, out, where, err);
	wf_param_release(wf_generator_table, &p);
	return ret < 0 ? -EINVAL : 0;
}

/* What a stream must not do beside another one. */
static int
check_beside(const struct wf_generator_spec *s, uint32_t i, const struct wf_where *where,
	struct wf_err *err)
{
	uint32_t from = s[i].stream, to = from + wf_generator_streams(&s[i], 1);

	if (s[i].pps == 0 && s[i].bps == 0)
		return wf_err_add(err, where, "Write pps or rate",
			"stream %u has no rate: it would leave nothing to the others", i);
	for (uint32_t k = 0; k < i; k++) {
		uint32_t other = s[k].stream, end = other + wf_generator_streams(&s[k], 1);

		if (from < end && other < to)
			return wf_err_add(err, where, "Give it another `stream`",
				"stream %u has the numbers of stream %u for its probes, too", i, k);
	}
	return 0;
}

int
wf_generator_parse_all(const char *device, uint32_t most_bytes, struct wf_generator_spec *out,
	uint32_t *n, const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(device), *rest = copy, *one;
	int ret = 0;

	if (copy == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	for (*n = 0; ret == 0 && (one = strsep(&rest, ";")) != NULL; (*n)++) {
		char *text = NULL;

		if (*n == WF_GENERATOR_MOST)
			ret = wf_err_add(err, where, NULL, "more than %d streams of a port",
				WF_GENERATOR_MOST);
		else if (asprintf(&text, "%s%s", *n > 0 ? "generator," : "", one) < 0)
			ret = wf_err_add(err, where, NULL, "out of memory");
		else
			ret = wf_generator_parse(text, most_bytes, &out[*n], where, err);
		free(text);
	}
	for (uint32_t i = 0; i < *n && ret == 0 && *n > 1; i++)
		ret = check_beside(out, i, where, err);
	free(copy);
	return ret;
}

uint32_t
wf_generator_most_bytes(const struct wf_generator_spec *spec)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < spec->n_sizes; i++)
		most = most > spec->size[i] ? most : spec->size[i];
	return most;
}
