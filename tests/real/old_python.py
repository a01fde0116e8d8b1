"""What Ceilometer 9 calls and Python 3.11 has no more."""
import inspect


def mend():
    if not hasattr(inspect, "getargspec"):
        inspect.getargspec = lambda function: tuple(inspect.getfullargspec(function)[:4])
