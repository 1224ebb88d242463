/* SPDX-License-Identifier: BSD-3-Clause
 * Effective capabilities (capabilities(7)), by the system call itself. Control thread.
 */
#include "wf_rights.h"

#include <linux/capability.h>
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
