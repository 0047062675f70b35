"""Which integrations live, and for whom: read once in a while by each process, so that no page asks for them."""

from collections.abc import Collection

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Viewer
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.models import Integration, IntegrationItem

SECONDS = 15.0
NEWS_SECONDS = 60.0
NEWS_SHOWN = 2
State, Kind = Integration.State, Integration.Kind


def read_shown() -> list[Integration]:
    rows = Integration.objects.filter(state__in=[State.TEST, State.LIVE, State.RESTING]).select_related("owner_unit")
    return list(rows.defer("secret").order_by("order", "key"))


shown = Remembered(read_shown, seconds=SECONDS)
"""All that somebody sees; it changes a few times a year. Others hear of a change within fifteen seconds."""


def read_news() -> list[IntegrationItem]:
    """The newest of each feed: what one has for its own hides nothing of the others."""
    rows = IntegrationItem.objects.filter(integration__format="rss", integration__state=State.LIVE)
    rank = Window(RowNumber(), partition_by="integration_id", order_by=["-starts_at", "pk"])
    newest = rows.filter(starts_at__lte=now()).annotate(rank=rank).filter(rank__lte=NEWS_SHOWN)
    return list(newest.order_by("-starts_at", "pk"))


news = Remembered(read_news, seconds=NEWS_SECONDS)


def read_anew() -> None:
    shown.forget()
    news.forget()


def current(one: Integration) -> Integration | None:
    """As the database has it, with its secret, to be called; None where it was changed, rests or was retired meanwhile."""
    return called(one).first()


def is_current(one: Integration) -> bool:
    """Asked and held before something of it is kept, within the transaction."""
    return called(one).select_for_update(no_key=True).first() is not None


def called(one: Integration) -> QuerySet[Integration]:
    return Integration.objects.filter(pk=one.pk, version=one.version, state__in=[State.TEST, State.LIVE])


def of_kind(kind: str, viewer: Viewer, *, everywhere: bool = False) -> list[Integration]:
    """What this viewer has; in the test, only who takes systems in sees it. `everywhere`: under all faces and no role, as a feed is read."""
    return [one for one in shown() if one.kind == kind and is_for(one, viewer, everywhere=everywhere)]


def is_for(one: Integration, viewer: Viewer, *, everywhere: bool = False) -> bool:
    if one.state == State.TEST:
        return "portal.integrator" in viewer.roles and not everywhere
    faces = viewer.faces if everywhere else {viewer.face}
    return (
        bool(faces & set(one.faces))
        and viewer.has_one_of(one.roles)
        and (not one.categories or bool(categories_of(viewer) & set(one.categories)))
        and is_of(viewer, one.unit_ids)
    )


def audience_of(one: Integration, person_ids: Collection[int]) -> set[int]:
    """Of these persons, whom it is for under one of their faces; in the test, who takes systems in."""
    needed = {"portal.integrator", *one.roles}
    holders = {role: {account.person_id for account in identity.holders_of(role)} for role in needed}
    found = set()
    for person_id, card in people.person_cards(person_ids).items():
        viewer = Viewer(
            account_id=0,
            person_id=person_id,
            name=card.name,
            campus_no="",
            faces=identity.faces_of(card),
            face="",
            roles=frozenset(role for role, ids in holders.items() if person_id in ids),
            record=card,
        )
        if is_for(one, viewer, everywhere=one.state != State.TEST):
            found.add(person_id)
    return found


def audience_of_todos(key: str, person_ids: Collection[int]) -> Collection[int]:
    """What a system pushes reaches whom it was taken in for; a source that was not taken in here reaches everybody."""
    one = next((row for row in shown() if (row.kind, row.key) == (Kind.TODO, key)), None)
    return audience_of(one, person_ids) if one is not None else person_ids


flows.todo_audiences.append(audience_of_todos)


def is_of(viewer: Viewer, unit_ids: Collection[int]) -> bool:
    """Of one of these units, or below it; none say nothing of whom it is for."""
    return not unit_ids or not units_of(viewer).isdisjoint(unit_ids)


def answers_for(viewer: Viewer, one: Integration) -> bool:
    """Holds the post that answers for it."""
    if "portal.posts" not in viewer.known:
        held = people.posts_of(viewer.person_id) if viewer.person_id is not None else []
        viewer.known["portal.posts"] = {(post.unit_id, post.office) for post in held}
    return (one.owner_unit_id, one.owner_office) in viewer.known["portal.posts"]


def categories_of(viewer: Viewer) -> frozenset[str]:
    """By name, of ties that live."""
    if "portal.categories" not in viewer.known:
        card = viewer.record or (people.person_card(viewer.person_id) if viewer.person_id is not None else None)
        ties = [tie.category_name for tie in card.affiliations if tie.is_live] if card else []
        viewer.known["portal.categories"] = frozenset(ties)
    return viewer.known["portal.categories"]  # type: ignore[no-any-return]


def units_of(viewer: Viewer) -> frozenset[int]:
    return people.own_unit_ids(viewer)
