/* SPDX-License-Identifier: BSD-3-Clause
 * Packet sockets as the control thread sees them: made, bound, mapped, and asked for what the
 * kernel counts.
 */
#ifndef WF_PACKET_SOCKET_H
#define WF_PACKET_SOCKET_H

#include "wf_packet_args.h"
#include "wf_packet_queue.h"

/* On failure of those below *step says what could not be done, as in "can't be ...". */

/* A socket with its rings, bound to nothing. 0 or -errno; closing mirrors it, and a failed one too.
 */
int wf_packet_socket_open(
	struct wf_packet_rings *r, const struct wf_packet_args *args, const char **step);
void wf_packet_socket_close(struct wf_packet_rings *r, const struct wf_packet_args *args);
/* To an interface, of which it then receives everything. Again, if that has gone. 0 or -errno. */
int wf_packet_socket_bind(int fd, unsigned ifindex, const char **step);
/* A bound socket joins the group that shares flows out; *group is -1 for the first, which makes it.
 * 0 or -errno. */
int wf_packet_socket_join(int fd, int *group, const char **step);
/* Forgets what has been received, before anybody receives. Returns the slot to go on with. */
uint32_t wf_packet_socket_flush(const struct wf_packet_rings *r, const struct wf_packet_args *args);

/* Frames that found no room in the ring since the last call. */
uint64_t wf_packet_drops(int fd);
/* Has the interface that the socket is bound to a carrier at this moment? */
bool wf_packet_carrier(int fd);

#endif
