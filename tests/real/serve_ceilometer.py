"""Serves Ceilometer's API on the loopback.

    python serve_ceilometer.py CONFIGURATION PORT
"""
import sys

from old_python import mend

mend()

from ceilometer import service  # noqa: E402
from ceilometer.api import app  # noqa: E402
from waitress import serve  # noqa: E402

configuration, port = sys.argv[1], int(sys.argv[2])
api = app.load_app(service.prepare_service(["ceilometer-api", "--config-file", configuration]))
serve(api, host="127.0.0.1", port=port, threads=8)
