"""Reads all samples of some meters in one answer each, and prints how many they are: as fast as a script may.

    python read_ceilometer.py KEYSTONE CEILOMETER PASSWORD FROM TO METER...
"""
import json
import sys
import urllib.parse
import urllib.request

keystone, ceilometer, password, begin, end, *meters = sys.argv[1:]
domain = {"id": "default"}
identity = {"methods": ["password"], "password": {"user": {"name": "billing", "password": password, "domain": domain}}}
body = {"auth": {"identity": identity, "scope": {"project": {"name": "service", "domain": domain}}}}
log_in = urllib.request.Request(
    keystone + "/v3/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"}
)
with urllib.request.urlopen(log_in) as answer:
    token = answer.headers["X-Subject-Token"]
count = 0
for meter in meters:
    query = [("limit", "10000000")]
    for op, value in (("ge", begin), ("lt", end)):
        query += [("q.field", "timestamp"), ("q.op", op), ("q.value", value)]
    url = f"{ceilometer}/v2/meters/{meter}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"X-Auth-Token": token})) as answer:
        count += len(json.load(answer))
print(count)
