"""Reads files in a process of its own and prints for each what came of it, the seconds and the megabytes it took.

Run by `test_hostile.py`. Processor time, because a wall clock also shows what other programs are doing.
"""

import json
import re
import sys
import time
from pathlib import Path

from django.conf import settings


def measured(path: Path) -> dict[str, object]:
    from exchange.reading.files import Notation, UnreadableFileError, read
    from exchange.reading.suggest import suggest

    data = path.read_bytes()
    said, seconds = "", 0.0
    before = peak_from_now()
    for look in (suggest, lambda data: read(data, Notation())):
        start = time.process_time()
        try:
            found = look(data)
            said = f"{len(getattr(found, 'lines', ()))} lines"
        except UnreadableFileError as error:
            said = str(error)
        seconds = max(seconds, time.process_time() - start)
    return {"said": said, "seconds": seconds, "megabytes": peak() - before}


def peak_from_now() -> float:
    PROCESS.joinpath("clear_refs").write_text("5")  # forget the peak so far (proc(5))
    return peak()


def peak() -> float:
    """The most megabytes of memory that this process had."""
    kilobytes = re.search(r"VmHWM:\s+(\d+) kB", PROCESS.joinpath("status").read_text())
    assert kilobytes
    return int(kilobytes[1]) / 1024


PROCESS = Path("/proc/self")


if __name__ == "__main__":
    settings.configure(USE_I18N=False)
    sys.stdout.write(json.dumps({name: measured(Path(name)) for name in sys.argv[1:]}))
