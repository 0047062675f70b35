"""What an outside app's key may do at most: it may be stolen, and whoever has it names numbers and users as he likes.

Failures are counted for each app by the hour, whomever they named. At the bound the app verifies nobody until the hour is over: it
closes no further number, the office sees it on its desk and in the doctor, and other apps and all bindings that hold go on.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.kernel.ui import dates
from nanhu.platforms.payments.api import Channel
from nanhu.systems.card.bank.errors import AppPausedError
from nanhu.systems.card.bank.models import BindingLock

MOST_FAILURES_AN_HOUR = 100
HOUR = timedelta(hours=1)
ALARMING = 24
"""For so many hours the office is told."""


def apps() -> list[Channel]:
    return list(Channel.objects.filter(kind=Channel.Kind.APP).order_by("key"))


def key_of(app: Channel, hour: datetime) -> bytes:
    return blind_index(f"app|{app.key}|{hour:%Y%m%d%H}", purpose="card.binding_lock")


def this_hour() -> datetime:
    return now().replace(minute=0, second=0, microsecond=0)


def check(app: Channel) -> None:
    hour = this_hour()
    if BindingLock.objects.filter(key=key_of(app, hour), failures__gte=MOST_FAILURES_AN_HOUR).exists():
        raise paused(hour)


def count(*, by: Actor, app: Channel) -> None:
    """In the transaction that counts a number's failure, and before it: beyond the bound no number is closed."""
    hour = this_hour()
    key = key_of(app, hour)
    BindingLock.objects.bulk_create([BindingLock(key=key)], ignore_conflicts=True)
    row = BindingLock.objects.select_for_update().get(key=key)
    if row.failures >= MOST_FAILURES_AN_HOUR:
        raise paused(hour)
    row.failures, row.failed_at = row.failures + 1, now()
    row.save(update_fields=["failures", "failed_at"])
    if row.failures == MOST_FAILURES_AN_HOUR:
        audit.record(
            by=by, action="card.pause_app", target=f"payments_channel:{app.pk}", facts={"failures": row.failures}
        )


def paused(hour: datetime) -> AppPausedError:
    return AppPausedError(until=dates.time_words(hour + HOUR))


def alarming() -> list[Channel]:
    """Apps whose failures reached the bound within a day."""
    hours = [this_hour() - HOUR * back for back in range(ALARMING)]
    keys = {key_of(app, hour): app for app in apps() for hour in hours}
    reached = BindingLock.objects.filter(key__in=list(keys), failures__gte=MOST_FAILURES_AN_HOUR)
    numbers = {keys[bytes(key)].pk for key in reached.values_list("key", flat=True)}
    return [app for app in apps() if app.pk in numbers]


def no_app_is_abused() -> CheckResult:
    found = [app.name for app in alarming()]
    if not found:
        return CheckResult(verdict=Verdict.OK, message=_("一天内没有外部应用因核对失败过多而暂停绑定。"))
    return CheckResult(
        verdict=Verdict.FAIL,
        message=_("核对失败过多、已暂停绑定的外部应用：%(names)s") % {"names": "、".join(found)},
        remedy=_("向应用运营方核实；密钥可能已泄露时，在“银行与收付”的“外部应用”里停用该应用，更换密钥后再启用。"),
    )
