"""Reads of identity."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, DateTimeField, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity.errors import PartedMeanwhileError
from nanhu.platforms.identity.models import Account, RoleGrant, SsoSession
from nanhu.platforms.people import api as people

STUDENT, STAFF, GUEST = "student", "staff", "guest"


def hold(account: Account) -> Account:
    """Its row, locked, for who is about to set a key of it. Refused where its person and another were told apart since it was read."""
    held = Account.objects.select_for_update().get(pk=account.pk)
    if held.parted_at != account.parted_at:
        raise PartedMeanwhileError
    return held


def live_session(*, account_id: int, session_id: int) -> SsoSession | None:
    """The session with its account, and its live roles as `role_keys`, in one query; None when it has ended, or is another's."""
    return LIVE_SESSION.first(session=session_id, account=account_id, moment=now())


def _live_session() -> QuerySet[SsoSession]:
    counts_now = Q(revoked_at=None) & (Q(ends_at=None) | Q(ends_at__gt=Given("moment", DateTimeField())))
    grants = RoleGrant.objects.filter(counts_now, account=OuterRef("account")).order_by("role").values("role")
    found = SsoSession.objects.filter(pk=Given("session"), account=Given("account"), ended_at=None)
    return found.select_related("account").annotate(role_keys=ArraySubquery(grants.distinct()))


LIVE_SESSION = Prepared(_live_session)


def session_end_due(session: SsoSession, moment: datetime) -> SsoSession.End | None:
    """Why the clock ends this session now, if it does."""
    if moment - session.created_at > timedelta(hours=configuration().session_hours):
        return SsoSession.End.TOO_OLD
    if moment - session.last_seen_at > timedelta(minutes=configuration().session_idle_minutes):
        return SsoSession.End.IDLE
    return None


def viewer_of(*, account: Account, session: SsoSession, chosen_face: str = "", acts: bool = False) -> Viewer:
    """Who looks, from the golden record as it is now."""
    card = card_of(account)
    faces = faces_of(card)
    face = chosen_face if chosen_face in faces else face_of_number(card, session.campus_no)
    return Viewer(
        account_id=account.pk,
        person_id=account.person_id,
        name=card.name,
        campus_no=number_of_face(card, face) or session.campus_no,
        faces=faces,
        face=face,
        roles=held_roles(session) - withheld_roles(session),
        record=card,
        acts=acts,
    )


def reader_of(account: Account) -> Viewer | None:
    """Whose feed it is, where no session says so: a person without any role, seen as staff where he is. None unless he may sign in."""
    if account.state != Account.State.ACTIVE:
        return None
    card = card_of(account)
    faces = faces_of(card)
    face = next(one for one in (STAFF, STUDENT, GUEST) if one in faces)
    return Viewer(
        account_id=account.pk,
        person_id=account.person_id,
        name=card.name,
        campus_no=number_of_face(card, face),
        faces=faces,
        face=face,
        record=card,
    )


def held_roles(session: SsoSession) -> frozenset[str]:
    """The roles of the session's account, as `live_session` read them."""
    return frozenset(getattr(session, "role_keys", ()))


def withheld_roles(session: SsoSession) -> frozenset[str]:
    """Administrative roles rest while the session has no second factor."""
    return frozenset() if session.second_factor_at is not None else held_roles(session) & administrative_keys()


def card_of(account: Account) -> people.PersonCard:
    """The golden record behind an account; the foreign key makes sure that there is one."""
    card = people.person_card(account.person_id)
    if card is None:
        raise NotFoundError(what=_("这个人"))
    return card


def live_affiliations(card: people.PersonCard) -> list[people.AffiliationCard]:
    return [affiliation for affiliation in card.affiliations if affiliation.is_live]


def kinds_of(ties: Iterable[people.AffiliationCard]) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(one.kind for one in ties))


def faces_of(card: people.PersonCard) -> frozenset[str]:
    """Temporary staff see what staff see; who is only a guest sees the guest's side; with nothing live any more, the
    student's."""
    kinds = {affiliation.kind for affiliation in live_affiliations(card)}
    faces = {people.face_of(kind) for kind in kinds - {GUEST}}
    return frozenset(faces or ({GUEST} if kinds else {STUDENT}))


def face_of_number(card: people.PersonCard, campus_no: str) -> str:
    """The face of the number somebody signed in with: 学号 → student, 工号 → staff."""
    faces = faces_of(card)
    for affiliation in live_affiliations(card):
        if affiliation.campus_no.upper() == campus_no.upper() and affiliation.kind != GUEST:
            return people.face_of(affiliation.kind)
    return next(face for face in (STAFF, STUDENT, GUEST) if face in faces)


def number_of_face(card: people.PersonCard, face: str) -> str:
    for affiliation in live_affiliations(card):
        if people.face_of(affiliation.kind) == face:
            return affiliation.campus_no
    return ""


def sessions_of(account: Account) -> QuerySet[SsoSession]:
    """The account's sessions, live ones first, with what their single logout came to."""
    states = {
        f"{state}_grants": Count("grants", filter=Q(grants__logout=state))
        for state in ("open", "waiting", "done", "unreachable")
    }
    return SsoSession.objects.filter(account=account).annotate(**states).order_by("-ended_at", "-last_seen_at")


def administrative_keys() -> frozenset[str]:
    """Of the roles whose holders always sign in with a second factor."""
    return frozenset(role.key for role in registry.roles if role.is_administrative)
