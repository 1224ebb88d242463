#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds a running wirefault to its own OpenAPI document, and prints TAP.

Each route is called as it should be, and with bodies, names, queries and methods that it should not
take; each answer has a status that the document lists, and looks as its schema says. A route without
a call here is a failure: add a line to CALLS."""
import http.client
import json
import socket
import sys
import time
import warnings

warnings.simplefilter("ignore")
from jsonschema import Draft202012Validator, RefResolver  # noqa: E402

LINK = "/v1/links/{link}"
CLASS = LINK + "/classes/{class}"
NAMES = {"link": "wan", "class": "voip", "side": "ab", "name": "mine", "file": "app.js", "port": "c", "id": "last"}
VOIP = {"match": {"proto": "udp"}, "ab": {"delay": "5ms"}}
SCENARIO = {"schema_version": 1, "name": "short", "phases": [{"name": "a", "duration": "100ms", "ab": {"loss": "5%"}}]}
TEXT = b'schema_version = 1; name = "%s"; link = "wan"; phases = ( { name = "a"; duration = "%s"; ab = { delay = "5ms"; }; } ); expect = ( { loss = 0; } );'
SHORT = {"files": [{"name": "short.conf", "text": (TEXT % (b"short", b"100ms")).decode()}]}
LONG = {"files": [{"name": "long.conf", "text": (TEXT % (b"long", b"60s")).decode()}]}

# What a call needs that is more than GET of the pattern: body, query, status.
CALLS = {
    "GET /v1/stats": {"query": "buckets=true"},
    "GET /v1/stats/stream": {"stream": True, "query": "hz=10"},
    "GET /v1/stats/history": {"query": "seconds=2&link=wan"},
    "GET /v1/events": {"query": "since=0"},
    "GET /v1/flows": {"query": "top=3&by=loss"},
    "PATCH /v1/flows": {"body": {"counted": True}},
    "POST /v1/reset": {},
    "POST /v1/bypass": {"body": {"on": False}},
    "PUT /v1/config": {"body": "config"},
    "POST /v1/config/validate": {"body": "config"},
    "POST /v1/config/reload": {},
    "POST /v1/config/undo": {"body": {"all": True}, "before": ("PATCH", "/v1/links/wan/ab", {"loss": "1%"})},
    "POST /v1/links": {"body": {"name": "lan", "ports": ["a", "b"]}, "status": 422},
    f"PATCH {LINK}": {"body": {"ab": {"delay": "1ms"}}},
    f"DELETE {LINK}": {"status": 409},
    f"POST {LINK}/fault": {"body": {"type": "blackhole", "duration": "50ms"}},
    f"PATCH {LINK}/{{side}}": {"body": {"delay": {"mean": "3ms"}, "for": "60s"}},
    f"PUT {LINK}/{{side}}": {"body": {"delay": "4ms"}},
    f"DELETE {LINK}/{{side}}": {},
    f"PUT {CLASS}": {"body": VOIP},
    f"PATCH {CLASS}": {"body": {"match": {"dport": "5060"}}},
    f"DELETE {CLASS}": {"after": ("PUT", "/v1/links/wan/classes/voip", VOIP)},
    f"PATCH {CLASS}/{{side}}": {"body": {"loss": None}},
    f"PUT {CLASS}/{{side}}": {"body": {"delay": "4ms"}},
    f"DELETE {CLASS}/{{side}}": {},
    "PUT /v1/profiles/{name}": {"body": "config"},
    "POST /v1/captures": {"body": {"file": "c.pcapng"}, "after": ("DELETE", "/v1/captures")},
    "PATCH /v1/captures": {"body": {"filter": "icmp"}, "before": ("POST", "/v1/captures", {"file": "e.pcapng"}),
                           "after": ("DELETE", "/v1/captures")},
    "DELETE /v1/captures": {"before": ("POST", "/v1/captures", {"file": "d.pcapng"})},
    "POST /v1/changes": {"body": {"for": "60s", "items": [{"link": "wan", "ab": {"delay": "2ms"}}]}},
    "POST /v1/replays": {"body": {"port": "c", "paused": True}},
    "PATCH /v1/replays/{port}": {"body": {"paused": True}},
    "DELETE /v1/replays/{port}": {},
    "DELETE /v1/profiles/{name}": {"after": ("PUT", "/v1/profiles/mine", "config")},
    "PUT /v1/scenarios/{name}": {"body": SCENARIO},
    "DELETE /v1/scenarios/{name}": {},
    "POST /v1/runs": {"body": SHORT, "status": 202},
    "DELETE /v1/runs": {"before": ("POST", "/v1/runs", LONG)},
    "GET /v1/runs/{id}": {"before": ("POST", "/v1/runs", LONG)},
    "DELETE /v1/runs/{id}": {"before": ("POST", "/v1/runs", LONG)},
    "POST /v1/runs/{id}/trigger": {"before": ("POST", "/v1/runs", LONG), "status": 409},
    "GET /v1/runs/{id}/report": {"before": ("POST", "/v1/runs", SHORT), "await": ("/v1/runs/last", "done"), "query": "format=json"},
}


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(sys.argv[1])


class Api:
    def __init__(self):
        self.config = None
        _, _, text = self.call("GET", "/v1/openapi.json")
        self.document = json.loads(text)
        self.config = json.loads(self.call("GET", "/v1/config")[2])

    def call(self, method, path, body=None, media="application/json", stream=False):
        if body == "config":
            body = self.config
        connection = Unix("localhost")
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, data, {"Content-Type": media} if data is not None else {})
        reply = connection.getresponse()
        text = reply.fp.readline() + reply.fp.readline() if stream else reply.read()
        connection.close()
        return reply.status, (reply.getheader("Content-Type") or "").split(";")[0], text

    def wait_over(self):
        """Until no scenario runs."""
        for _ in range(200):
            runs = json.loads(self.call("GET", "/v1/runs")[2])["runs"]
            if all(r["state"] in ("done", "failed") for r in runs):
                return
            time.sleep(0.05)

    def wait(self, path, state):
        """Until it is so, ten seconds at most."""
        for _ in range(200):
            if json.loads(self.call("GET", path)[2]).get("state") == state:
                return
            time.sleep(0.05)

    def fault_of(self, operation, status, media, text):
        """What is wrong with an answer; None: nothing."""
        said = operation["responses"].get(str(status))
        if said is None:
            return f"status {status} is not in the document: {text[:200]!r}"
        content = said["content"].get(media, said["content"].get("*/*"))
        if content is None:
            return f"{media} is not in the document"
        if not media.endswith("json"):
            return None
        resolver = RefResolver("", self.document)
        errors = list(Draft202012Validator(content["schema"], resolver=resolver).iter_errors(json.loads(text)))
        return f"{errors[0].json_path}: {errors[0].message[:200]}" if errors else None

    def fits(self, schema, body):
        resolver = RefResolver("", self.document)
        return Draft202012Validator(schema, resolver=resolver).is_valid(body)


class Tap:
    n = failed = 0

    def result(self, name, fault):
        self.n += 1
        print(f"{'ok' if fault is None else 'not ok'} - {name}")
        if fault is not None:
            self.failed += 1
            print(f"# {fault}")


def fill(pattern, names):
    for name, value in names.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def try_valid(api, tap, pattern, method, operation):
    how = CALLS.get(f"{method.upper()} {pattern}")
    if how is None and (method != "get"):
        tap.result(f"{method.upper()} {pattern}", "no call of it is here: add one to CALLS")
        return
    how = how or {}
    path = fill(pattern, NAMES)
    if "before" in how:
        api.call(*how["before"])
    if "await" in how:
        api.wait(*how["await"])
    body = how.get("body")
    if isinstance(body, dict) and how.get("status", 200) < 300:
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        tap.result(f"{method.upper()} {path}: the document takes the body", None if api.fits(schema, body) else "it does not")
    target = path + ("?" + how["query"] if "query" in how else "")
    status, media, text = api.call(method.upper(), target, body, stream=how.get("stream", False))
    fault = api.fault_of(operation, status, media, text)
    want = how.get("status", 200)
    if fault is None and status != want:
        fault = f"status {status}, wanted {want}: {text[:300]!r}"
    tap.result(f"{method.upper()} {target}: {want}", fault)
    if "after" in how:
        api.call(*how["after"])


def expect(api, tap, operation, wanted, method, path, *rest):
    status, media, text = api.call(method.upper(), path, *rest)
    fault = api.fault_of(operation, status, media, text)
    if fault is None and status not in wanted:
        fault = f"status {status}: {text[:300]!r}"
    tap.result(f"{method.upper()} {path} {rest[:1]}: {wanted[0]}"[:110].replace("#", ""), fault)


def try_invalid(api, tap, pattern, method, operation):
    path = fill(pattern, NAMES)
    names = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
    for name in names:
        if name == "name" and method == "put":
            continue  # any name can be saved
        if name == "class" and method == "put" and pattern == CLASS:
            continue
        wrong = fill(pattern, {**NAMES, name: "nowhere"})
        body = {} if "requestBody" in operation else None
        expect(api, tap, operation, (404,), method, wrong, body)
    if "requestBody" in operation:
        expect(api, tap, operation, (400,), method, path, b"{")
        expect(api, tap, operation, (415,), method, path, b"{}", "application/xml")
        expect(api, tap, operation, (422,), method, path, [1])
        expect(api, tap, operation, (422,), method, path, {"surprise": {"of": 1}})
        expect(api, tap, operation, (413,), method, path, b" " * (1 << 20) + b"{}")
    if any(p["in"] == "query" for p in operation["parameters"]):
        expect(api, tap, operation, (422,), method, path + "?surprise=1")


def main():
    api, tap = Api(), Tap()
    Draft202012Validator.check_schema({"$defs": api.document["components"]["schemas"]})
    text = json.dumps(api.document)
    for name in set(part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]):
        if name not in api.document["components"]["schemas"]:
            tap.result(f"schema {name}", "it is not there")
    for pattern, methods in api.document["paths"].items():
        for method, operation in methods.items():
            # Whatever the one before has done.
            api.call("DELETE", "/v1/runs")
            api.wait_over()
            api.call("POST", "/v1/config/undo", {"all": True})
            api.call("PUT", "/v1/scenarios/mine", SCENARIO)
            api.call("PUT", "/v1/links/wan/classes/voip", VOIP)
            api.call("PUT", "/v1/profiles/mine", "config")
            try_valid(api, tap, pattern, method, operation)
            try_invalid(api, tap, pattern, method, operation)
        status, _, _ = api.call("TRACE", fill(pattern, NAMES))
        tap.result(f"TRACE {pattern}: 405", None if status == 405 else f"status {status}")
    print(f"1..{tap.n}")
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main())
