#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The unit as a whole, under a systemd that is the first process of a machine of its own (namespaces, over a
# copy of this one that nothing is written to): start, packets, reload, what the sandbox closes, the watchdog,
# a configuration that is wrong, stop.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

SYSTEMD=/lib/systemd/systemd
cgroups=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
for need in "$SYSTEMD" /dev/net/tun "$cgroups/cgroup.procs"; do
	[ -e "$need" ] || { skip "systemd starts" "there is no $need" && finish; }
done
[ -z "${WF_UNTIMED-}" ] || { skip "systemd starts" "sanitizers trace the process, which the unit forbids" && finish; }
machine=$LAB_DIR/machine cgroup=$cgroups/wf-$$ booted=
gone() {
	[ -z "$booted" ] || { kill -KILL "$booted" && wait "$booted"; } 2>/dev/null # and its child with it
	umount -l "$machine" 2>/dev/null
	for _ in {1..200}; do # until the last of them is gone
		[ -d "$cgroup" ] || return
		find "$cgroup" -depth -type d -exec rmdir {} \; 2>/dev/null
		sleep 0.1
	done
}
LAB_AT_EXIT=gone

# Two cables with both ends here: what is put in at wfa comes out at wfb.
lab_hosts
for port in a b; do
	ip -n "$LAB_NS_M" link add "wf$port" type veth peer name "p$port"
	ip -n "$LAB_NS_M" link set "wf$port" up
	ip -n "$LAB_NS_M" link set "p$port" up
done
DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb conf 'delay = "5ms";' ''

cat >"$LAB_DIR/boot" <<'END'
set -e
root=$1/root
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$root"
rm -rf "$root/etc/systemd/system" "$root/etc/wirefault" "$root/var/log/journal"
mkdir -p "$root/etc/systemd/system" "$root/etc/wirefault"
install -m 755 "$2/bin/wirefault" "$root/usr/local/bin/"
cp "$2/wirefault@.service" "$root/etc/systemd/system/"
cp "$2/lab.conf" "$root/etc/wirefault/"
# What is the machine's, not a container's.
for unit in systemd-sysctl systemd-modules-load systemd-udevd systemd-hwdb-update; do
	ln -s /dev/null "$root/etc/systemd/system/$unit.service"
done
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for dir in run tmp dev; do
	mount -t tmpfs -o mode=755 tmpfs "$root/$dir"
done
chmod 1777 "$root/tmp"
mkdir "$root/dev/net" "$root/dev/shm" "$root/dev/pts"
for node in null zero full random urandom tty net/tun; do
	: >"$root/dev/$node"
	mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/.before"
cd "$root"
pivot_root . .before
umount -l /.before
exec env -i container=lab PATH=/usr/sbin:/usr/bin NOTIFY_SOCKET="$3" setpriv \
	--bounding-set=-sys_module,-sys_time,-sys_boot,-syslog,-sys_rawio "$4" --unit=basic.target
END
mkdir "$machine" "$LAB_DIR/bin" && cp "$WIREFAULT" "$LAB_DIR/bin/"
sed 's|@bindir@|/usr/local/bin|' "$LAB_ROOT/config/systemd/wirefault@.service.in" >"$LAB_DIR/wirefault@.service"
cat >"$LAB_DIR/listen.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\0" + sys.argv[1])
print("listening", flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)
END
lab_bg m "$LAB_DIR/notes" timeout 200 python3 "$LAB_DIR/listen.py" "wf-boot-$$"
listener=$!
lab_await "$LAB_DIR/notes" listening $listener 10
mkdir "$cgroup" || { skip "systemd starts" "no control group can be made" && finish; }
( # in a control group of its own, which is the root of what it sees
	echo $BASHPID >"$cgroup/cgroup.procs"
	exec nsenter --net="/run/netns/$LAB_NS_M" unshare --mount --pid --fork --kill-child --cgroup --uts --ipc \
		bash "$LAB_DIR/boot" "$machine" "$LAB_DIR" "@wf-boot-$$" "$SYSTEMD"
) >"$LAB_DIR/boot.out" 2>&1 </dev/null &
booted=$! # unshare takes no TERM: not one of LAB_PIDS
ok "systemd starts, as the first process" lab_await "$LAB_DIR/notes" '^READY=1' $booted 60
sed 's/^/# /' "$LAB_DIR/boot.out"
INIT=$(cat "/proc/$booted/task/$booted/children")
INIT=${INIT%% *}
sd() { timeout 60 nsenter -t "$INIT" -m -u -i -p -C -r -w -- "$@"; }
of_unit() { sd systemctl show -P "$1" wirefault@lab; }
main_pid() { # as it is known here
	# shellcheck disable=SC2046 # paths of words without spaces
	awk '/^NSpid:/ && $NF == pid { split(FILENAME, at, "/"); print at[3]; exit }' pid="$(of_unit MainPID)" \
		$(sed 's|.*|/proc/&/status|' "$cgroup"/system.slice/*wirefault.slice/*lab.service/cgroup.procs)
}

ok "systemctl start" sd systemctl start wirefault@lab
is "returns when packets flow" "$(of_unit ActiveState)/$(of_unit SubState)/$(of_unit Type)" active/running/notify
# One frame in at wfa; how long until it is out at wfb, in ms.
cross() {
	lab_in m python3 - <<-'END'
		import socket, time
		out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
		out.bind(("wfb", 0x88b5))
		out.settimeout(0.5)
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		for _ in range(20):  # a link that has just come up may not be ready for the first
		    t = time.monotonic()
		    s.send(b"\xff" * 6 + b"\x02\0\0\0\0\1" + b"\x88\xb5" + bytes(60))
		    try:
		        out.recv(2000)
		        print(round((time.monotonic() - t) * 1e3))
		        break
		    except TimeoutError:
		        pass
	END
}
within "a frame crosses, delayed" "$(cross)" 5 400
pid=$(main_pid)

# What the sandbox has closed, seen from inside.
sandboxed() { nsenter -t "$pid" -m -r -w -- "$@"; }
field() { sed -n "s/^$1:\t//p" "/proc/$pid/status"; }
is "no new privileges, and system calls are filtered" "$(field NoNewPrivs) $(field Seccomp)" "1 2"
is "it keeps CAP_NET_ADMIN and CAP_NET_RAW alone" "$(field CapEff)" 0000000000003000
fails "it cannot write to the system" sandboxed touch /usr/here
fails "... nor to its configuration" sandboxed touch /etc/wirefault/here
ok "... but to its state" sandboxed touch /var/lib/wirefault/here
is "homes are empty" "$(sandboxed ls -A /root /home | grep -v : | wc -w)" 0
fails "it sees no device but its own" sandboxed head -c 1 /dev/kmsg

sd sed -i 's/5ms/50ms/' /etc/wirefault/lab.conf
ok "systemctl reload" sd systemctl reload wirefault@lab
reloaded() { sd journalctl -u wirefault@lab -o cat -n all | grep -q 'reloaded, generation'; }
await() { # COMMAND...: until it succeeds
	for _ in {1..100}; do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1 # nothing tells of it
	done
	return 1
}
ok "... is told in the journal" await reloaded
within "... and frames feel it" "$(cross)" 50 450
is "... in the same process" "$(main_pid)" "$pid"

# It stands still: it says no more that it lives. With times that a test can wait for.
sd mkdir -p /run/systemd/system/wirefault@lab.service.d
printf '[Service]\nWatchdogSec=2s\nTimeoutAbortSec=100ms\nRestartSec=100ms\n' |
	sd tee /run/systemd/system/wirefault@lab.service.d/times.conf >"$LAB_DIR/times"
sd systemctl daemon-reload
ok "systemctl restart" sd systemctl restart wirefault@lab
pid=$(main_pid)
kill -STOP "$pid"
restarted() { [ "$(of_unit NRestarts)/$(of_unit ActiveState)" = 1/active ]; }
ok "one that stands still is started again" await restarted
ok "... for its silence" sd journalctl -u wirefault@lab -g 'Watchdog timeout' -q
within "... and frames cross" "$(cross)" 50 450

ok "systemctl stop" sd systemctl stop wirefault@lab
is "... in order" "$(of_unit ActiveState) $(of_unit Result) $(of_unit ExecMainStatus)" "inactive success 0"
is "... interfaces are as before" "$(ip -n "$LAB_NS_M" -d link show pa | grep -c 'promiscuity 0')" 1
sd sed -i 's/50ms/50parsecs/' /etc/wirefault/lab.conf
fails "a wrong configuration does not start" sd systemctl start wirefault@lab
ok "... and the journal says why" sd journalctl -u wirefault@lab -g 'lab.conf:[0-9]+:.*50parsecs' -q
LAB_PID=
finish
