"""Connects to a socket as Edge Impulse's Python SDK does, and prints each event as a line of JSON.

Usage: python3 python-client.py URL TOKEN TRANSPORT...
"""
import json
import sys
import threading
import time

import socketio

url, token, *transports = sys.argv[1:]
client = socketio.Client(reconnection=False)
# Each event comes on a thread of its own.
output = threading.Lock()


@client.on("*")
def any_event(name, *payload):
    with output:
        print(json.dumps({"name": name, "payload": payload}), flush=True)
    if name == "job-finished":
        # What was sent before it may still be on its way to here.
        time.sleep(0.5)
        client.disconnect()


client.connect(f"{url}?token={token}", transports=transports)
client.wait()
