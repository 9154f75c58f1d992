"""Ends process groups once the supervisor is gone, however it went.

The kernel's parent-death signal reaches a service, but not the processes that the service started. This program is run
as a file, reads "+group" and "-group" lines from the supervisor's pipe, and at its end stops the groups still listed.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def signal_group(group: int, number: int) -> bool:
    """Signal the group and say whether it existed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def main() -> None:
    groups: set[int] = set()
    # Ctrl-C and an orderly stop are the supervisor's business; we end when it closes the pipe.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(signal_group(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
