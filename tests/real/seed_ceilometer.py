"""Stores samples as Ceilometer's collector does: one JSON object a line on standard input.

    python seed_ceilometer.py CONFIGURATION < samples.ndjson
"""
import datetime
import json
import sys

from old_python import mend

mend()

from ceilometer import service, storage  # noqa: E402
from ceilometer.storage.sqlalchemy import models  # noqa: E402

configuration = service.prepare_service(["seed", "--config-file", sys.argv[1]])
connection = storage.get_connection_from_config(configuration)
# One transaction: a month of thousands of samples would wait for the disk as often.
with connection._engine_facade.get_engine().begin() as database:
    meters, resources, rows = {}, {}, []
    for line in sys.stdin:
        sample = json.loads(line)
        meter = (sample["counter_name"], sample["counter_type"], sample["counter_unit"])
        if meter not in meters:
            meters[meter] = connection._create_meter(database, *meter)
        user, project, metadata = sample.get("user_id"), sample["project_id"], sample["resource_metadata"]
        resource = (sample["resource_id"], project, json.dumps(metadata, sort_keys=True))
        if resource not in resources:
            resources[resource] = connection._create_resource(
                database, sample["resource_id"], user, project, "openstack", metadata
            )
        rows.append(
            {
                "meter_id": meters[meter],
                "resource_id": resources[resource],
                "timestamp": datetime.datetime.fromisoformat(sample["timestamp"]),
                "volume": float(sample["counter_volume"]),
                "message_signature": "",
                "message_id": sample["message_id"],
            }
        )
    if rows:
        database.execute(models.Sample.__table__.insert(), rows)
print(len(rows))
