#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs a folder of recorded extender calls into one gzip'd file, a JSON object a line.

    pack.py FOLDER > NAME.jsonl.gz
    pack.py --cases FOLDER > NAME-cases.jsonl.gz

FOLDER holds a folder for each case: NN-VERB.request.http, NN-VERB.response.http (absent or empty
where nothing was answered), outcome.json, perhaps victims.json. README.md describes the lines.
"""
import glob
import gzip
import json
import os
import re
import sys

SCORED = re.compile(r'Extender scored node.* node="([^"]+)" score=(-?\d+)')
TOTAL = re.compile(r'Calculated node\'s final score.* node="([^"]+)" score=(-?\d+)')


def split(path):
    """Status or request line, headers, body."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return None, {}, b""
    with open(path, "rb") as file:
        head, _, body = file.read().partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return first, headers, body


def offered(verb, args):
    """Node names of the request, in its order; read by another JSON parser than ours."""
    if verb.startswith("preempt"):
        return list(args["NodeNameToVictims"] or args["NodeNameToMetaVictims"])
    if "NodeNames" not in args:  # bind
        return None
    if args["NodeNames"] is not None:
        return args["NodeNames"]
    return [node["metadata"]["name"] for node in args["Nodes"]["items"]]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def calls(case_folder):
    outcome = load(os.path.join(case_folder, "outcome.json"))
    config = outcome["config"][0]
    scheduled = next((c for c in outcome["conditions"] or [] if c["type"] == "PodScheduled"), {})
    scores = dict(m.groups() for m in map(SCORED.search, outcome["schedulerLog"]) if m)
    recorded = [c["offered"] for c in outcome["calls"] if "offered" in c]
    for i, request in enumerate(sorted(glob.glob(os.path.join(case_folder, "[0-9]*.request.http")))):
        name = os.path.basename(request).removesuffix(".request.http")
        line, _, body = split(request)
        status, _, answer = split(request.replace(".request.", ".response."))
        verb = name.partition("-")[2]
        names = offered(verb, json.loads(body))
        assert not recorded or sorted(recorded[i]) == sorted(names), request
        call = {
            "case": outcome["case"],
            "call": name,
            "verb": verb,
            "path": line.split()[1],
            "nodeCacheCapable": config["nodeCacheCapable"],
            "ignorable": config.get("ignorable", False),
            "offered": names,
            "status": int(status.split()[1]) if status and status.startswith("HTTP/") else 0,
            "nodeName": outcome["nodeName"],
            "reason": scheduled.get("reason"),
            "message": scheduled.get("message"),
            "scores": {node: int(score) for node, score in scores.items()},
            "request": body.decode(),
            "response": answer.decode(),
        }
        victims = os.path.join(case_folder, "victims.json")
        if verb.startswith("preempt") and os.path.exists(victims):
            call["victims"] = load(victims)
        yield call


def case_of(case_folder):
    """How the scheduler was configured, what went over the wire beside the bodies, the outcome."""
    outcome = load(os.path.join(case_folder, "outcome.json"))
    scheduled = next((c for c in outcome["conditions"] or [] if c["type"] == "PodScheduled"), {})
    heads = {}
    for request in sorted(glob.glob(os.path.join(case_folder, "[0-9]*.request.http"))):
        response = request.replace(".request.", ".response.")
        with open(response, "rb") as file:
            head = file.read().partition(b"\r\n\r\n")[0]
        heads[os.path.basename(request).removesuffix(".request.http")] = head.decode()
    totals = {}
    for node, total in (m.groups() for m in map(TOTAL.search, outcome["schedulerLog"]) if m):
        totals.setdefault(node, int(total))
    return {
        "case": outcome["case"],
        "extenders": outcome["config"],
        "nodeName": outcome["nodeName"],
        "nominatedNodeName": outcome["nominatedNodeName"],
        "reason": scheduled.get("reason"),
        "message": scheduled.get("message"),
        "failures": [e["note"] for e in outcome["events"] if e["reason"] == "FailedScheduling"],
        "victims": outcome.get("victimsGone") or [],
        "totals": totals,
        "connections": [c["conn"] for c in outcome["calls"] if "path" in c],
        "heads": heads,
    }


def main():
    folder = sys.argv[-1]
    lines = []
    for case_folder in sorted(glob.glob(os.path.join(folder, "*", ""))):
        rows = [case_of(case_folder)] if sys.argv[1] == "--cases" else calls(case_folder)
        for row in rows:
            lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.buffer.write(gzip.compress("".join(lines).encode(), 9, mtime=0))


main()
