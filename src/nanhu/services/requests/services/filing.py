"""Filing a request under one's name: once a form, within bounds, with photos that were made anew."""

import re
import secrets
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.files import services as files
from nanhu.kernel.files.purposes import Purpose, Retention
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.once import lock_key
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.requests.errors import TooManyError, TwinOpenError
from nanhu.services.requests.models import FaultClass, MeToo, Photo, Request
from nanhu.services.requests.models.requests import CONFIDENTIAL, OPEN, REPAIRS
from nanhu.services.requests.offices import above, due_of_answer, due_of_complaint, offices, unit_id
from nanhu.services.requests.policies import ANSWERER, barred_units, has_handler, may_open_photo
from nanhu.services.requests.queries import twin_of
from nanhu.services.requests.rules import LARGEST_PHOTO, MOST_A_DAY, MOST_ADDED, MOST_OPEN
from nanhu.services.requests.services.dispatching import dispatch, dispatchers, endanger, promised_until, tell_of_danger
from nanhu.services.requests.services.timeline import What, locked, note, said, tell

NUMBERS: Final = Series(key="requests.request", pattern="FW{year}-{n:06}", gapless=False)
PHOTOS: Final = Purpose(
    key="requests.photo",
    name=_("服务请求的照片"),
    kinds=frozenset({"jpeg", "png"}),
    retention=Retention(name=_("两年"), days=730),
    may_open=may_open_photo,
    largest_bytes=LARGEST_PHOTO,
)
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
type Contents = Sequence[bytes]
NAME_SIZES: Final = range(2, 6)
"""Letters of a Chinese name."""


@transaction.atomic
def file_repair(
    *,
    by: Actor,
    person_id: int,
    kind: str = Request.Kind.REPAIR,
    place: campus.Place,
    fault_class: FaultClass,
    words: str = "",
    phone: str = "",
    photos: Contents = (),
    twin: str = "",
    **facts: Any,
) -> Request:
    """Where an open one of the same place and class stands, `twin` says what to do: "join" it, or file an "other"; what is said, shown and
    dangerous of the one that is joined goes to who works on it as well. Gives the request that is followed then, or the new one, dispatched already where somebody covers it."""
    lock_key(f"requests.twin:{place.pk}:{fault_class.pk}")
    known = twin_of(kind, place.pk, fault_class.pk)
    if known is not None and known.person_id != person_id and twin != "other":
        if twin != "join":
            raise TwinOpenError(number=known.number, state=known.get_state_display())
        more = (words, facts.get("window"), facts.get("device"))
        follow(by=by, request=known, person_id=person_id, words="；".join(filter(None, more)), photos=photos)
        if facts.get("is_urgent"):
            endanger(by, locked(known, set(OPEN)))
        return known
    made = opened(
        by, person_id, kind=kind, place=place, fault_class=fault_class, words=words, phone=phone or None, **facts
    )
    made.due_at = promised_until(made, made.created_at or now())
    made.save(update_fields=["due_at"])
    keep_photos(by, made, photos)
    dispatch(made)
    if made.is_urgent:
        tell_of_danger(made)
    return made


@transaction.atomic
def follow(*, by: Actor, request: Request, person_id: int, words: str = "", photos: Contents = ()) -> None:
    """我也是: counted once a person, and not of one's own. Words and photos are for crew and desk."""
    found = Request.objects.select_for_update().get(pk=request.pk)
    if found.person_id == person_id or found.state not in OPEN or found.kind not in REPAIRS:
        return
    _row, is_new = MeToo.objects.get_or_create(request=found, person_id=person_id)
    if is_new:
        Request.objects.filter(pk=found.pk).update(heat=F("heat") + 1)
    elif not words and not photos:
        return
    elif found.entries.filter(what=What.ME_TOO, account_id=by.account_id).count() >= MOST_ADDED:
        raise TooManyError
    note(by, found, What.ME_TOO, words, is_inner=True)
    keep_photos(by, found, photos, follower_id=person_id)


@transaction.atomic
def file_question(
    *, by: Actor, person_id: int, kind: str, unit_id: int, words: str, photos: Contents = (), **facts: Any
) -> Request:
    made = opened(by, person_id, kind=kind, unit_id=unit_id, words=words, **facts)
    made.due_at = due_of_answer(kind, made.created_at or now())
    made.save(update_fields=["due_at"])
    keep_photos(by, made, photos)
    told = [*identity.holders_of(ANSWERER)]
    of_unit = {one.person_id for one in told if one.person_id and unit_id in people.unit_ids_of(one.person_id)}
    tell(of_unit or dispatchers(), reverse("requests:answers:questions"), said(made, _("有人提问")))
    return made


@transaction.atomic
def file_complaint(
    *,
    by: Actor,
    person_id: int,
    words: str,
    accused_unit: int | None = None,
    accused_person: int | None = None,
    accused_words: str = "",
    photos: Contents = (),
) -> Request:
    accused = against(accused_unit, accused_person, accused_words)
    made = opened(by, person_id, kind=Request.Kind.COMPLAINT, words=words, **accused)
    made.due_at = due_of_complaint(made.day)
    made.save(update_fields=["due_at"])
    give_to_receiver(made)
    keep_photos(by, made, photos)
    return made


def written_facts(*, kind: str, words: str, unit: str = "", accused: str = "") -> dict[str, Any]:
    """What somebody wrote of a unit and a person, as facts. Nobody learns from the answer who is here: a number that nobody has is
    kept among the words like any other."""
    code = unit.partition(" ")[0]
    known = next((one.id for one in people.unit_choices() if code and one.code == code), None)
    if kind != Request.Kind.COMPLAINT:
        usual = known or unit_id(offices().complaints)
        return {"words": words} | ({"unit_id": usual} if kind == Request.Kind.POLICY else {})
    whole = "\n".join([words, *([str(_("被投诉人：%(who)s") % {"who": accused})] if accused else [])])
    meant = meant_by(accused, known)
    return {"words": whole, "accused_unit": known, "accused_person": meant, "accused_words": accused.strip()}


def meant_by(accused: str, unit: int | None) -> int | None:
    """Who stands in it by number or by name (陈受理老师, 陈受理(C1), c1), if it is one alone: in the unit, else in the school."""
    numbers = re.findall(r"[0-9A-Za-z]+", accused)
    by_number = set(people.find_people_by_campus_no({*numbers, *map(str.upper, numbers)}).values())
    by_name = named_in(accused)
    if len(by_name) > 1 and unit is not None:
        by_name = {one for one in by_name if unit in people.unit_ids_of(one)} or by_name
    found = by_number & by_name or by_number | by_name
    return found.pop() if len(found) == 1 else None


def named_in(text: str) -> set[int]:
    """Whose whole name it contains; a name within a longer one is none."""
    parts = {text.strip(), *(text[at : at + size] for size in NAME_SIZES for at in range(len(text) - size + 1))}
    found = people.persons_named(parts - {""})
    return {key for key, name in found.items() if not any(name != other and name in other for other in found.values())}


def against(accused_unit: int | None, accused_person: int | None, accused_words: str = "") -> dict[str, Any]:
    """Whom a complaint is about, and who never sees it. Who receives it: see `give_to_receiver`."""
    return {
        "accused_unit_id": accused_unit,
        "accused_person_id": accused_person,
        "accused_words": accused_words,
        "barred": sorted(barred_units(accused_unit, accused_person)),
        "unit_id": unit_id(offices().complaints),
    }


def give_to_receiver(request: Request) -> bool:
    """To the office that receives complaints, else to 纪委, which comes first where nobody knows who is meant: the one in which
    somebody may handle it. False where nobody may, of which `requests.find_handlers` tells by night."""
    usual, other = unit_id(offices().complaints), unit_id(offices().discipline)
    is_unknown = bool(request.accused_words) and request.accused_person_id is None
    wanted = [other, usual] if is_unknown else [usual, other]
    unit = next((one for one in wanted if has_handler(request, one)), None)
    request.unit_id = unit or (other if above(usual) & set(request.barred) else wanted[0])
    request.save(update_fields=["unit"])
    return unit is not None


@transaction.atomic
def file_opinion(*, by: Actor, person_id: int, words: str, photos: Contents = ()) -> Request:
    made = opened(by, person_id, kind=Request.Kind.OPINION, words=words)
    made.due_at = due_of_answer(Request.Kind.OPINION, made.created_at or now())
    made.save(update_fields=["due_at"])
    keep_photos(by, made, photos)
    return made


def opened(by: Actor, person_id: int, *, kind: str, **facts: Any) -> Request:
    """One person's are filed one after another, so that three hundred at once are counted as well. Danger waits for no open one. What came
    of another system's row was bound there, and counts for nothing."""
    lock_key(f"requests.file:{person_id}")
    mine = Request.objects.filter(person_id=person_id, origin="")
    has_many_open = not facts.get("is_urgent") and mine.filter(state__in=OPEN).count() >= MOST_OPEN
    has_many = has_many_open or mine.filter(day=campus_today()).count() >= MOST_A_DAY
    if has_many and not facts.get("origin"):
        raise TooManyError
    made = Request(
        kind=kind,
        account_id=account_of(by),
        person_id=person_id,
        requester_name=by.name,
        day=campus_today(),
        created_at=now(),
        **facts,
    )
    made.number = number_of(by, made)
    made.save(force_insert=True)
    note(by, made, What.FILED)
    return made


def number_of(by: Actor, request: Request) -> str:
    """Counted; of what is confidential by chance, since a count beside the log says whose it is."""
    if request.kind in CONFIDENTIAL:
        return number_by_chance("FW")
    return numbering.take(by=by, series=NUMBERS, target=f"request:{request.public_id}").number


def number_by_chance(prefix: str) -> str:
    return prefix + "".join(secrets.choice(LETTERS) for _place in range(9))


def check_photos(photos: Contents) -> None:
    """RefusedFileError says why one would not be kept."""
    for content in photos:
        files.checked_for(PHOTOS, content, is_ours=False)


def keep_photos(by: Actor, request: Request, photos: Contents, **said: Any) -> None:
    """`said`: facts of each photo."""
    target = f"request:{request.public_id}"
    named = [(f"{number}.jpg", content) for number, content in enumerate(photos, 1)]
    for file in files.keep_all(by=by, purpose=PHOTOS, named=named, target=target):
        Photo.objects.create(request=request, file=file, **said)
