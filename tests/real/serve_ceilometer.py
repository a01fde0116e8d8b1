"""Serves Ceilometer's API on the loopback, and logs a line for each request before it answers it.

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


def logged(environ, start_response):
    print(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], file=sys.stderr, flush=True)
    return api(environ, start_response)


serve(logged, host="127.0.0.1", port=port, threads=8)
