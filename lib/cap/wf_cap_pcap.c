/* SPDX-License-Identifier: BSD-3-Clause
 * Records of pcap files: micro- and nanoseconds, both byte orders, the longer record of Kuznetzov's
 * patch, and the swapped lengths of before version 2.4 (draft-ietf-opsawg-pcap; libpcap's
 * sf-pcap.c). A header's snap length is not believed: records say how long they are. One thread.
 */
#include "wf_cap_format.h"

#define MAGIC_US      0xa1b2c3d4u
#define MAGIC_NS      0xa1b23c4du
#define MAGIC_PATCHED 0xa1b2cd34u
#define MAGIC_NAVTEL  0xa12b3c4du
#define HEADER_BYTES  24
#define MAJOR_DGUX    543 /* what DG/UX writes */
/* Above it stand the length of an FCS, and whether that is known. */
#define LINK_TYPE_MASK 0x03ffffffu

static int
next(struct wf_cap_file *f, struct wf_cap_record *r)
{
	size_t left;
	const uint8_t *h = wf_stream_peek(f->stream, f->header_bytes, &left);
	uint32_t seconds, fraction;

	if (h == NULL && left == 0 && wf_stream_error(f->stream) == NULL)
		return 0;
	if (h == NULL)
		return wf_cap_damage(f, "it ends in the header of a packet");
	seconds = wf_cap_u32(f, h);
	fraction = wf_cap_u32(f, h + 4);
	r->cap_bytes = wf_cap_u32(f, h + 8);
	r->len_bytes = wf_cap_u32(f, h + 12);
	if (f->minor < 3 || (f->minor == 3 && r->cap_bytes > r->len_bytes)) {
		uint32_t swap = r->cap_bytes;

		r->cap_bytes = r->len_bytes;
		r->len_bytes = swap;
	}
	if (r->cap_bytes > WF_CAP_RECORD_MAX)
		return wf_cap_damage(f, "a packet of more than 16 MiB");
	if (fraction >= f->fractions)
		return wf_cap_damage(f, fraction < WF_NS_PER_S
						? "the fractions of its times are nanoseconds, "
						  "behind the magic number of microseconds"
						: "a packet's time is out of range");
	h = wf_stream_peek(f->stream, f->header_bytes + r->cap_bytes, NULL);
	if (h == NULL)
		return wf_cap_damage(f, "it ends within a packet");
	r->time_ns = seconds * WF_NS_PER_S + fraction * (WF_NS_PER_S / f->fractions);
	r->timed = true;
	r->link_type = f->link_type;
	r->iface = 0;
	r->data = h + f->header_bytes;
	return 1;
}

static int
next_and_skip(struct wf_cap_file *f, struct wf_cap_record *r)
{
	int rc = next(f, r);

	/* The bytes stay where they are until the stream is asked again. */
	if (rc == 1)
		wf_stream_skip(f->stream, f->header_bytes + r->cap_bytes);
	return rc;
}

const char *
wf_cap_pcap_begin(struct wf_cap_file *f)
{
	const uint8_t *h = wf_stream_peek(f->stream, 4, NULL);
	uint32_t magic = 0;

	for (int big = 0; h != NULL && big < 2; big++) {
		f->big = big;
		magic = wf_cap_u32(f, h);
		if (magic == MAGIC_US || magic == MAGIC_NS || magic == MAGIC_PATCHED ||
			magic == MAGIC_NAVTEL)
			break;
		magic = 0;
	}
	if (magic == 0)
		return "neither pcap nor pcapng";
	h = wf_stream_peek(f->stream, HEADER_BYTES, NULL);
	if (h == NULL)
		return "it ends within its header";
	if (wf_cap_u16(f, h + 4) == MAJOR_DGUX)
		f->minor = 2; /* its lengths are swapped, as they were then */
	else if (wf_cap_u16(f, h + 4) == 2)
		f->minor = wf_cap_u16(f, h + 6);
	else
		return "a version of pcap other than 2";
	f->link_type = wf_cap_u32(f, h + 20) & LINK_TYPE_MASK;
	f->header_bytes = magic == MAGIC_PATCHED ? 24 : 16;
	f->fractions = magic == MAGIC_NS || f->nanoseconds ? 1000000000 : 1000000;
	f->next = next_and_skip;
	wf_stream_skip(f->stream, HEADER_BYTES);
	return NULL;
}
