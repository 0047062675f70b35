"""Units of the school as departments there: those in which somebody is a member, and all above them."""

from collections.abc import Iterable

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.platforms.people import api as people
from nanhu.services.mobile import rules
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import Vendor, VendorError
from nanhu.services.mobile.models import Department, Member


@transaction.atomic
def draw() -> int:
    """Bring our map up to the tree of units; how many departments are new or named anew."""
    lock_key("mobile.departments")
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


def put_all() -> int:
    """Push what is not there yet, parents first. Called without a transaction: a line that stops on the way stays stopped."""
    vendor = choice.vendor()
    draw()
    return sum(put(vendor, one.pk) for one in ordered(Department.objects.filter(pushed_at=None)))


def put(vendor: Vendor, pk: int) -> bool:
    """Who comes meanwhile waits for this one call, and finds it done. A refusal is raised when what was written of it stands."""
    refusal: Exception | None = None
    with transaction.atomic():
        row = Department.objects.select_for_update().filter(pk=pk, pushed_at=None).first()
        if row is None:
            return False
        try:
            vendor.put_department(number=row.number, name=row.name, parent=row.parent)
            Department.objects.filter(pk=pk).update(pushed_at=now())
        except (VendorError, OSError) as error:
            refusal = error
    if refusal is not None:
        raise refusal
    return True


def ordered(rows: Iterable[Department]) -> list[Department]:
    waiting = {one.number: one for one in rows}
    found: list[Department] = []
    while waiting:
        ready = [one for one in waiting.values() if one.parent not in waiting]
        if not ready:
            return [*found, *waiting.values()]  # a ring cannot be, and must not hang us
        found += [waiting.pop(one.number) for one in sorted(ready, key=lambda each: each.number)]
    return found
