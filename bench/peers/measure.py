"""What the peers say about themselves: seconds of a named part, and the memory this process reached."""

import json
import resource
import time
from contextlib import contextmanager


@contextmanager
def timed(seconds: dict[str, float], name: str):
    """Adds the wall time of the block to `seconds[name]`."""
    start = time.perf_counter()
    yield
    seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start


def peak_rss_mb() -> float:
    """Peak resident memory of this process alone; bench/memory.ts samples the loader processes along with it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(record: dict) -> None:
    """One JSON line on stdout; floats rounded so that the lines stay readable."""
    print(json.dumps({k: round(v, 6) if isinstance(v, float) else v for k, v in record.items()}), flush=True)
