"""Units of the school as departments there: those in which somebody is a member, and all above them."""

from collections.abc import Iterable

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.platforms.people import api as people
from nanhu.services.mobile import rules
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.models import Department, Member


def draw() -> int:
    """Bring our map up to the tree of units; how many departments are new or named anew."""
    units = {one.code: one for one in people.unit_choices()}
    numbers = Member.objects.exclude(state=Member.State.REMOVED).values_list("departments", flat=True)
    ids = {number - rules.OURS for each in numbers.iterator() for number in each}
    codes = [code for code, one in units.items() if one.id in ids]
    known = {one.unit_id: one for one in Department.objects.all()}
    changed = 0
    for code in codes:
        line = [one for one in people.unit_codes_upwards(code) if one in units]
        for own, above in zip(line, [*line[1:], ""], strict=False):
            changed += placed(
                known, units[own].id, units[own].name, rules.OURS + units[above].id if above else rules.ROOT
            )
    return changed


def placed(known: dict[int, Department], unit_id: int, name: str, parent: int) -> int:
    row = known.get(unit_id) or Department(unit_id=unit_id, number=rules.OURS + unit_id)
    if row.pk and (row.name, row.parent) == (name, parent):
        return 0
    row.name, row.parent, row.pushed_at = name, parent, None
    row.save()
    known[unit_id] = row
    return 1


@transaction.atomic
def put_all() -> int:
    """Push what is not there yet, parents first; who comes meanwhile waits, and finds it done."""
    vendor = choice.vendor()
    lock_key("mobile.departments")
    draw()
    waiting = {one.number: one for one in Department.objects.filter(pushed_at=None)}
    done: set[int] = set()
    for one in ordered(waiting.values()):
        vendor.put_department(number=one.number, name=one.name, parent=one.parent)
        Department.objects.filter(pk=one.pk).update(pushed_at=now())
        done.add(one.number)
    return len(done)


def ordered(rows: Iterable[Department]) -> list[Department]:
    waiting = {one.number: one for one in rows}
    found: list[Department] = []
    while waiting:
        ready = [one for one in waiting.values() if one.parent not in waiting]
        if not ready:
            return [*found, *waiting.values()]  # a ring cannot be, and must not hang us
        found += [waiting.pop(one.number) for one in sorted(ready, key=lambda each: each.number)]
    return found
