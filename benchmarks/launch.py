"""Starts a command from a process too small to matter and writes down what it used.

Linux hands a parent's peak memory on to what it forks: started from a benchmark that had just built a corpus, every
tool seemed to need 861 MiB. Run as `python -S -E launch.py RESULT COMMAND...`.
"""

import json
import os
import sys
import time


def main() -> None:
    """Runs the command and writes CPU, wall, peak and exit code into the file RESULT."""
    began = time.perf_counter()
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, used = os.wait4(child, 0)
    cost = {
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.perf_counter() - began,
        "peak": used.ru_maxrss * 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    with open(sys.argv[1], "w", encoding="utf-8") as file:  # pathlib would triple our own memory
        json.dump(cost, file)


main()
