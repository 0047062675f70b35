"""Reads: cards, lookups, search, and the constant-time comparisons of activation."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, TextField, Value, When
from django.urls import reverse

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index, mask_phone
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.folding import halfwidth
from nanhu.platforms.people.models import Affiliation, Change, ChangeSet, OrgUnit, Person
from nanhu.platforms.people.rules import normalise_document, normalise_name, normalise_phone

ID_TAIL_LENGTH: Final = 6
PHONE_SETTLES_AFTER: Final = timedelta(hours=24)
LIVE: Final = (Affiliation.State.ACTIVE, Affiliation.State.SUSPENDED)
"""States that tie a person to the school today; a planned affiliation only holds its number."""
LEADING: Final = ("staff", "student", "temporary", "guest")


def face_of(kind: str) -> str:
    """Which side of the school a tie shows: temporary staff see what staff see."""
    return "staff" if kind == "temporary" else kind


def kinds_showing(faces: Collection[str]) -> tuple[str, ...]:
    """The ties that show one of these sides."""
    return tuple(one for one in LEADING if face_of(one) in faces)


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationCard:
    affiliation_id: int
    kind: str
    campus_no: str
    unit_code: str
    unit_name: str
    unit_path: str
    category: str
    category_name: str
    status_name: str
    office_status: str = ""
    """As the office wrote it; empty where only the state is known."""
    starts_on: date
    ends_on: date | None
    state: str
    is_live: bool
    source_title: str = ""
    department_code: str = ""
    department_name: str = ""
    class_code: str = ""
    class_name: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Of each field the change set that wrote it last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """What pages may show of a person. Living affiliations come first."""

    person_id: int
    public_id: UUID
    name: str
    pinyin: str
    sex: str
    affiliations: tuple[AffiliationCard, ...]
    phone_masked: str
    email: str
    photo_url: str
    portrait_url: str = ""
    """Set by himself, shown to him alone."""
    provenance: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def live_kinds(self) -> set[str]:
        """What somebody is now, all of it: a teacher who studies is "staff" and "student"."""
        return {one.kind for one in self.affiliations if one.is_live}

    def leading_tie(self, kinds: Collection[str] = ()) -> AffiliationCard | None:
        """By which somebody is met who has several: of those that live one of these `kinds` before any other, staff before student before
        temporary before guest, then the newest. Who has none left is met by the last."""
        living = [one for one in self.affiliations if one.is_live]
        last = next(iter(self.affiliations), None)
        return min(living, key=lambda one: (one.kind not in kinds, LEADING.index(one.kind)), default=last)

    @property
    def campus_no(self) -> str:
        """Of the leading tie; empty where there is none."""
        return tie.campus_no if (tie := self.leading_tie()) else ""


def person_card(person_id: int) -> PersonCard | None:
    return person_cards([person_id]).get(person_id)


def person_cards(ids: Iterable[int]) -> dict[int, PersonCard]:
    """Few queries, however many. A merged person's id gives the card of the one it was merged into."""
    wanted_ids = list(ids)
    if not wanted_ids:
        return {}
    persons, held = _persons_with_affiliations(wanted_ids)
    heirs = {p.id: p.merged_into_id for p in persons.values() if p.merged_into_id}
    if unread := set(heirs.values()) - persons.keys():
        more, theirs = _persons_with_affiliations(list(unread))
        persons, held = persons | more, held | theirs
    found = {i: persons[heirs.get(i, i)] for i in wanted_ids if i in persons}
    return {i: card_of(person, held.get(person.id, [])) for i, person in found.items()}


def _persons_with_affiliations(ids: list[int]) -> tuple[dict[int, Person], dict[int, list[AffiliationCard]]]:
    """A person comes with his affiliations; only who has none is read by himself."""
    persons: dict[int, Person] = {}
    held: dict[int, list[AffiliationCard]] = {}
    for affiliation in affiliations_of(ids):
        persons[affiliation.person_id] = affiliation.person
        held.setdefault(affiliation.person_id, []).append(affiliation_card(affiliation))
    if without := [i for i in ids if i not in persons]:
        persons |= {person.id: person for person in PERSONS(people=without)}
    return persons, held


def affiliations_of(person_ids: Iterable[int]) -> list[Affiliation]:
    """With their persons and units; what lives comes first."""
    wanted = list(person_ids)
    return OF_ONE(person=wanted[0]) if len(wanted) == 1 else AFFILIATIONS(people=wanted)


def _affiliations() -> QuerySet[Affiliation]:
    live_first = Case(
        When(state="ended", then=Value(2)),
        When(state="planned", then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return Affiliation.objects.select_related("person", "unit__parent__parent").order_by(
        "person_id", live_first, "-starts_on", "id"
    )


PERSONS = Prepared(lambda: Person.objects.filter(AnyOf(F("id"), Given("people"))))
AFFILIATIONS = Prepared(lambda: _affiliations().filter(AnyOf(F("person_id"), Given("people"))))
OF_ONE = Prepared(lambda: _affiliations().filter(person_id=Given("person")))
"""Every page asks for its reader's: a list of them is planned anew each time, for which PostgreSQL takes eight times what the answer takes."""


def affiliation_card(a: Affiliation) -> AffiliationCard:
    return AffiliationCard(
        affiliation_id=a.id,
        kind=a.kind,
        campus_no=a.campus_no,
        unit_code=a.unit.code if a.unit else "",
        unit_name=a.unit.name if a.unit else "",
        unit_path=unit_path(a),
        category=a.category,
        category_name=a.category_name,
        office_status=a.status_name,
        status_name=a.status_name or str(a.get_state_display()),
        starts_on=a.starts_on,
        ends_on=a.ends_on,
        state=a.state,
        is_live=a.state in LIVE,
        provenance=a.provenance,
        **department_and_class(a),
    )


CLASS_KINDS = frozenset({"班级", "class"})
BELOW_DEPARTMENTS = CLASS_KINDS | {"专业", "major"}


def department_and_class(affiliation: Affiliation) -> dict[str, str]:
    """The college or department above a student's class and major; `identity_front_verdict` finds the same."""
    unit = affiliation.unit
    if unit is None:
        return {}
    line = [unit]
    while len(line) < UNIT_LEVELS and (above := line[-1].parent) is not None:
        line.append(above)
    department = next((one for one in line if one.kind not in BELOW_DEPARTMENTS), unit)
    found = {"department_code": department.code, "department_name": department.name}
    return found | ({"class_code": unit.code, "class_name": unit.name} if unit.kind in CLASS_KINDS else {})


UNIT_LEVELS = 3
"""As many levels as `affiliations_of` reads along; one more would cost a query each."""


def unit_path(affiliation: Affiliation) -> str:
    """学院 / 专业 / 班级, without the school itself."""
    names: list[str] = []
    unit = affiliation.unit
    while unit is not None and unit.parent_id is not None:
        names.append(unit.name)
        unit = unit.parent if len(names) < UNIT_LEVELS else None
    return " / ".join(reversed(names))


def card_of(person: Person, affiliations: Sequence[AffiliationCard]) -> PersonCard:
    return PersonCard(
        person_id=person.id,
        public_id=person.public_id,
        name=person.name,
        pinyin=person.pinyin,
        sex=person.sex,
        affiliations=tuple(affiliations),
        phone_masked=mask_phone(person.phone) if person.phone else "",
        email=person.email,
        photo_url=address_of("people:photo", person, person.photo_path),
        portrait_url=address_of("people:portrait", person, person.portrait_path),
        provenance=person.provenance,
    )


def address_of(view: str, person: Person, path: str) -> str:
    """Stable for one picture; a new picture has a new address, so that browsers may keep it."""
    if not path:
        return ""
    version = path.rsplit("-", 1)[-1].removesuffix(".jpg")
    return f"{reverse(view, args=[person.public_id])}?v={version}"


NUMBERED: Final = Prepared(
    lambda: Affiliation.objects.filter(AnyOf(F("campus_no"), Given("spellings", ArrayField(TextField())))).only(
        "state", "starts_on", "person_id"
    )
)


def find_person_by_campus_no(campus_no: str) -> int | None:
    """The holder of a living campus number, else the last one who had it. Case does not matter."""
    text = halfwidth(campus_no).strip()
    rows = NUMBERED(spellings=[*{text, text.upper(), text.lower()}])
    best = max(rows, key=lambda row: (row.state != "ended", row.starts_on), default=None)
    return best.person_id if best else None


def find_people_by_campus_no(campus_nos: Iterable[str]) -> dict[str, int]:
    """The persons who hold these campus numbers, in one query; numbers nobody holds are left out."""
    living = Affiliation.objects.filter(campus_no__in=list(campus_nos)).exclude(state="ended")
    return dict(living.values_list("campus_no", "person_id"))


def find_person_by_document(number: str) -> int | None:
    """None also where two countries gave two persons the same passport number."""
    index = blind_index(normalise_document(number), purpose="people.id_number")
    ids = Person.objects.filter(id_number_index=index, merged_into=None).values_list("id", flat=True)[:2]
    return ids[0] if len(ids) == 1 else None


def matches_identity(*, person_id: int, name: str, id_number: str) -> bool:
    """Both, always both compared, in constant time; False for an unknown person takes the same path."""
    person = Person.objects.filter(id=person_id).first()
    held_name = normalise_name(person.name) if person else ""
    held_number = normalise_document(person.id_number or "") if person else ""
    same_name = equal(held_name, normalise_name(name))
    same_number = equal(held_number, normalise_document(id_number))
    return bool(held_number) and same_name and same_number


def matches_id_tail(*, person_id: int, tail: str) -> bool:
    """The last six characters of the document number; False when there is none."""
    person = Person.objects.filter(id=person_id).first()
    held = normalise_document(person.id_number or "") if person else ""
    same = equal(held[-ID_TAIL_LENGTH:], normalise_document(tail))
    return len(held) >= ID_TAIL_LENGTH and same


def matches_phone(*, person_id: int, phone: str) -> bool:
    person = Person.objects.filter(id=person_id).first()
    held = normalise_phone(person.phone or "") if person else ""
    return equal(held, normalise_phone(phone)) and bool(held)


def matches_record(*, person_id: int | None, name: str, id_number: str, phone: str) -> bool:
    """Name, document number and phone against the golden record in one comparison of constant time. For a person who is unknown, or of
    whom something is not known, the same query and the same hashing are done. Nothing is opened."""
    columns = ("name", "id_number_index", "phone_index")
    found = Person.objects.filter(id=-1 if person_id is None else person_id).values_list(*columns).first()
    held_name, document, telephone = found or ("", None, None)
    typed = mark_of(
        normalise_name(name),
        blind_index(normalise_document(id_number), purpose="people.id_number"),
        blind_index(normalise_phone(phone), purpose="people.phone"),
    )
    held = mark_of(normalise_name(held_name), bytes(document or bytes(32)), bytes(telephone or bytes(32)))
    return hmac.compare_digest(typed, held) and bool(document) and bool(telephone)


def mark_of(name: str, document: bytes, phone: bytes) -> bytes:
    return hashlib.sha256(b"|".join((name.encode(), document, phone))).digest()


def persons_with_phone(phone: str) -> list[int]:
    """Everybody on whose record this very number stands."""
    index = blind_index(normalise_phone(phone), purpose="people.phone")
    return list(Person.objects.filter(phone_index=index, merged_into=None, is_void=False).values_list("id", flat=True))


def is_phone_settled(person_id: int) -> bool:
    """Whether the phone on record has stood for a day. Whoever writes it (an office's file, a system that is read, a steward) could
    else have a code sent to himself the same minute, and be somebody else. What a record got on its first day where it had none counts at
    once, unless an older one was merged into it: no keys hang on it yet. Two queries, whoever it is asked of, and nothing is opened where
    nothing changed."""
    person = with_phone_changes(person_id)
    if person is None:
        return True
    if person.is_kept and person.created_at > now() - PHONE_SETTLES_AFTER:
        return False
    return former_phone(person) is None


def with_phone_changes(person_id: int) -> Any:
    """The record; `is_kept`: older ones were merged into it; `phone_changes`: those of its phone within a day."""
    moment = now() - PHONE_SETTLES_AFTER
    kept = Exists(Person.objects.filter(merged_into=OuterRef("pk"), created_at__lte=moment))
    found: Any = (
        Person.objects.filter(id=person_id).only("id", "created_at", "phone_index").annotate(is_kept=kept).first()
    )
    changes = Change.objects.filter(
        entity="person", entity_id=person_id, sources__has_key="phone", created_at__gt=moment
    )
    replaced = list(changes.order_by("id"))
    if found is not None:
        found.phone_changes = replaced
    return found


def former_phone(person: Any) -> str | None:
    """Of `with_phone_changes`: the number that stood a day ago, "" where there was none; None where it stands again."""
    own_day_ends = person.created_at + PHONE_SETTLES_AFTER
    for change in person.phone_changes:
        former = normalise_phone(change.values_before().get("phone") or "")
        if not former and change.created_at <= own_day_ends and not person.is_kept:
            continue
        held = blind_index(former, purpose="people.phone") if former else None
        return None if held == (bytes(person.phone_index) if person.phone_index else None) else former
    return None


def equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def search_people(text: str, limit: int = 20) -> list[PersonCard]:
    """By the beginning of a campus number, by name, by pinyin or initials."""
    wanted = halfwidth(text).strip().lower()
    if not wanted:
        return []
    squeezed = wanted.replace(" ", "")
    if any(c.isdigit() for c in wanted):
        by_number = Affiliation.objects.filter(campus_no__istartswith=squeezed).order_by("campus_no")
        ids = list(dict.fromkeys(by_number.values_list("person_id", flat=True)[: limit * 2]))[:limit]
    else:
        matches = Q(name__contains=text.strip()) | Q(pinyin__contains=wanted) | Q(initials__startswith=squeezed)
        found = Person.objects.filter(matches, merged_into=None, is_void=False).order_by("name", "id")
        ids = list(found.values_list("id", flat=True)[:limit])
    cards = person_cards(ids)
    return [cards[i] for i in ids]


def former_unit_names() -> list[tuple[str, str]]:
    """(code, former name or short name) of open units that were renamed by what still stands."""
    taken_back = ChangeSet.objects.exclude(reverts=None).values("reverts_id")
    changes = Change.objects.filter(entity="unit", before__has_any_keys=["name", "short_name"])
    changes = changes.exclude(change_set_id__in=taken_back).order_by("id")
    codes = dict(OrgUnit.objects.filter(is_active=True).values_list("id", "code"))
    return [
        (codes[unit_id], before[name])
        for unit_id, before in changes.values_list("entity_id", "before")
        for name in ("name", "short_name")
        if unit_id in codes and before.get(name)
    ]


def unit_names() -> list[tuple[str, str, str]]:
    """(code, name, short name) of every open unit."""
    return list(OrgUnit.objects.filter(is_active=True).order_by("code").values_list("code", "name", "short_name"))
