"""Who may come on line at a page of the network (captive portal): by the one password, or recognised there before.

The same gates as at the RADIUS door, under a name of their own: who guesses here closes neither 802.1X nor the portal's sign-in.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.kernel.throttle import Gate
from nanhu.kernel.ui.dates import day, time_words
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account, Application, SignInEvent, Suspension
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.rules import normalise_sign_in_name
from nanhu.platforms.identity.services import access, known_places, limits, sign_in, sign_in_log

PAGE: Final = "wifi_page"
NETWORK: Final = "network"
WIFI: Final = "wifi"
"""The key of the application whose access rules say who may use the Wi-Fi."""
STATES: Final = (Account.State.ACTIVE, Account.State.SUSPENDED, Account.State.ENDED)
MOST: Final = 50


class NetworkClosedError(CampusError):
    """Why, and whom to ask. Said to nobody but who has just proved the password."""

    code: ClassVar[str] = "identity.network_closed"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("{reason}请拨打 {phone} 处理。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkUser:
    """`groups`: student, staff, temporary, guest, of each live tie, the newest first. `app_password`: which one it was, where it was not
    the person's own password. `password_changed_at`: as it stood when the password was looked at."""

    account_id: int
    person_id: int
    campus_no: str
    name: str = field(repr=False)
    groups: tuple[str, ...]
    app_password: UUID | None = None
    password_changed_at: datetime | None = None


def network_user_by_password(*, by: Actor, typed_name: str, password: str, browser: str = "") -> NetworkUser | None:
    """The person's own password, or an app password for the network. None for a wrong one, in the same time; NetworkClosedError where it was
    right and the Wi-Fi is closed all the same.

    `browser`: what the page knows this browser by. Where this very account came in by it before, strangers behind the same address do not
    make its owner wait; one that was made up is nothing, and who has none stands before the gate of his address as well.
    """
    row = app_passwords.row_by(typed_name=typed_name, password=password, service=NETWORK, address=by.address)
    if row is not None:
        return network_user_of(row.account, app_password=row.public_id)
    owner = sign_in.account_of_name(normalise_sign_in_name(typed_name))
    is_known = known_places.is_station_known(account=owner, service=PAGE, address=browser)
    shared = [] if is_known else [Gate(limits.PAGE_ADDRESS, throttle.network_of(by.address))]
    throttle.admit(shared)
    account = sign_in.verify_for_service(
        by=by,
        typed_name=typed_name,
        password=password,
        service=PAGE,
        station=browser if is_known else "",
        states=STATES,
    )
    if account is None:
        return None
    throttle.take_back(shared)
    known_places.note_station(account=account, service=PAGE, address=browser)
    return network_user_of(account)


def network_user_of(account: Account, *, app_password: UUID | None = None) -> NetworkUser | None:
    """Of whom has just proved it; None where what he proved was taken back meanwhile."""
    user = network_user(account, app_password=app_password)
    reason = "" if user is not None else why_closed(account)
    if reason:
        raise NetworkClosedError(reason=reason, phone=school().info_centre_phone)
    return user


def why_closed(account: Account) -> str:
    """One sentence; "" where nothing keeps him out."""
    if account.state == Account.State.SUSPENDED:
        return why_suspended(account)
    if account.state == Account.State.ENDED:
        return str(_("您的在校身份已经结束，账号已于 {day} 注销。")).format(
            day=day(account.state_changed_at, campus_today().year)
        )
    if account.state != Account.State.ACTIVE:
        return ""
    application = Application.objects.filter(key=WIFI).first()
    if application is not None:
        decision = access.decide(account=account, application=application)
        if not decision.is_allowed:
            return str(decision.reason)
    is_tied = bool(queries.live_affiliations(queries.card_of(account)))
    return "" if is_tied else str(_("学校的名册里没有您现在的身份，不能上网。"))


def why_suspended(account: Account) -> str:
    """Until when, and not the reason: the office wrote it for its own records, and the office tells it at the telephone."""
    decided = Suspension.objects.filter(account=account, lifted_at=None).first()
    if decided is None:
        return str(_("您在名册里的身份已暂停（如休学、停薪留职），账号随之停用。"))
    if decided.until is None:
        return str(_("您的账号已停用。"))
    return str(_("您的账号已停用，到 {moment} 恢复。")).format(moment=time_words(decided.until))


def still_opens(account: Account, *, app_password: UUID | None, password_changed_at: datetime | None) -> bool:
    """Of an account that was read just now: does that still hold by which somebody proved before who he is? Neither named: nothing was proved."""
    if app_password is None and password_changed_at is None:
        return True
    if account.state != Account.State.ACTIVE:
        return False
    if app_password is not None:
        return app_passwords.is_live(app_password, account)
    return account.password_changed_at == password_changed_at


def network_user(
    account: Account, *, app_password: UUID | None = None, password_changed_at: datetime | None = None
) -> NetworkUser | None:
    """None for whom the Wi-Fi is closed: by the account's state, by its ties, by the rules of access, by a password that was proved before and
    is another now, or taken back."""
    if not still_opens(account, app_password=app_password, password_changed_at=password_changed_at):
        return None
    live = queries.live_affiliations(queries.card_of(account))
    application = Application.objects.filter(key=WIFI).first()
    if account.state != Account.State.ACTIVE or not live:
        return None
    if application is not None and not access.decide(account=account, application=application).is_allowed:
        return None
    return NetworkUser(
        account_id=account.pk,
        person_id=account.person_id,
        campus_no=live[0].campus_no,
        name=str(account),
        groups=queries.kinds_of(live),
        app_password=app_password,
        password_changed_at=account.password_changed_at,
    )


def refused_lately(*, campus_numbers: Collection[str], since: datetime) -> QuerySet[SignInEvent]:
    """Wrong passwords under these numbers at the network's doors, newest first. `address` is the device, where one was told."""
    keys = [sign_in_log.name_key(one) for one in list(campus_numbers)[:MOST]]
    found = SignInEvent.objects.filter(kind=SignInEvent.Kind.REFUSED, name_key__in=keys, how__in=[NETWORK, PAGE])
    return found.filter(at__gt=since).order_by("-at")
