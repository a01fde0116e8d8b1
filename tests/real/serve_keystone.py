"""Serves Keystone on the loopback.

    OS_KEYSTONE_CONFIG_DIR=… python serve_keystone.py PORT
"""
import sys

# What is left of the arguments Keystone reads itself.
port = int(sys.argv.pop())

from keystone.wsgi.api import application  # noqa: E402
from waitress import serve  # noqa: E402

serve(application, host="127.0.0.1", port=port, threads=8)
