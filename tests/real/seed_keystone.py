"""Makes what a cloud has in a new Keystone, and prints the ids that it gave.

    python seed_keystone.py URL PASSWORD METERING_URL DATABASE PROJECTS

PROJECTS is how many projects there are beside those with names: they are put into the database as they are, which is a
thousand times faster than asking for each. Users: `billing`, who may list all projects (reader
of the system) and administers the project `service`; `plain`, a member of `demo` and nothing else; and `ceilometer`.
All of them have the administrator's password.
"""
import json
import sqlite3
import sys
import urllib.error
import urllib.request
import uuid

url, password, metering_url, database, projects = *sys.argv[1:5], int(sys.argv[5])


def ask(method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}")


def log_in(user, project):
    domain = {"id": "default"}
    identity = {"methods": ["password"], "password": {"user": {"name": user, "password": password, "domain": domain}}}
    scope = {"project": {"name": project, "domain": domain}}
    headers, _ = ask("POST", "/auth/tokens", {"auth": {"identity": identity, "scope": scope}})
    return headers["X-Subject-Token"]


token = log_in("admin", "admin")


def make(kind, path, **body):
    return ask("POST", path, {kind: body}, token)[1][kind]["id"]


def grant(place, user, *names):
    for name in names:
        ask("PUT", f"{place}/users/{user}/roles/{roles[name]}", None, token)


roles = {role["name"]: role["id"] for role in ask("GET", "/roles", None, token)[1]["roles"]}
corporation = make("domain", "/domains", name="corp")
ids = {"service": make("project", "/projects", name="service", domain_id="default")}
for name, domain, enabled, tags in (
    ("demo", "default", True, ["billable"]),
    ("acme", "default", True, ["billable"]),
    ("mill", corporation, True, ["billable", "gold"]),
    ("idle", "default", True, []),
    ("closed", "default", False, []),
):
    ids[name] = make("project", "/projects", name=name, domain_id=domain, enabled=enabled, tags=tags)
with sqlite3.connect(database, timeout=60) as rows:
    for number in range(projects):
        name, ids[f"many-{number}"] = f"many-{number}", uuid.uuid4().hex
        project = (ids[name], name, "{}", "", True, corporation, corporation, False)
        columns = "id, name, extra, description, enabled, domain_id, parent_id, is_domain"
        rows.execute(f"INSERT INTO project ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", project)

service = make("service", "/services", type="metering", name="ceilometer")
for interface in ("public", "internal", "admin"):
    make("endpoint", "/endpoints", service_id=service, interface=interface, region_id="RegionOne", url=metering_url)

users = {
    name: make("user", "/users", name=name, password=password, domain_id="default")
    for name in ("billing", "plain", "ceilometer")
}
grant("/system", users["billing"], "reader")
grant(f"/projects/{ids['service']}", users["billing"], "reader", "admin")
grant(f"/projects/{ids['demo']}", users["plain"], "member")
grant(f"/projects/{ids['service']}", users["ceilometer"], "admin", "service")

credential = ask(
    "POST",
    f"/users/{users['billing']}/application_credentials",
    {"application_credential": {"name": "artifice", "roles": [{"name": "reader"}, {"name": "admin"}]}},
    log_in("billing", "service"),
)[1]["application_credential"]
credential = {key: credential[key] for key in ("id", "name", "secret")}
print(json.dumps({"projects": ids, "domains": {"corp": corporation}, "users": users, "credential": credential}))
