/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as the kernel's answer to RTM_GETSTATS: nothing is read outside of them, and what is
 * refused changes nothing. libFuzzer.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "wf_ifstats.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *answer = malloc(size ? size : 1); /* of just this length, aligned as answers are */
	struct wf_ifstats s = { 11, 22, 33 };
	int ret;

	require(answer != NULL);
	memcpy(answer, data, size);
	ret = wf_ifstats_parse(answer, size, &s);
	require(ret == 0 || ret == -ENODEV || ret == -EPROTO);
	require(ret == 0 || (s.rx_dropped == 11 && s.tx_dropped == 22));
	require(s.backlog_dropped == 33);
	free(answer);
	return 0;
}
