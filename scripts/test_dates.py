"""Runs the tests that have a date in them (`dated`) as if today were another day: `test_dates.py [DAY …] [-- pytest's arguments]`.

Debian's libfaketime shifts the clock of pytest, of the database it starts and of every child by the same number of seconds;
what waits (the monotonic clock) is left alone. Without a DAY all are run; `one` is the one whose turn it is at this commit.
"""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

CAMPUS = ZoneInfo("Asia/Shanghai")
DAYS = {  # early hours are still yesterday in UTC
    "august-31": "2027-08-31T07:40",
    "november-26": "2026-11-26T09:10",
    "december-31": "2026-12-31T07:40",
    "february-28": "2027-02-28T14:30",
    "february-29": "2028-02-29T07:40",
    "last-day-of-term": "2027-01-15T16:20",
    "holiday": "2026-10-01T07:40",
    "moved-working-day": "2026-10-10T10:00",
    "late-in-the-evening": "2026-12-08T22:40",  # who waits for an hour or two waits into the next day
    "night-of-a-first": "2027-03-01T00:20",  # in UTC another day, month and, of a February, length of the month
    "the-year-turns": "2026-12-31T23:56",  # midnight comes after the databases are made and in the midst of the tests
}
NOT_SHIFTED = (
    "src/nanhu/systems/card/vendors/tests/test_trouble.py::test_who_waits_too_long_is_told_to_ask_again_and_nothing_is_done",
    "src/nanhu/platforms/identity/tests/test_front_connections.py::test_it_does_not_wait_for_ever",
    "src/nanhu/kernel/tests/test_connection_shares.py::test_the_doctor_names_a_web_process_whose_guard_fails_each_time",
)
"""PostgreSQL's `lock_timeout` never comes due under libfaketime: these would wait for ever, and no date is in them. The last compares
the clock with that of the file system, which is not shifted."""
LIBRARIES = "*/faketime/libfaketime.so.1"


def library() -> Path:
    found = next(Path("/usr/lib").glob(LIBRARIES), None)
    if found is None:
        sys.exit("libfaketime is missing: sh scripts/install-test-tools")
    return found


def on(day: str, arguments: list[str]) -> int:
    moment = datetime.fromisoformat(DAYS[day]).replace(tzinfo=CAMPUS)
    print(f"— {day}: {moment:%Y-%m-%d %H:%M %A}", flush=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library()),
        "FAKETIME": f"{(moment - datetime.now(CAMPUS)).total_seconds():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    tests = [
        "-m",
        "dated",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        *(f"--deselect={one}" for one in NOT_SHIFTED),
        "-q",
        *(arguments or ["src", "tests"]),
    ]
    return subprocess.run([sys.executable, "-m", "pytest", *tests], env=environment, check=False).returncode


def chosen(names: list[str]) -> list[str]:
    if names == ["one"]:
        said = subprocess.run(["git", "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False).stdout
        return [list(DAYS)[int(said or 0) // 60 % len(DAYS)]]
    return names or list(DAYS)


def main() -> None:
    names, _, arguments = " ".join(sys.argv[1:]).partition("--")
    red = [day for day in chosen(names.split()) if on(day, arguments.split())]
    if red:
        sys.exit(f"red on: {', '.join(red)}")


if __name__ == "__main__":
    main()
