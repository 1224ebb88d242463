#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# veth and net_af_packet: ping, TCP, UDP, IPv6 and VLAN cross although the hosts' offloads were on,
# and the host gets back what it had.
# shellcheck disable=SC2317 # what `carries` calls
. "$(dirname "$0")/ports.sh"

tags() { vlan_crosses "VLAN tags"; }
carries net_af_packet quiet_udp tags
finish
