/* SPDX-License-Identifier: BSD-3-Clause
 * Bytes of capture files as we write them: little-endian whatever the machine, so that files are
 * the same everywhere; and the numbers of pcapng's blocks and options (draft-ietf-opsawg-pcapng).
 */
#ifndef WF_CAP_BLOCKS_H
#define WF_CAP_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#define LINK_ETHERNET    1
#define BLOCK_SECTION    0x0a0d0d0au
#define BLOCK_IFACE      1u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET     6u
#define BYTE_ORDER_TAG   0x1a2b3c4du
#define OPT_END          0
#define OPT_COMMENT      1
#define OPT_TSRESOL      9

static inline uint8_t *
wf_cap_put16(uint8_t *at, uint16_t v)
{
	*at++ = (uint8_t)v;
	*at++ = (uint8_t)(v >> 8);
	return at;
}

static inline uint8_t *
wf_cap_put32(uint8_t *at, uint32_t v)
{
	return wf_cap_put16(wf_cap_put16(at, (uint16_t)v), (uint16_t)(v >> 16));
}

static inline uint8_t *
wf_cap_put64(uint8_t *at, uint64_t v)
{
	return wf_cap_put32(wf_cap_put32(at, (uint32_t)v), (uint32_t)(v >> 32));
}

#endif
