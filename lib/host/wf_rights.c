/* SPDX-License-Identifier: BSD-3-Clause
 * Capabilities (capabilities(7)), by the system calls themselves: they are of threads.
 */
#include "wf_rights.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *
wf_rights_lacking(bool net_admin, bool net_raw)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, has) < 0)
		return NULL; /* nobody says: whoever tries will see */
	if (net_admin && !(has[0].effective & 1u << CAP_NET_ADMIN))
		return "CAP_NET_ADMIN";
	if (net_raw && !(has[0].effective & 1u << CAP_NET_RAW))
		return "CAP_NET_RAW";
	return NULL;
}

int
wf_rights_keep(uint64_t rights)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capget, &head, has) < 0)
		return -errno;
	/* The bounding set needs CAP_SETPCAP; without that, nothing is in the way of it either. */
	for (int cap = 0; has[0].effective & 1u << CAP_SETPCAP && cap <= 63; cap++)
		if (!(rights & 1ull << cap))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int word = 0; word < 2; word++) {
		has[word].permitted &= (uint32_t)(rights >> (32 * word));
		has[word].effective = has[word].permitted;
		has[word].inheritable = 0;
	}
	return syscall(SYS_capset, &head, has) < 0 ? -errno : 0;
}
