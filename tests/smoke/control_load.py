#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Loads the control thread of a running wirefault in every way that clients can, and measures what its
workers notice. Usage: control_load.py SOCKET HOST:PORT TOKEN PID SECONDS

Windows with load and windows without take turns. What is compared is packets for each second that a
worker was given of its core, so that what else the machine does is in neither. Prints JSON."""
import json
import os
import selectors
import socket
import statistics
import sys
import time

SOCKET, HTTP, TOKEN, PID, SECONDS = sys.argv[1:6]
CONNECTIONS = int(sys.argv[6])
SECONDS = float(SECONDS)
HOST, PORT = HTTP.rsplit(":", 1)
GET = b"GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n\r\n"
STREAM = b"GET /v1/stats/stream?hz=10 HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b"# " + b"x" * ((1 << 20) - 3) + b"\n"
LONG = b"POST /v1/config/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(BODY)


def dial(tcp=False):
    s = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX, socket.SOCK_STREAM)
    s.setblocking(False)
    code = s.connect_ex((HOST, int(PORT)) if tcp else SOCKET)
    return s, code


def ask():
    """The document, by a connection of its own."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(20)
    s.connect(SOCKET)
    s.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    text = b""
    while more := s.recv(1 << 16):
        text += more
    s.close()
    return json.loads(text.split(b"\r\n\r\n", 1)[1])


def memory():
    with open(f"/proc/{PID}/status") as f:
        return next(int(line.split()[1]) << 10 for line in f if line.startswith("RssAnon"))


class Client:
    """Asks again and again on one connection."""

    def __init__(self, load, request):
        self.load, self.request = load, request
        self.begin()

    def begin(self):
        self.s, code = dial()
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
                    self.load.replies += 1
                    self.left = self.request
                    self.load.selector.modify(self.s, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
        except BlockingIOError:
            pass
        except OSError:
            self.end()
            self.begin()


class Load:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.replies = self.connections = 0
        self.clients = [Client(self, GET) for _ in range(40)]
        self.clients += [Client(self, LONG + BODY) for _ in range(2)]
        self.stuck, self.slow, self.idle = [], [], []
        for _ in range(6):
            s, _ = dial()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.push(s, STREAM)
            self.stuck.append(s)
        for i in range(16):
            self.slow.append(dial()[0])
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
            if now >= self.next:  # a letter each, every 100 ms: as slowly as can be
                self.next = now + 0.1
                letter = GET[self.letter % 20:self.letter % 20 + 1]
                self.letter += 1
                for s in self.slow:
                    self.push(s, letter)
            for _ in range(20):  # a crowd that comes by TCP, and holds on
                if len(self.idle) >= 800:
                    self.idle.pop(0).close()
                if self.connections < CONNECTIONS:
                    self.idle.append(dial(tcp=True)[0])
                    self.connections += 1

    def end(self):
        for client in self.clients:
            client.end()
        for s in self.stuck + self.slow + self.idle:
            s.close()


def packets_per_core_second(seconds, load=None):
    before = ask()
    if load:
        load.run(seconds)
    else:
        time.sleep(seconds)
    after = ask()
    n = sum(after["links"][0][d]["rx"]["packets"] - before["links"][0][d]["rx"]["packets"] for d in ("ab", "ba"))
    cpu = sum(a["cpu_ns"] - b["cpu_ns"] for a, b in zip(after["workers"], before["workers"]))
    return n / cpu * 1e9


def main():
    os.sched_setaffinity(0, {0})  # never on the worker's core
    packets_per_core_second(0.5)
    start = memory()
    quiet, loaded, replies, connections, peak = [], [], 0, 0, start
    rounds = 7
    for _ in range(rounds):
        quiet.append(packets_per_core_second(SECONDS / rounds / 2))
        load = Load()
        load.connections = connections
        loaded.append(packets_per_core_second(SECONDS / rounds / 2, load))
        peak = max(peak, memory())
        replies += load.replies
        connections = load.connections
        load.end()
    load = Load()
    load.connections = connections
    while load.connections < CONNECTIONS:
        load.run(0.2)
    connections = load.connections
    peak = max(peak, memory())
    load.end()
    t0 = time.monotonic()
    document = ask()
    base = statistics.median(quiet)
    noise = statistics.median(abs(q - base) for q in quiet) / base
    print(json.dumps({
        "quiet": base, "loaded": statistics.median(loaded), "noise": noise,
        "slower": 1 - statistics.median(loaded) / base,
        "replies": replies, "connections": connections,
        "memory": peak - start, "answer_s": time.monotonic() - t0,
        "unaccounted": document["unaccounted"]["packets"],
    }))


main()
