"""A worker with one import to do, as a process of its own: `python -m tests.bench.import_worker`.

Prints as JSON how long it took in seconds and how much memory the process had at most, in MB.
"""

import json
import resource
import time

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from exchange.importing.running import run_next

    started = time.perf_counter()
    run_next(timezone.now())
    spent = time.perf_counter() - started
    print(json.dumps({"seconds": spent, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
