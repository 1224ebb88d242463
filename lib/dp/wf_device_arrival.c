/* SPDX-License-Identifier: BSD-3-Clause
 * How it will be known when a port's frames came, as far as that can be said without opening it.
 * Control thread.
 */
#include "wf_cardstamps.h"
#include "wf_devargs.h"
#include "wf_device.h"

struct wf_device_arrival
wf_device_arrival_of_card(enum wf_cardstamps card)
{
	switch (card) {
	case WF_CARDSTAMPS_ALL:
		return (struct wf_device_arrival){ NULL,
			"its card has hardware time stamps, as the kernel's driver says: they are "
			"used where DPDK's driver offers them, too" };
	case WF_CARDSTAMPS_SOME:
		return (struct wf_device_arrival){ "polled",
			"its card has hardware time stamps for frames of PTP only" };
	case WF_CARDSTAMPS_NONE:
		return (struct wf_device_arrival){ "polled",
			"its card has no hardware time stamps" };
	default:
		return (struct wf_device_arrival){ NULL,
			"only DPDK's driver knows whether its card has hardware time stamps: "
			"`arrival` in the statistics of a run says so" };
	}
}

struct wf_device_arrival
wf_device_arrival(const char *device)
{
	static const char *const made[] = { "generator", "sink", "pcap", "tester" };

	if (wf_devargs_is_pci(device)) {
		char address[WF_DEV_NAME];

		wf_devargs_name(device, address);
		return wf_device_arrival_of_card(wf_cardstamps_look_pci(address));
	}
	if (wf_devargs_driver(device, "packet"))
		return (struct wf_device_arrival){ "stamped",
			"the kernel stamps its frames, no hardware does" };
	for (size_t i = 0; i < WF_ARRAY_SIZE(made); i++)
		if (wf_devargs_driver(device, made[i]))
			return (struct wf_device_arrival){ "stamped",
				"its frames come with their times, no hardware stamps them" };
	return (struct wf_device_arrival){ "polled", "it has no hardware time stamps" };
}
