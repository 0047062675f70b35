"""Reads of the mobile campus."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Owner
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationCard, PartedRecord, PersonCard
from nanhu.services.mobile import rules
from nanhu.services.mobile.models import Binding, Callback, Consent, Member
from nanhu.services.mobile.rules import Wanted

KINDS = ("staff", "student")
REACHED = (Member.State.INVITED, Member.State.ACTIVE)


def living_binding(person_id: int) -> Binding | None:
    return Binding.objects.filter(person_id=person_id, ended_at=None).first()


def binding_of_userid(userid: str) -> Binding | None:
    return Binding.objects.filter(userid=userid.lower(), ended_at=None).first()


def has_consent(person_id: int) -> bool:
    return consenting([person_id]) == {person_id}


def may_give_phone(person_id: int) -> bool:
    """Who is in the book, or about to be, by the office's record alone: his phone is not there yet. Who has joined needs it no more."""
    is_there = Member.objects.filter(person_id=person_id).exclude(state__in=["removed", "left", "active"]).exists()
    return is_there and not Consent.standing.filter(person_id=person_id, purpose="binding").exists()


def has_joined(person_id: int) -> bool:
    """He is in the book by himself, or an account of his is bound."""
    is_active = Member.objects.filter(person_id=person_id, state=Member.State.ACTIVE).exists()
    return is_active or living_binding(person_id) is not None


def has_withdrawn(person_id: int) -> bool:
    return Consent.standing.filter(person_id=person_id, purpose="binding").exists() and not has_consent(person_id)


def said_no_while_one(record: PartedRecord) -> bool:
    """It stands, also where somebody said yes after it: that may have been the other."""
    return Consent.standing.filter(
        people.ended_between(record, "withdrawn_at"), person_id=record.person_id, purpose="binding"
    ).exists()


def is_proved(person_id: int) -> bool:
    """By 学生认证, and the consent that went with it stands."""
    return Consent.standing.filter(person_id=person_id, purpose="document", withdrawn_at=None).exists()


def has_undone(person_id: int, userid: str | None = None) -> bool:
    """Its owner said "that was not me": of this account, or of any."""
    undone = Binding.objects.filter(person_id=person_id, end=Binding.End.UNDONE)
    return (undone if userid is None else undone.filter(userid=userid)).exists()


def standing_member(userid: str) -> Member | None:
    """Whose account there is: one that we made or took over, and that is not about to go."""
    rows = Member.objects.filter(userid=userid.lower(), state__in=REACHED)
    return rows.exclude(task=Member.Task.DELETE).first()


def consenting(ids: Collection[int]) -> set[int]:
    given = Consent.standing.filter(person_id__in=list(ids), purpose="binding", withdrawn_at=None)
    return set(given.values_list("person_id", flat=True))


def everybody() -> list[int]:
    """Whose membership is ours to keep: staff by their record, students who agreed, and who is in the book already."""
    codes = [code for code, _name, _short in people.unit_names()]
    staff = people.members_of(codes, kind="staff")
    agreed = Consent.standing.filter(purpose="binding", withdrawn_at=None).values_list("person_id", flat=True)
    return sorted({*staff, *agreed, *Member.objects.values_list("person_id", flat=True)})


def wanted_for(ids: Collection[int], *, today: date) -> dict[int, Wanted]:
    """How each of these should stand in the book; who should not is absent. Few queries, however many."""
    cards, agreed = people.person_cards(ids), consenting(ids)
    known = {one.person_id: one.phone_index for one in people.known_people(ids)}
    units = people.unit_ids_by_code({one.department_code for card in cards.values() for one in card.affiliations})
    withdrawn = set(
        Consent.standing.filter(person_id__in=list(ids), purpose="binding", withdrawn_at__isnull=False)
        .exclude(person_id__in=agreed)
        .values_list("person_id", flat=True)
    )
    found = {}
    for person_id, card in cards.items():
        wanted = wanted_of(
            card, phone_index=known.get(person_id), units=units, has_agreed=person_id in agreed, today=today
        )
        if wanted is not None and card.person_id == person_id and person_id not in withdrawn:
            found[person_id] = wanted
    return found


def wanted_of(
    card: PersonCard, *, phone_index: bytes | None, units: Mapping[str, int], has_agreed: bool, today: date
) -> Wanted | None:
    """By the affiliation that counts: a living one of staff before one of a student; else the one that ended last."""
    ours = [one for one in card.affiliations if one.kind in KINDS and (one.kind == "staff" or has_agreed)]
    living = sorted((one for one in ours if one.is_live), key=lambda one: KINDS.index(one.kind))
    ended = sorted((one for one in ours if one.state == "ended"), key=lambda one: one.ends_on or today)
    placed = [one for one in living if one.department_code in units]
    counting = placed or living or ended[-1:]
    if not counting:
        return None
    first = counting[0]
    return Wanted(
        person_id=card.person_id,
        userid=first.campus_no.lower(),
        name=card.name,
        unit_id=units.get(first.department_code, 0),
        departments=tuple(dict.fromkeys(rules.OURS + units[one.department_code] for one in placed)),
        phone_index=phone_index if phone_index and has_agreed else b"",
        by_mail=not has_agreed,
        leaves_on=None if living else max(rules.leaves_on(one.kind, ended_on(one, today)) for one in ended),
        is_placed=bool(placed) or not living,
    )


def ended_on(affiliation: AffiliationCard, today: date) -> date:
    return min(affiliation.ends_on or today, today)


def members() -> QuerySet[Member]:
    return Member.objects.select_related("unit").order_by("unit__code", "userid")


def by_state() -> dict[str, int]:
    return dict(Member.objects.values_list("state").annotate(n=Count("id")))


def reached(ids: Iterable[int]) -> set[int]:
    """Who of these has a member that takes messages: one query."""
    rows = Member.objects.filter(person_id__in=list(ids), state__in=REACHED)
    return set(rows.values_list("person_id", flat=True))


def userids_of(ids: Iterable[int]) -> dict[int, str]:
    """The account that each uses: what is bound before what we made for him and he never joined."""
    made = dict(Member.objects.filter(person_id__in=list(ids), state__in=REACHED).values_list("person_id", "userid"))
    return made | dict(Binding.objects.filter(person_id__in=made, ended_at=None).values_list("person_id", "userid"))


def person_of(userid: str) -> int:
    """Who uses it; 0 where nobody does."""
    bound = binding_of_userid(userid)
    made = Member.objects.filter(userid=userid, state__in=REACHED).values_list("person_id", flat=True)
    return bound.person_id if bound else made.first() or 0


def unhandled_callbacks() -> int:
    return Callback.objects.filter(handled_at=None).count()


def hears_nothing() -> bool:
    """Somebody was invited more than a day ago, and no callback ever came: its address is wrong there, or shut here. Old ones are forgotten;
    whom one was about keeps its time."""
    invited = Member.objects.filter(state=Member.State.INVITED, created_at__lt=now() - timedelta(days=1))
    has_heard = Callback.objects.exists() or Member.objects.filter(told_at__isnull=False).exists()
    return invited.exists() and not has_heard


def membership_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, object]]:  # noqa: ARG001 - one row
    for one in Member.objects.filter(person_id=owner.person_id):
        yield {"userid": one.userid, "state": one.state, "since": one.created_at.isoformat()}


def binding_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, object]]:
    rows = Binding.objects.filter(person_id=owner.person_id).order_by("-bound_at")
    for one in rows.filter(bound_at__gte=since) if since else rows:
        yield {
            "userid": one.userid,
            "how": one.how,
            "bound_at": one.bound_at.isoformat(),
            "ended_at": one.ended_at.isoformat() if one.ended_at else "",
        }


def consent_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, object]]:
    rows = Consent.objects.filter(person_id=owner.person_id).order_by("-given_at")
    for one in rows.filter(given_at__gte=since) if since else rows:
        yield {
            "purpose": one.purpose,
            "version": one.version,
            "given_at": one.given_at.isoformat(),
            "withdrawn_at": ended.isoformat() if (ended := one.withdrawn_at or one.parted_at) else "",
        }
