"""A working day of the card office, so that whoever starts a sample campus sees it alive. Only for a campus without orders."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from nanhu.kernel import intake
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds.services import payouts
from nanhu.systems.card.funds.services.payout_files import PAYOUTS, check_file
from nanhu.systems.card.funds.services.posting import post_payout
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.issuing.models import CardOrder, UnitDelegate
from nanhu.systems.card.issuing.services import accepting, enrolling, faces, handing, making, orders, personal, photos
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import LIVING

NEW, DUE, FROZEN, AID = 6, 3, 2, 40
VISITOR = {
    "name": "郑书涵",
    "campus_no": "",
    "sex": "女",
    "document_kind": "护照",
    "document": "E88123456",
    "category": "访问",
    "phone": "13907300088",
}
WRONG = (
    {
        "name": "许志远",
        "campus_no": "0020269001",
        "sex": "男",
        "document_kind": "居民身份证",
        "document": "430602199001011234",
        "category": "人事代理",
        "photo_name": "许志远.jpg",
        "phone": "1390730",
        "collector": "周明远",
    },
    {
        "name": "唐晓",
        "campus_no": "0020269002",
        "sex": "",
        "document_kind": "居民身份证",
        "document": "43060219920202",
        "category": "教授",
        "photo_name": "0020269002.jpg",
        "phone": "13907300012",
        "collector": "周明远",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who acts: campus numbers of the clerk, her colleague who gives the second yes, the unit's agent and leader."""

    clerk: str
    second: str
    agent: str
    leader: str
    holder: str
    unit: str
    portrait: Callable[[str], bytes]
    proof: bytes


def begin_office(office: Office) -> str:
    """Twice is harmless."""
    if CardOrder.objects.exists():
        return ""
    unit = orders.Unit(code=office.unit, name=dict(unit_names()).get(office.unit, office.unit))
    name_delegates(office, unit)
    students = people.members_of([office.unit], kind="student")
    plain = without(office.holder, enrolling.without_plastic(students))
    new, due, frozen = plain[:NEW], plain[NEW : NEW + DUE], plain[NEW + DUE : NEW + DUE + FROZEN]
    wrong_batch(office, unit)
    for ids, is_made in ((new, True), (due, False)):
        if ids:
            newcomers(office, unit, ids, is_made=is_made)
    visitor(office, unit)
    subsidy(office, students)
    freeze(office, frozen)
    return f"{CardOrder.objects.count()} 张制卡单"


def unit_names() -> list[tuple[str, str]]:
    return [(code, name) for code, name, *_short in people.unit_names()]


def actor(number: str) -> Actor:
    person_id = person_with(number)
    account = identity.account_of(person_id)
    return Actor(account_id=account.pk if account else None, name=people.person_cards([person_id])[person_id].name)


def person_with(number: str) -> int:
    return people.find_people_by_campus_no([number])[number]


def without(number: str, person_ids: list[int]) -> list[int]:
    holder = person_with(number)
    return [person_id for person_id in person_ids if person_id != holder]


def name_delegates(office: Office, unit: orders.Unit) -> None:
    for number, role in ((office.agent, "agent"), (office.leader, "leader")):
        UnitDelegate.objects.get_or_create(
            unit_code=unit.code,
            person_id=person_with(number),
            role=role,
            ended_at=None,
            defaults={"unit_name": unit.name, "named_by_name": "示例"},
        )


def wrong_batch(office: Office, unit: orders.Unit) -> None:
    """A list as units send it in: it waits until its faults are mended."""
    rows = [row | {"unit": unit.name} for row in WRONG]
    orders.open_order(
        by=actor(office.agent),
        card_class="teacher",
        title=f"{unit.name} 教师卡批量",
        unit=unit,
        source=CardOrder.Source.WEB,
        rows=rows,
    )


def newcomers(office: Office, unit: orders.Unit, person_ids: list[int], *, is_made: bool) -> None:
    """Made and waiting to be handed over, one of them handed; or just accepted."""
    clerk, collector = actor(office.clerk), actor(office.agent).name
    order = enrolling.order_for_newcomers(by=clerk, unit=unit, collector=collector, person_ids=person_ids)
    for row in order.rows.order_by("line"):
        photos.add_picture(by=clerk, order=order, line=row.line, content=office.portrait(row.campus_no))
    for row in order.rows.exclude(errors={}):
        orders.mend_row(by=clerk, order=order, line=row.line, values={"phone": "13907300099"})
    order.rows.exclude(errors={}).delete()
    if not order.rows.exists():
        return
    accepting.accept(by=clerk, order=looked_at(clerk, orders.submit(by=clerk, order=order)))
    if not is_made:
        return
    for row in order.rows.order_by("line"):
        making.make_row(by=clerk, order=order, line=row.line, uid=f"04EE{order.pk % 65536:04X}{row.line:06X}")
    handing.hand_over(
        by=clerk,
        row=order.rows.order_by("line")[0],
        how="holder",
        handed_to="",
        document="resident_id",
        accepted=("cards", "funds"),
    )


def looked_at(clerk: Actor, order: CardOrder) -> CardOrder:
    faces.look_over(by=clerk, order=order, shown=dict(faces.unseen(order).values_list("line", "photo_path")))
    return order


def visitor(office: Office, unit: orders.Unit) -> None:
    """Somebody who stays for ten more days: her unit is told."""
    values = VISITOR | {"unit": unit.name, "valid_until": str(campus_today() + timedelta(days=10))}
    order = personal.apply(
        by=actor(office.clerk),
        card_class="ordinary",
        values=values,
        reason="短期来校访问",
        source="counter",
        picture=office.portrait("visitor"),
        proofs=[("邀请函.jpg", office.proof)],
    )
    if order.state == CardOrder.State.SUBMITTED:
        leader = actor(office.leader)
        orders.decide(by=leader, person_id=person_with(office.leader), order=order, is_approved=True)
        accepting.accept(by=actor(office.clerk), order=looked_at(actor(office.clerk), order))


def subsidy(office: Office, students: list[int]) -> None:
    """One batch that everybody can claim, one that waits for the second person's yes."""
    cards = people.person_cards([person_with(office.holder), *students[:AID]])
    numbers = {one.affiliations[0].campus_no: one.name for one in cards.values() if one.affiliations}
    clerk = actor(office.clerk)
    funding = payouts.open_funding(by=clerk, code="aid", name="学生资助经费")
    for title, yuan in (("十一月生活补助", "200"), ("困难学生临时补助", "300")):
        content = ("学号,姓名,金额\n" + "".join(f"{n},{name},{yuan}\n" for n, name in numbers.items())).encode()
        checked = check_file(PAYOUTS.read(content))
        form = payouts.Payout(
            token=uuid5(NAMESPACE_URL, title),
            source="subsidy",
            title=title,
            funding=funding,
            expires_on=campus_today() + timedelta(days=120),
            file_name=f"{title}.csv",
        )
        if checked.faults:
            return
        batch = intake.submit(
            by=clerk, batch=payouts.make_batch(by=clerk, payout=form, rows=checked.rows, content=content)
        )
        if yuan == "200":
            intake.approve(by=actor(office.second), batch=batch)
            post_payout(batch_id=batch.pk)


def freeze(office: Office, person_ids: list[int]) -> None:
    """Cards that were replaced this morning: their money waits three days."""
    cards = Card.objects.filter(person_id__in=person_ids, state__in=LIVING).select_related("wallet")
    for card in cards:
        reissue(
            by=actor(office.clerk),
            card=card,
            reason="damaged",
            fee_fen=0,
            at="校园卡管理办公室",
            key=f"example:{card.pk}",
        )
