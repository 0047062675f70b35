"""Who sees and handles which requests. What is not in one's rows is not there (404)."""

from functools import partial
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.registry import Role, Viewer
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Crew, MeToo, Photo, Request
from nanhu.services.requests.models.requests import QUESTIONS, REPAIRS
from nanhu.services.requests.offices import offices, school_id, upwards

DISPATCHER: Final = "requests.dispatcher"
LEADER: Final = "requests.leader"
WORKER: Final = "requests.worker"
ANSWERER: Final = "requests.answerer"
COMPLAINTS: Final = "requests.complaints"
OPINIONS: Final = "requests.opinions"
DESK_ROLES: Final = (
    Role(key=DISPATCHER, name=_("报修调度"), description=_("派单、转办、合并，管班组、类别和运营商")),
    Role(key=LEADER, name=_("服务大厅负责人"), description=_("定转办两次还没有着落的请求，看全部报修和咨询")),
)
WORKER_ROLE: Final = Role(key=WORKER, name=_("维修人员"), description=_("办所在班组的维修单"))
ANSWERER_ROLE: Final = Role(key=ANSWERER, name=_("咨询答复"), description=_("答复问到本单位的咨询和信息服务"))
COMPLAINTS_ROLE: Final = Role(
    key=COMPLAINTS, name=_("投诉受理"), description=_("办交到本单位的投诉；被投诉的单位和人看不到")
)
OPINIONS_ROLE: Final = Role(key=OPINIONS, name=_("舆情研判"), description=_("看舆情；还要在宣传部或党办任职，缺一不可"))
POSTS: Final = frozenset({"head", "deputy", "secretary", "leader"})
"""Who holds one of them leads: those below are bound to follow."""


def ids_of_the_whole() -> tuple[int, int | None]:
    """Of the whole school, and of the office that receives complaints against the office of complaints."""
    code = offices().discipline
    return school_id(), people.unit_ids_by_code([code]).get(code)


WHOLE: Final = Remembered(ids_of_the_whole, seconds=15)


def rows() -> QuerySet[Request]:
    return Request.objects.select_related("place__parent", "fault_class", "crew", "unit")


def own(viewer: Viewer) -> QuerySet[Request]:
    return rows().filter(person_id=viewer.person_id or 0)


def followed(viewer: Viewer) -> QuerySet[Request]:
    """Own ones, and those of others that one follows: these without their words."""
    person_id = viewer.person_id or 0
    mine = Request.objects.filter(person_id=person_id).order_by().values("pk")
    return rows().filter(pk__in=mine.union(MeToo.objects.filter(person_id=person_id).values("request_id")))


def repairs(viewer: Viewer) -> QuerySet[Request]:
    found = rows().filter(kind__in=REPAIRS)
    return found if viewer.roles & {DISPATCHER, LEADER} else found.none()


def crews_of(viewer: Viewer) -> QuerySet[Crew]:
    if WORKER not in viewer.roles:
        return Crew.objects.none()
    return Crew.objects.filter(members__person_id=viewer.person_id or 0, is_active=True)


def jobs(viewer: Viewer) -> QuerySet[Request]:
    """Of a worker's crews."""
    return rows().filter(kind__in=REPAIRS, crew__in=crews_of(viewer))


def questions(viewer: Viewer) -> QuerySet[Request]:
    found = rows().filter(kind__in=QUESTIONS)
    if LEADER in viewer.roles:
        return found
    if ANSWERER not in viewer.roles or viewer.person_id is None:
        return found.none()
    return found.filter(unit_id__in=people.own_unit_ids(viewer))


def complaints(viewer: Viewer) -> QuerySet[Request]:
    """Those that came to one's unit and that one may handle."""
    found = rows().filter(kind=Request.Kind.COMPLAINT)
    if COMPLAINTS not in viewer.roles or viewer.person_id is None:
        return found.none()
    units, concerned = viewer.once(COMPLAINTS, partial(concerns, viewer.person_id, viewer))
    return found.filter(unit_id__in=units).exclude(concerned)


def concerns(person_id: int, viewer: Viewer | None = None) -> tuple[frozenset[int], Q]:
    """Somebody's units, and the complaints that he must not see, as ties and posts are today: his own; those against himself, a unit
    that he is in or leads, or who leads one of these; and those that mean somebody unknown to us whose surname is his."""
    units = units_of(person_id, viewer)
    school, discipline = WHOLE()
    leaders = people.leaders_of(units - {school} if discipline in units else units, POSTS)
    card = viewer.record if viewer is not None and viewer.record else people.person_card(person_id)
    surname = people.split_surname(card.name)[0] if card else ""
    is_namesake = Q(accused_person=None, accused_words__icontains=surname) if surname else Q()
    is_against = Q(accused_person_id=person_id) | Q(accused_person_id__in=leaders) | Q(accused_unit_id__in=units)
    return units, Q(person_id=person_id) | is_against | Q(barred__overlap=list(units)) | is_namesake


def units_of(person_id: int, viewer: Viewer | None = None) -> frozenset[int]:
    """Those of his ties and of the posts that he holds, and all above them."""
    posts = people.posts_of(person_id) if viewer is None else people.own_posts(viewer)
    ties = people.unit_ids_of(person_id) if viewer is None else people.own_unit_ids(viewer)
    return ties.union(*(upwards(one.unit_code) for one in posts))


def has_handler(request: Request, unit: int) -> bool:
    """Whether somebody in that unit may handle this complaint."""
    for person_id in {one.person_id for one in identity.holders_of(COMPLAINTS) if one.person_id}:
        units, concerned = concerns(person_id)
        if unit in units and not Request.objects.filter(concerned, pk=request.pk).exists():
            return True
    return False


def reads_opinions(viewer: Viewer) -> bool:
    """A role alone is not enough, and neither is a post: no administrator reads along."""
    if OPINIONS not in viewer.roles or viewer.person_id is None:
        return False
    held = people.own_posts(viewer)
    return any(one.unit_code in offices().of_opinion and one.office in POSTS for one in held)


def opinions(viewer: Viewer) -> QuerySet[Request]:
    found = rows().filter(kind=Request.Kind.OPINION)
    return found.exclude(person_id=viewer.person_id or 0) if reads_opinions(viewer) else found.none()


def handled(viewer: Viewer) -> list[QuerySet[Request]]:
    return [one(viewer) for one in (repairs, jobs, questions, complaints, opinions)]


def may_open_photo(viewer: Viewer, file: StoredFile) -> bool:
    """Whoever sees the request; who only follows it sees no pictures but his own, and its requester none of theirs."""
    photo = Photo.objects.filter(file=file).first()
    if photo is None:
        return False
    wanted = {"public_id": photo.request_id}
    if photo.follower_id is not None and photo.follower_id == viewer.person_id:
        return True
    others = [own(viewer)] if photo.follower_id is None else []
    return any(found.filter(**wanted).exists() for found in (*others, *handled(viewer)))


def barred_units(accused_unit: int | None, accused_person: int | None) -> frozenset[int]:
    """The accused unit, and units that the accused person leads today: kept with the complaint, whatever he leads later. The whole
    school is not among them, which nobody stands beside (see `concerns`)."""
    held = people.posts_of(accused_person) if accused_person else ()
    led = {one.unit_id for one in held if one.office in POSTS}
    return frozenset(led | ({accused_unit} if accused_unit else set())) - {school_id()}
