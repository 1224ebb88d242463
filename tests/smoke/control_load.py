#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What clients of the control thread cost a worker. Usage: control_load.py SOCKET HTTP PID DECOY-SOCKET
DECOY-HTTP ROUNDS SECONDS CONNECTIONS

Three kinds of stretches take turns, in every order: nobody asks (`quiet`), 64 clients load the wirefault under
test (`loaded`), and the same 64 load another one that carries no packets (`decoy`): what any program that is as
busy on the first core costs a worker on the second, by the caches and the memory that they share. Of each
stretch the packets are counted that the worker forwarded for each second that it was given of its core, so what
else the machine does with that core is in neither. It is read when nobody asks, in snapshots that come quickly:
between its packets and its time there is next to nothing.

A round has one stretch of each kind and so one difference; what is told is the median of the differences and the
interval that holds the true one in 95 of 100 measurements, whatever their distribution (order statistics).
Prints JSON."""
import itertools
import json
import os
import selectors
import socket
import statistics
import sys
import time

GET = b"GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n\r\n"
STREAM = b"GET /v1/stats/stream?hz=10 HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b"# " + b"x" * ((1 << 20) - 3) + b"\n"
LONG = (b"POST /v1/config/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %d\r\n\r\n" % len(BODY)) + BODY
CROWD = 800  # connections at a time that say nothing
LEVEL = 0.95


class Target:
    """A wirefault: its socket, and where it listens to TCP."""

    def __init__(self, path, http):
        self.path = path
        host, port = http.rsplit(":", 1)
        self.tcp = (host, int(port))

    def dial(self, tcp=False):
        s = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX, socket.SOCK_STREAM)
        s.setblocking(False)
        return s, s.connect_ex(self.tcp if tcp else self.path)

    def ask(self):
        """The statistics, by a connection of its own."""
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.settimeout(20)
        s.connect(self.path)
        s.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        text = b""
        while more := s.recv(1 << 16):
            text += more
        s.close()
        return json.loads(text.split(b"\r\n\r\n", 1)[1])


class Client:
    """Asks again and again on one connection."""

    def __init__(self, load, request):
        self.load, self.request = load, request
        self.begin()

    def begin(self):
        self.s, code = self.load.target.dial()
        self.left = self.request
        if code == 0:
            self.load.selector.register(self.s, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def end(self):
        try:
            self.load.selector.unregister(self.s)
        except KeyError:
            pass
        self.s.close()

    def turn(self, events):
        try:
            if events & selectors.EVENT_WRITE and self.left:
                self.left = self.left[self.s.send(self.left):]
                if not self.left:
                    self.load.selector.modify(self.s, selectors.EVENT_READ, self)
            if events & selectors.EVENT_READ:
                got = self.s.recv(1 << 20)
                if not got:
                    raise ConnectionError
                if b"unaccounted" in got or b"\"detail\"" in got:  # once in a reply
                    self.load.count["replies"] += 1
                    self.left = self.request
                    self.load.selector.modify(self.s, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
        except BlockingIOError:
            pass
        except OSError:
            self.end()
            self.begin()


class Load:
    """64 clients: 40 that ask without a pause, 2 with bodies of 1 MiB, 6 that read no stream, 16 that say a
    letter every 100 ms; and a crowd by TCP that comes, holds on and says nothing."""

    def __init__(self, target, count, connections):
        self.target, self.count, self.connections = target, count, connections
        self.selector = selectors.DefaultSelector()
        self.clients = [Client(self, GET) for _ in range(40)] + [Client(self, LONG) for _ in range(2)]
        self.idle = []
        self.stuck = [target.dial()[0] for _ in range(6)]
        for s in self.stuck:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.push(s, STREAM)
        self.slow = [target.dial()[0] for _ in range(16)]
        self.letter = 0
        self.next = time.monotonic()

    @staticmethod
    def push(s, data):
        try:
            s.send(data)
        except OSError:
            pass

    def run(self, seconds):
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            for key, events in self.selector.select(0.005):
                key.data.turn(events)
            if now >= self.next:
                self.next = now + 0.1
                letter = GET[self.letter % 20:self.letter % 20 + 1]
                self.letter += 1
                for s in self.slow:
                    self.push(s, letter)
            for _ in range(20):
                if self.count["connections"] >= self.connections:
                    break
                if len(self.idle) >= CROWD:
                    self.idle.pop(0).close()
                self.idle.append(self.target.dial(tcp=True)[0])
                self.count["connections"] += 1

    def end(self):
        for client in self.clients:
            client.end()
        for s in self.stuck + self.slow + self.idle:
            s.close()


class Worker:
    """The one worker of a process, as the kernel sees it."""

    def __init__(self, pid):
        self.pid = pid
        tasks = [t for t in os.listdir(f"/proc/{pid}/task")
                 if open(f"/proc/{pid}/task/{t}/comm").read().startswith("rte-worker")]
        self.schedstat = f"/proc/{pid}/task/{tasks[0]}/schedstat"

    def cpu_ns(self):
        with open(self.schedstat) as f:
            return int(f.read().split()[0])

    def memory(self):
        with open(f"/proc/{self.pid}/status") as f:
            return next(int(line.split()[1]) << 10 for line in f if line.startswith("RssAnon"))


def look(target, worker):
    """Packets that were received, and time that the worker has had: of one snapshot, the quickest of a few."""
    best = None
    for _ in range(5):
        before = worker.cpu_ns()
        document = target.ask()
        took = worker.cpu_ns() - before
        if best is None or took < best[0]:
            best = took, document
        if took < 1_000_000:
            break
    link = best[1]["links"][0]
    return (sum(link[side]["rx"]["packets"] for side in ("ab", "ba")),
            sum(w["cpu_ns"] for w in best[1]["workers"]))


def settle(target):
    """Until nobody is served any more: a reply comes at once, twice in a row."""
    end = time.monotonic() + 5
    quick = 0
    while quick < 2 and time.monotonic() < end:
        begun = time.monotonic()
        target.ask()
        quick = quick + 1 if time.monotonic() - begun < 0.01 else 0


def interval(values):
    """Median, and the order statistics between which the true median is with LEVEL."""
    values = sorted(values)
    n, below, tail = len(values), 0, 0.0
    while below < n // 2:
        tail += binomial(n, below)
        if tail > (1 - LEVEL) / 2:
            break
        below += 1
    below = max(below, 1)
    return {"median": statistics.median(values), "low": values[below - 1], "high": values[n - below], "n": n}


def binomial(n, k):
    """Of n values, k are on one side of their median."""
    ways = 1
    for i in range(k):
        ways = ways * (n - i) // (i + 1)
    return ways / 2**n


def main():
    path, http, pid, decoy_path, decoy_http, rounds, seconds, connections = sys.argv[1:9]
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # never on the worker's core
    target, decoy, worker = Target(path, http), Target(decoy_path, decoy_http), Worker(pid)
    seconds, connections, rounds = float(seconds), int(connections), int(rounds)
    counts = {kind: {"replies": 0, "connections": 0} for kind in ("loaded", "decoy")}
    rates = {"quiet": [], "loaded": [], "decoy": []}
    orders = list(itertools.permutations(rates))
    settle(target)
    start = peak = worker.memory()
    for r in range(rounds):
        share = connections * (r + 1) // rounds  # of the crowd, that has come by the end of this round
        for kind in orders[r % len(orders)]:
            packets, cpu_ns = look(target, worker)
            if kind == "quiet":
                time.sleep(seconds)
            else:
                load = Load(target if kind == "loaded" else decoy, counts[kind], share)
                load.run(seconds)
                peak = max(peak, worker.memory())
                load.end()
                settle(target)
            now_packets, now_cpu_ns = look(target, worker)
            rates[kind].append((now_packets - packets) / (now_cpu_ns - cpu_ns) * 1e9)
    begun = time.monotonic()
    load = Load(target, counts["loaded"], connections)
    while counts["loaded"]["connections"] < connections:
        load.run(0.1)
    peak = max(peak, worker.memory())
    load.end()
    settle(target)
    document = target.ask()
    slower = {kind: interval([1 - a / b for a, b in zip(rates["loaded"], rates[kind])]) for kind in ("quiet", "decoy")}
    print(json.dumps({
        "rate": statistics.median(rates["quiet"]), "slower_than_quiet": slower["quiet"],
        "slower_than_decoy": slower["decoy"], "counts": counts, "memory": peak - start,
        "answer_s": time.monotonic() - begun, "unaccounted": document["unaccounted"]["packets"],
    }))


main()
