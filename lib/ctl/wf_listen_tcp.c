/* SPDX-License-Identifier: BSD-3-Clause
 * A listening TCP socket, of loopback unless more is allowed. Control thread only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_listen.h"
#include "wf_units.h"

#define BACKLOG 128

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int
refuse(struct wf_err *err, const char *address, int errnum, const char *hint, const char *what)
{
	const struct wf_where where = { .path = "control.http" };

	wf_err_add(err, &where, hint, "%s: %s", address, what);
	return -errnum;
}

/* The part before the port, without brackets, and the port. */
static bool
split(const char *text, char host[64], uint64_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	bool brackets = len >= 2 && text[0] == '[' && text[len - 1] == ']';

	if (len == 0 || len >= 64 || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
		wf_units_count(colon + 1, port) < 0 || *port > UINT16_MAX)
		return false;
	if (brackets) {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	/* 1::2:80 says nothing for sure. */
	return brackets == (strchr(host, ':') != NULL);
}

static bool
parse(const char *text, union address *a, struct wf_listen_address *at)
{
	uint64_t port;

	*a = (union address){ 0 };
	if (!split(text, at->host, &port))
		return false;
	if (strcmp(at->host, "localhost") == 0)
		strcpy(at->host, "127.0.0.1");
	if (inet_pton(AF_INET, at->host, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons((uint16_t)port);
		at->loopback = ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
		return true;
	}
	if (inet_pton(AF_INET6, at->host, &a->v6.sin6_addr) != 1)
		return false;
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons((uint16_t)port);
	at->loopback = IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
	return true;
}

static int
listen_at(int fd, union address *a, struct wf_listen_address *at)
{
	const int on = 1;
	socklen_t size = a->any.sa_family == AF_INET ? sizeof(a->v4) : sizeof(a->v6);

	/* A restart need not wait for what the last run's connections leave behind. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &a->any, size) < 0 || listen(fd, BACKLOG) < 0 ||
		getsockname(fd, &a->any, &size) < 0)
		return -errno;
	at->port = ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port);
	return 0;
}

int
wf_listen_tcp(
	const char *address, bool allow_remote, struct wf_listen_address *at, struct wf_err *err)
{
	union address a;
	int fd, rc;

	if (!parse(address, &a, at))
		return refuse(err, address, EINVAL, "Write 127.0.0.1:8474, or [::1]:8474",
			"not an address with a port");
	if (!at->loopback && !allow_remote)
		return refuse(err, address, EACCES,
			"Use 127.0.0.1, with a proxy for TLS in front; or say allow_remote = true, "
			"and tokens go over the network as they are",
			"other machines could connect to it");
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(err, address, errno, NULL, strerror(errno));
	rc = listen_at(fd, &a, at);
	if (rc < 0) {
		close(fd);
		return refuse(err, address, -rc,
			rc == -EADDRINUSE ? "Stop what listens there, or choose another port"
					  : NULL,
			strerror(-rc));
	}
	return fd;
}
