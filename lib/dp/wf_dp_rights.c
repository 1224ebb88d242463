/* SPDX-License-Identifier: BSD-3-Clause
 * Capabilities, dropped thread by thread: the kernel has them of threads, and offers no call for
 * all of a process. Workers drop theirs when they start, the control thread when they have, and
 * DPDK's interrupt thread in an alarm. (With --telemetry there are more threads of DPDK's, which
 * keep theirs.) Control thread.
 *
 * What is kept, and why: CAP_NET_ADMIN where a port stands on an interface of the host (to detach
 * XDP, end promiscuous mode, put offloads and MTU back, pull cables, and make a tap anew);
 * CAP_NET_RAW where frames are read from one (to take hold of one that is back), with AF_XDP
 * CAP_BPF and CAP_IPC_LOCK as well; CAP_SYS_ADMIN where a veth's peer is in another network
 * namespace, whose offloads are put back there, and for taps, which may be moved into one, and
 * count there; CAP_SYS_PTRACE if that namespace has no name.
 */
#include "wf_dp_rights.h"

#include <errno.h>
#include <rte_alarm.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "wf_devargs.h"
#include "wf_dp_private.h"
#include "wf_rights.h"

uint64_t
wf_dp_rights_needed(const struct wf_dp *dp)
{
	uint64_t rights = wf_hostif_rights(dp->hostif);

	for (uint32_t i = 0; i < dp->n_ports; i++) {
		const struct wf_port *p = &dp->ports[i];
		bool tap = wf_devargs_driver(p->device, "net_tap");

		if (tap || p->hostif[0])
			rights |= WF_RIGHT_NET_ADMIN;
		if (tap)
			rights |= WF_RIGHT_ADMIN;
		if (wf_devargs_driver(p->device, "net_af_xdp"))
			rights |= WF_RIGHT_BPF | WF_RIGHT_IPC_LOCK;
		if (!tap && p->hostif[0])
			rights |= WF_RIGHT_NET_RAW;
	}
	return rights;
}

struct dropping {
	uint64_t keep;
	int rc;
	sem_t done;
};

static void
on_alarm(void *arg)
{
	struct dropping *d = arg;

	d->rc = wf_rights_keep(d->keep);
	sem_post(&d->done);
}

/* DPDK's own thread. 0 or -errno. */
static int
drop_of_interrupts(uint64_t keep)
{
	static struct dropping d; /* a late alarm still finds it */
	struct timespec until;
	int rc;

	d.keep = keep;
	sem_init(&d.done, 0, 0);
	rc = rte_eal_alarm_set(1, on_alarm, &d);
	if (rc < 0)
		return rc;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2;
	while (sem_timedwait(&d.done, &until) < 0)
		if (errno != EINTR)
			return -errno;
	return d.rc;
}

int
wf_dp_drop_rights(struct wf_dp *dp, struct wf_err *err)
{
	int ret = drop_of_interrupts(dp->rights);

	if (ret == 0)
		ret = wf_rights_keep(dp->rights);
	return ret == 0 ? 0
			: wf_err_add(err, NULL, NULL, "capabilities cannot be dropped: %s",
				  strerror(-ret));
}
