"""Reads all samples of some meters, in a request each, and prints how many there are.

    python read_ceilometer.py KEYSTONE PASSWORD CEILOMETER METER...
"""
import json
import sys
import urllib.request

keystone, password, ceilometer, *meters = sys.argv[1:]
domain = {"id": "default"}
identity = {"methods": ["password"], "password": {"user": {"name": "billing", "password": password, "domain": domain}}}
body = {"auth": {"identity": identity, "scope": {"project": {"name": "service", "domain": domain}}}}
headers = {"Content-Type": "application/json"}
log_in = urllib.request.Request(keystone + "/auth/tokens", json.dumps(body).encode(), headers)
with urllib.request.urlopen(log_in) as answer:
    token = answer.headers["X-Subject-Token"]
samples = 0
for meter in meters:
    request = urllib.request.Request(f"{ceilometer}/v2/meters/{meter}?limit=100000000", headers={"X-Auth-Token": token})
    with urllib.request.urlopen(request) as answer:
        samples += len(json.load(answer))
print(samples)
