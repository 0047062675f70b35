"""Two who may be one, or a row and a person, field by field: what is equal, what is nearly equal and where, what is another. Compared is
the whole number, shown its mask, until somebody says why he must see all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import mask_id_number, mask_phone
from nanhu.kernel.kit import Badge, Table, Text
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.ui import dates, words
from nanhu.platforms.datahub.cleaning.masking import masked
from nanhu.platforms.datahub.cleaning.names import differs_in_one, folded, sounds_like
from nanhu.platforms.datahub.cleaning.person import CleanRow
from nanhu.platforms.datahub.cleaning.text import text_of
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.matching.evidence import is_near_number, turned
from nanhu.platforms.datahub.models import Review
from nanhu.platforms.datahub.reading.headers import CONSTANT
from nanhu.platforms.datahub.services.code_rules import code_name
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.services.rebuilding import cleaned
from nanhu.platforms.people import api as people

SAME, NEAR, OTHER = "same", "near", "other"
COMPARED: Final = (
    "name",
    "sex",
    "birth_date",
    "document_kind",
    "document",
    "phone",
    "campus_no",
    "unit_id",
    "status_name",
)
SECRETS: Final = {"document": mask_id_number, "phone": mask_phone}
NO_VERDICT: Final = frozenset({"campus_no", "unit_id", "status_name"})
"""One who studies and works has two of each."""
OF_ROW: Final = {"id_number": "document", "unit_name": "unit_id", "unit_code": "unit_id", "status": "status_name"}
MOST: Final = 60
"""Lines of a comparison: an office's file has fewer columns."""


@dataclass(frozen=True, slots=True)
class Side:
    """`whole`: what is compared, normalised, by field; `shown`: in words; empty where nothing is known. `secret`: what an office's file
    has besides document and phone that is masked (a parent's phone)."""

    person_id: int | None
    name: str
    campus_no: str
    whole: Mapping[str, str]
    shown: Mapping[str, str]
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Compared:
    label: str
    left: str
    right: str
    verdict: str
    where: str


TONES: Final[dict[str, Tone]] = {SAME: "good", NEAR: "warn", OTHER: "bad"}
VERDICTS: Final = {SAME: _("相同"), OTHER: _("不同")}


def verdict_words(one: Compared) -> str:
    return one.where or str(VERDICTS.get(one.verdict, ""))


class Pair(Table):
    label = Text(_("项"), sort=False)
    left = Text(_("甲"), sort=False, is_number=True)
    right = Text(_("乙"), sort=False, is_number=True)
    verdict = Badge(_("比较"), verdict_words, sort=False, tones=lambda one: TONES.get(one.verdict, "none"))


class Beside(Pair):
    left = Text(_("在册的人"), sort=False, is_number=True)
    right = Text(_("文件里的这一行"), sort=False, is_number=True)


def sides_of(review: Review) -> list[Side]:
    """The ids may belong to one card by now: a merged person shows the one it went into."""
    pair = [one for one in (review.left, review.right) if one is not None]
    cards = people.person_cards([one.id for one in pair])
    return [side_of(one, cards[one.id]) for one in pair]


def side_of(person: Any, card: people.PersonCard) -> Side:
    ties = card.affiliations
    document, phone = person.id_number or "", person.phone or ""
    whole = {
        "name": folded(card.name),
        "sex": person.sex if person.sex in {"1", "2"} else "",
        "birth_date": dates.iso_day(person.birth_date) if person.birth_date else "",
        "document_kind": person.document_kind,
        "document": document,
        "phone": phone,
    }
    shown = whole | {
        "name": card.name,
        "sex": named("sex", whole["sex"]),
        "birth_date": dates.short_day(person.birth_date, campus_today().year) if person.birth_date else "",
        "document_kind": named("document_kind", person.document_kind),
        "campus_no": "、".join(dict.fromkeys(one.campus_no for one in ties)),
        "unit_id": "、".join(dict.fromkeys(words.term(one.unit_name) for one in ties)),
        "status_name": "、".join(f"{words.term(one.category_name)} {words.term(one.status_name)}" for one in ties),
    }
    return Side(person.id, card.name, ties[0].campus_no if ties else "", whole, shown)


def named(table: str, code: str) -> str:
    return words.term(code_name(table, code)) if code else ""


def row_side(review: Review) -> Side | None:
    """What the row says: its cells as they came; compared is what they were read as."""
    if not review.alias or review.row is None:
        return None
    batch, spec = review.row.batch, source(review.row.batch.source)
    stored = next(iter(stored_rows(batch, row_ids=[review.row.pk])))
    read = [name for name in spec.fields if name in batch.columns and not batch.columns[name].startswith(CONSTANT)]
    shown: dict[str, str] = {}
    for name in read:
        if text := text_of(stored.cells.get(batch.columns[name])):
            shown.setdefault(OF_ROW.get(name, name), text)
    judged = next(iter(cleaned(spec, batch, [review.row.pk])), None)
    clean = judged.clean if judged else None
    whole = whole_of(clean) if clean else {"name": folded(shown.get("name", ""))}
    secret = frozenset(OF_ROW.get(name, name) for name in read if spec.fields[name].is_sensitive)
    return Side(None, review.alias, shown.get("campus_no", ""), whole, shown, secret)


def whole_of(clean: CleanRow) -> dict[str, str]:
    """Its own columns go before what the number of the document says of birth and sex: that they disagree is why it is asked about."""
    sex, birth = clean.said_sex or clean.sex, clean.said_birth or clean.birth_date
    return {
        "name": folded(clean.name),
        "sex": sex if sex in {"1", "2"} else "",
        "birth_date": dates.iso_day(birth) if birth and not clean.is_birth_month else "",
        "document_kind": clean.document_kind or "",
        "document": clean.id_number or "",
        "phone": clean.phone or "",
    }


def comparison(review: Review, *, is_open: bool = False) -> list[Compared]:
    """In the order in which somebody decides; what neither says is left out."""
    sides = sides_of(review)
    row = row_side(review)
    left, right = sides[0], row or sides[-1]
    own = set(people.numbers_of(left.person_id)) if left.person_id else set()
    names = [*COMPARED, *(name for name in right.shown if name not in COMPARED)]
    known = [name for name in names if left.shown.get(name) or right.shown.get(name)][:MOST]
    return [compared(name, left, right, own=own, is_open=is_open) for name in known]


def compared(name: str, left: Side, right: Side, *, own: Iterable[str], is_open: bool) -> Compared:
    verdict, where = judged(name, left.whole.get(name, ""), right.whole.get(name, ""))
    said = [shown_of(name, side, own=own, is_open=is_open) for side in (left, right)]
    return Compared(field_label(name), said[0], said[1], verdict, where)


def shown_of(name: str, side: Side, *, own: Iterable[str], is_open: bool) -> str:
    """A cell of a file is masked by its looks as well, wherever it stands."""
    text = side.shown.get(name, "")
    if is_open:
        return text
    if name in SECRETS or name in side.secret:
        return SECRETS.get(name, mask_phone)(text)
    return text if side.person_id is not None else masked(text, text if text in own else "")


def judged(name: str, left: str, right: str) -> tuple[str, str]:
    """How far both agree, and where they do not, without a digit of either."""
    if name in NO_VERDICT or not left or not right:
        return "", ""
    if left == right:
        return SAME, ""
    where = near_name(left, right) if name == "name" else near_number(name, left, right)
    return (NEAR, where) if where else (OTHER, "")


def near_name(left: str, right: str) -> str:
    if sounds_like(left, right):
        return _now("读音相同")
    return _now("差一个字") if differs_in_one(left, right) else ""


def near_number(name: str, left: str, right: str) -> str:
    if name == "birth_date" and left == turned(right):
        return _now("月、日对调")
    if name not in {"birth_date", *SECRETS} or not is_near_number(left, right):
        return ""
    places = places_of(left, right)
    if len(places) == 1:
        return _now("只差第 %d 位") % places[0]
    return _now("第 %(one)d、%(other)d 位对调") % {"one": places[0], "other": places[1]}


def places_of(left: str, right: str) -> Sequence[int]:
    return [place for place, (a, b) in enumerate(zip(left, right, strict=True), start=1) if a != b]


def note_look(review: Review, *, by: Actor, purpose: str) -> None:
    """Of each whose numbers are opened, whole, for this purpose; the row of a file as wherever else it is opened."""
    if review.row is not None:
        audit.record(by=by, action="datahub.open_row", target=f"landing_row:{review.row.pk}", reason=purpose)
    for person in (review.left, review.right):
        if person is not None:
            people.id_number_of(person.id, by=by, purpose=f"核对是否同一人：{purpose}")
            people.phone_of(person.id, by=by, purpose=f"核对是否同一人：{purpose}")
            if review.row is not None:
                facts = {"row": review.row.pk, "batch": review.row.batch_id}
                audit.record(
                    by=by, action="datahub.look_row", target=f"person:{person.id}", reason=purpose, facts=facts
                )
