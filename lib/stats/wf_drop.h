/* SPDX-License-Identifier: BSD-3-Clause
 * Every cause for which a packet can end inside wirefault. One list; JSON, tables and the manual
 * follow from it.
 */
#ifndef WF_DROP_H
#define WF_DROP_H

/* X(name, by, help): `by` is MODEL where the configured impairment wanted it, EMULATOR where we
 * failed (the run is then not trustworthy), OTHER where it is neither. */
#define WF_DROP_CAUSES(X)                                                                          \
	X(loss, MODEL, "lost by the loss model")                                                   \
	X(target, MODEL, "aimed at, by its kind, size or number")                                  \
	X(arq, MODEL, "lost on the link as often as the link may send it")                         \
	X(queue_full, MODEL, "the queue limit was reached")                                        \
	X(aqm, MODEL, "dropped early by the queue's active management")                            \
	X(policed, MODEL, "over the rate of mode = \"police\"")                                    \
	X(blackhole, MODEL, "the direction or class is a blackhole")                               \
	X(outage, MODEL, "arrived during an outage")                                               \
	X(reset, MODEL, "its TCP connection was reset")                                            \
	X(unreachable, MODEL, "its destination was declared unreachable")                          \
	X(dns, MODEL, "a DNS query that was answered with a fault, or never")                      \
	X(too_big, MODEL, "longer than the MTU of the model")                                      \
	X(ttl_exceeded, MODEL, "its TTL or hop limit ran out")                                     \
	X(no_buffer, EMULATOR, "no memory to hold, copy or account for the packet")                \
	X(tx_full, EMULATOR, "the output port did not take the packet in time")                    \
	X(handoff_full, EMULATOR, "the ring to the worker that owns the flow was full")            \
	X(port_down, EMULATOR, "the output port was down, or its interface gone")                  \
	X(tx_error, EMULATOR, "the output port refused the packet with an error")                  \
	X(tx_unknown, EMULATOR, "given to the output port, which never said what became of it")    \
	X(too_long, OTHER, "longer than the output port can send")                                 \
	X(shutdown, OTHER, "still held when the time to drain at the end was over")

enum wf_drop {
	WF_DROP_NONE = 0,
#define WF_DROP_ENUM(name, by, help) WF_DROP_##name,
	WF_DROP_CAUSES(WF_DROP_ENUM)
#undef WF_DROP_ENUM
		WF_DROP_COUNT
};

enum wf_drop_by { WF_DROP_BY_NONE, WF_DROP_BY_MODEL, WF_DROP_BY_EMULATOR, WF_DROP_BY_OTHER };

struct wf_drop_info {
	const char *name; /* JSON key */
	enum wf_drop_by by;
	const char *help;
};

/* Indexed by enum wf_drop; row 0 is empty. */
extern const struct wf_drop_info wf_drop_info[WF_DROP_COUNT];

#endif
