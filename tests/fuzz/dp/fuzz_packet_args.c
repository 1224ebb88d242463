/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as the device string of a packet port: it is refused with one reason, or what it says is
 * within bounds. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_packet_args.h"

#define FRAME 1522

static bool
is_power(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wf_where where = { .path = "ports.a" };
	struct wf_err *err = wf_err_new();
	char *text = malloc(size + 1);
	struct wf_packet_args a;

	require(text != NULL && err != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (wf_packet_args_parse(text, FRAME, &a, &where, err) < 0) {
		require(wf_err_count(err) == 1);
	} else {
		require(wf_err_count(err) == 0);
		require(a.iface[0] != '\0' && strlen(a.iface) < sizeof(a.iface));
		require(is_power(a.slot_bytes) && is_power(a.rx_slots) && is_power(a.tx_slots));
		require(a.slot_bytes >= FRAME && a.qpairs <= 64);
	}
	free(text);
	wf_err_free(err);
	return 0;
}
