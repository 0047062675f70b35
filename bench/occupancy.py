"""The whole-term swap of occupancy: 75,000 rows replaced in one transaction (all of them, and 500 of them), beside the plain INSERT of the same rows into a table
without constraint, on the same server in the same run; and what a clash and a free-room search cost with them there."""

import json
import time
from datetime import UTC, datetime, timedelta

from bench.inside import ask_fresh_campus, set_up_django
from bench.report import Report

ROOMS, ROWS = 560, 75_000


def run(report: Report) -> None:
    found = ask_fresh_campus("bench.occupancy", demo=False)
    report("occupancy_first", found["first"], "s", found["plain"])
    report("occupancy_swap", found["swap"], "s", found["plain"])
    report("occupancy_swap_of_500_changed", found["little"], "s", found["plain"])
    report("occupancy_clash", found["clash"] * 1000, "ms")
    report("occupancy_free_rooms", found["free"] * 1000, "ms")


def inside() -> dict[str, float]:
    from django.db import connection

    from nanhu.kernel.actors import Actor
    from nanhu.platforms.campus import api as campus
    from nanhu.platforms.campus.sample import plan_term, set_up_rooms

    by = Actor.system("bench")
    order = campus.PlaceOrder(key="b", name="楼", kind="teaching")
    campus.set_up_places(by=by, places=[order])
    room = {"building": "b", "floor": 1, "kind": "classroom", "seats": 60, "exam_seats": 30, "area": None}
    room |= {"unit": "", "equipment": [], "lock": "key"}
    keys = [f"b.{number}" for number in range(ROOMS)]
    set_up_rooms(by=by, rooms={key: room | {"name": key} for key in keys})
    ids = list(campus.room_ids(keys).values())
    monday = datetime(2083, 3, 8, tzinfo=UTC)
    term = plan_term(by=by, order=campus.TermOrder(year=2082, season=2, name="春", first_monday=monday.date()))

    def holds(name: str) -> list[campus.Hold]:
        slots = [(room, slot) for slot in range(ROWS // ROOMS + 1) for room in ids][:ROWS]
        return [
            campus.Hold(
                room=room,
                begins_at=begins,
                ends_at=begins + timedelta(minutes=95),
                kind="lesson",
                key=f"{name}{n}",
                what=name,
            )
            for n, (room, slot) in enumerate(slots)
            for begins in [monday + timedelta(days=slot // 5, hours=slot % 5 * 2)]
        ]

    def timed(work: object) -> float:
        began = time.perf_counter()
        work()  # type: ignore[operator]
        return time.perf_counter() - began

    old, new = holds("旧"), holds("新")

    def clash() -> None:
        try:
            campus.hold_rooms(by=by, source="bench.booking", holds=new[:1])
        except campus.RoomTakenError:
            return
        raise RuntimeError("two stand in one room")

    first = timed(lambda: campus.replace_rooms(by=by, source="bench", term=term, holds=old))
    plain = timed(lambda: plain_insert(connection))
    swap = timed(lambda: campus.replace_rooms(by=by, source="bench", term=term, holds=new))
    moved = [*holds("别")[:500], *new[500:]]
    little = timed(lambda: campus.replace_rooms(by=by, source="bench", term=term, holds=moved))
    at = monday + timedelta(days=3, hours=2)
    free = timed(lambda: list(campus.free_rooms(at, at + timedelta(hours=2))))
    return {"first": first, "plain": plain, "swap": swap, "little": little, "clash": timed(clash), "free": free}


def plain_insert(connection: object) -> None:
    """The same rows into a table like ours that holds nothing and has no index."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("CREATE TABLE bench_plain (LIKE campus_occupancy)")
        cursor.execute("INSERT INTO bench_plain SELECT * FROM campus_occupancy")
        cursor.execute("DROP TABLE bench_plain")


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
