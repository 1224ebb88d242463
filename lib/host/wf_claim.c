/* SPDX-License-Identifier: BSD-3-Clause
 * Claims on interfaces and cores. The socket listens, so that whoever comes second can ask the
 * kernel who came first. Control thread.
 */
#include "wf_claim.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t
address_of(const char *kind, const char *name, struct sockaddr_un *a)
{
	int n;

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(&a->sun_path[1], sizeof(a->sun_path) - 1, "wirefault/%s/%s", kind, name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static pid_t
ask_holder(const struct sockaddr_un *a, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct ucred who = { 0 };
	socklen_t size = sizeof(who);

	if (fd < 0)
		return 0;
	if (connect(fd, (const struct sockaddr *)a, len) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		who.pid = 0;
	close(fd);
	return who.pid;
}

static int
claim(const char *kind, const char *name, pid_t *holder)
{
	struct sockaddr_un a;
	socklen_t len = address_of(kind, name, &a);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	*holder = 0;
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&a, len) == 0 && listen(fd, 1) == 0)
		return fd;
	error = errno;
	close(fd);
	if (error == EADDRINUSE)
		*holder = ask_holder(&a, len);
	return -error;
}

int
wf_claim_interface(const char *ifname, pid_t *holder)
{
	return claim("interface", ifname, holder);
}

int
wf_claim_core(unsigned core, pid_t *holder)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", core);
	return claim("core", name, holder);
}
