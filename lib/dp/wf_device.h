/* SPDX-License-Identifier: BSD-3-Clause
 * Which driver takes a port whose device is only the name of a network interface ("eth0").
 * Control thread.
 */
#ifndef WF_DEVICE_H
#define WF_DEVICE_H

#include "wf_cardstamps.h"
#include "wf_conf.h"
#include "wf_event.h"

/* What the choice depends on. */
struct wf_device_facts {
	bool exists;
	uint32_t mtu;        /* of the interface */
	uint32_t queues;     /* that it receives on */
	uint32_t xdp_queues; /* of them, those that DPDK's AF_XDP driver can bind to */
	char pci[16];        /* its PCI address; "": none */
	char kernel_driver[32];
	bool af_xdp, mlx4, mlx5; /* DPDK's driver is installed, and the kernel can */
	uint32_t most_mtu;       /* of all ports: they share their packet buffers */
	uint32_t n_workers;
};

/* Is it the name of an interface, rather than a device of EAL's ("net_tap0", "0000:03:00.1")? */
bool wf_device_is_interface(const char *device);
/* The device for the interface, as EAL names it; `number` tells it from others of its driver.
 * *why gets the reason against better drivers, or NULL. Heap; NULL: out of memory. Pure. */
char *wf_device_choose(
	const char *ifname, const struct wf_device_facts *f, unsigned number, const char **why);
/* What is known of the interface: the members up to kernel_driver. */
void wf_device_look(const char *ifname, struct wf_device_facts *f);

/* Puts chosen devices in the place of bare names. Tells `events` of each. 0 or -ENOMEM. */
int wf_device_resolve(struct wf_conf *conf, struct wf_event_log *events);
/* What `run` would stumble over on this machine, as warnings at the ports' lines: no such
 * interface, one taken twice, names that are too long, MTUs that differ along a link. Resolved
 * devices only. */
void wf_device_warn(const struct wf_conf *conf, struct wf_err *warnings);
/* What the device's driver can't count or see, as a sentence without a full stop; NULL: nothing
 * that is known. docs/explanation/ports.md has the whole. */
const char *wf_device_blind(const char *device);

/* How it will be known when a port's frames came. */
struct wf_device_arrival {
	const char *arrival; /* as the statistics will say; NULL: only its driver knows */
	const char *stamps;  /* of hardware: a sentence without a full stop */
};
/* Resolved devices only. */
struct wf_device_arrival wf_device_arrival(const char *device);
/* The same of one that DPDK drives, whose card the kernel knows so. Pure. */
struct wf_device_arrival wf_device_arrival_of_card(enum wf_cardstamps card);

#endif
