#!/usr/bin/python3
"""Follows one run with Debian's python3-autobahn, and reads its entries as SPEC.md describes them, with no code of ours.

Usage: autobahn-peer.py ws://127.0.0.1:4700/live run-0123456789abcdef
Prints one JSON object when the run has ended.
"""
import asyncio
import hashlib
import json
import struct
import sys
from urllib.parse import urlparse

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol

HEADER = struct.Struct("<BBHIIIIIII")
URL, RUN_LOG = sys.argv[1], sys.argv[2]
seen = {"entries": 0, "windows": 0, "gaps": 0, "misplaced": 0, "kinds": {}, "messages": [], "closeCode": None}
digest = hashlib.sha256()


class Viewer(WebSocketClientProtocol):
    number = None

    def say(self, message):
        self.sendMessage(json.dumps(message).encode("utf-8"))

    def onOpen(self):
        self.say({"type": "hello", "client": "autobahn"})

    def onMessage(self, payload, is_binary):
        if is_binary:
            self.entries(payload)
            return
        message = json.loads(payload.decode("utf-8"))
        seen["messages"].append(message["type"])
        if message["type"] == "welcome":
            self.say({"type": "sub", "id": 1, "log": RUN_LOG, "from": "start"})
        elif message["type"] == "subok":
            self.number = message["number"]
        elif message["type"] == "end":
            seen["next"] = message["next"]
            self.sendClose(1000)

    def entries(self, payload):
        at = 0
        while at < len(payload):
            kind, version, flags, length, log, seq, first, count, width, zero = HEADER.unpack_from(payload, at)
            if log != self.number or seq != seen["entries"] or length % 8 or zero or version != 1:
                seen["gaps"] += 1
            seen["entries"] += 1
            seen["kinds"][str(kind)] = seen["kinds"].get(str(kind), 0) + 1
            if kind == 1:
                if first != seen["windows"]:
                    seen["misplaced"] += count
                seen["windows"] += count
            digest.update(payload[at : at + length])
            at += length
        if at != len(payload):
            seen["gaps"] += 1
        self.say({"type": "ack", "id": 1, "seq": seen["entries"]})

    def onClose(self, was_clean, code, reason):
        seen["closeCode"] = code
        asyncio.get_event_loop().stop()


def main():
    address = urlparse(URL)
    factory = WebSocketClientFactory(URL, protocols=["windowscope.v1"])
    factory.protocol = Viewer
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    factory.loop = loop
    loop.call_later(30, loop.stop)
    loop.run_until_complete(loop.create_connection(factory, address.hostname, address.port))
    loop.run_forever()
    print(json.dumps({**seen, "digest": digest.hexdigest()}))


main()
