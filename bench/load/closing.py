"""Closes a day of many payments again and again, beside a load. Runs inside the environment of the campus.

    python -m bench.load.closing ROWS SECONDS

Fills yesterday with the rows, says "ready", waits for a line, then prints {"closes", "median_seconds"}.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median

import django


def main() -> None:
    django.setup()
    from bench.load.year import grow, prepare, timed
    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import campus_today
    from nanhu.platforms.payments.services.days import close_day

    rows, seconds = int(sys.argv[1]), float(sys.argv[2])
    yesterday = campus_today() - timedelta(days=1)
    prepare(yesterday, datetime.now(tz=UTC).date())
    grow(rows, salt=0, first=yesterday, days=1)
    print("ready", flush=True)
    sys.stdin.readline()
    taken, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        taken.append(timed(lambda: close_day(by=Actor.system("bench"), day=yesterday)))
    print(json.dumps({"closes": len(taken), "median_seconds": median(taken)}))


if __name__ == "__main__":
    main()
