"""Rate limits: a token bucket for each key, in one statement of its own, before anything else is done."""

from math import ceil
from typing import Any

from nanhu.kernel import throttle
from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import planned_rows
from nanhu.platforms.openapi.errors import RateLimitedError
from nanhu.platforms.openapi.models import ApiKey

SECONDS_OF_BURST = 10
ANONYMOUS_PER_MINUTE = 60
DAY = "day:"
TAKE = """
    INSERT INTO openapi_rate_bucket AS b (subject, tokens, at, address)
    SELECT %(subject)s, %(burst)s - 1, clock_timestamp(), %(address)s || left(set_config('synchronous_commit', 'off', true), 0)
        WHERE %(burst)s >= 1
    ON CONFLICT (subject) DO UPDATE
        SET tokens = least(%(burst)s, b.tokens + extract(epoch FROM clock_timestamp() - b.at) * %(rate)s) - 1,
            at = clock_timestamp(), address = excluded.address
        WHERE least(%(burst)s, b.tokens + extract(epoch FROM clock_timestamp() - b.at) * %(rate)s) >= 1
    RETURNING tokens
"""
"""Not waited for on the disk: after a crash of the database a bucket is half a second behind."""


def subject_of(key: ApiKey) -> str:
    return f"key:{key.number}"


def take(key: ApiKey, address: str) -> None:
    """A vendor may ask `per_minute`, and ten seconds' worth of it at once."""
    take_one(subject_of(key), key.vendor.per_minute, address)


def take_anonymous(address: str) -> None:
    """Whoever shows no good key: counted by network, so that guessing costs us little."""
    take_one(f"network:{throttle.network_of(address)}", ANONYMOUS_PER_MINUTE, address)


def take_one(subject: str, per_minute: int, address: str) -> None:
    rate = per_minute / 60
    if not has_taken(subject, rate=rate, burst=max(rate * SECONDS_OF_BURST, 5.0), address=address):
        raise RateLimitedError(seconds=ceil(1 / rate))


def is_free(subject: str, *, per_hour: float, burst: int = 1) -> bool:
    """For what may be done so often and is left out otherwise."""
    return has_taken(subject, rate=per_hour / 3600, burst=burst, address="")


def is_free_today(subject: str, *, most: int) -> bool:
    """For what may be done `most` times a day of the campus, by a bucket of that day that nothing fills."""
    return is_free(f"{DAY}{campus_today()}:{subject}", per_hour=0, burst=most)


def has_taken(subject: str, *, rate: float, burst: float, address: str) -> bool:
    facts: dict[str, Any] = {"subject": subject, "rate": rate, "burst": burst, "address": address}
    return bool(planned_rows(TAKE, facts))
