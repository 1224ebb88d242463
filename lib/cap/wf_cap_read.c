/* SPDX-License-Identifier: BSD-3-Clause
 * Reading captures through libpcap, in nanoseconds. One thread.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cap.h"

struct wf_cap_reader {
	pcap_t *pcap;
	char *path;
};

struct wf_cap_reader *
wf_cap_open(const char *path, struct wf_err *err)
{
	struct wf_where where = { path, 0, NULL };
	struct wf_cap_reader *r = calloc(1, sizeof(*r));
	char message[PCAP_ERRBUF_SIZE] = "";

	if (r == NULL || (r->path = strdup(path)) == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		goto fail;
	}
	r->pcap =
		pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, message);
	if (r->pcap == NULL) {
		wf_err_add(err, &where, "pcap and pcapng are understood",
			"not a readable capture: %s", message);
		goto fail;
	}
	if (pcap_datalink(r->pcap) != DLT_EN10MB) {
		const char *name = pcap_datalink_val_to_name(pcap_datalink(r->pcap));

		wf_err_add(err, &where, "Capture on an Ethernet interface, not on \"any\"",
			"the link type is %s, not Ethernet", name != NULL ? name : "unknown");
		goto fail;
	}
	return r;
fail:
	wf_cap_close(r);
	return NULL;
}

/* pcapng's 64 bits say anything: what no pcap could hold, up to the year 2106, is noise. pcap's own
 * 32 bits have no sign, but libpcap gives them one. With nanosecond precision tv_usec holds
 * nanoseconds. */
static bool
stamp(const struct wf_cap_reader *r, const struct timeval *ts, wf_ns_t *time_ns)
{
	int64_t s = ts->tv_sec;

	if (s < 0 && s >= INT32_MIN && pcap_major_version(r->pcap) == PCAP_VERSION_MAJOR)
		s += 1ll << 32;
	if (s < 0 || s > UINT32_MAX || ts->tv_usec < 0 || ts->tv_usec >= (suseconds_t)WF_NS_PER_S)
		return false;
	*time_ns = (wf_ns_t)s * WF_NS_PER_S + (wf_ns_t)ts->tv_usec;
	return true;
}

int
wf_cap_read(struct wf_cap_reader *r, struct wf_cap_packet *p, struct wf_err *err)
{
	struct wf_where where = { r->path, 0, NULL };
	struct pcap_pkthdr *h;
	const u_char *data;
	int rc = pcap_next_ex(r->pcap, &h, &data);

	if (rc == PCAP_ERROR_BREAK)
		return 0;
	if (rc != 1)
		return wf_err_add(err, &where, "What came before was read",
			"the capture is damaged: %s", pcap_geterr(r->pcap));
	if (!stamp(r, &h->ts, &p->time_ns))
		return wf_err_add(err, &where, "What came before was read",
			"the capture is damaged: a packet's time is out of range");
	p->cap_bytes = h->caplen;
	p->len_bytes = h->len < h->caplen ? h->caplen : h->len;
	p->data = data;
	return 1;
}

uint32_t
wf_cap_snaplen(const struct wf_cap_reader *r)
{
	return (uint32_t)pcap_snapshot(r->pcap);
}

void
wf_cap_close(struct wf_cap_reader *r)
{
	if (r == NULL)
		return;
	if (r->pcap != NULL)
		pcap_close(r->pcap);
	free(r->path);
	free(r);
}
