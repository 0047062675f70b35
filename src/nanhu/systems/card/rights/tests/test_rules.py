"""The table of rights: effective from a day, previewed, resolved where rules meet, never overwritten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import PastRuleError
from nanhu.kernel.errors import WrongStateError
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.doors.tests.conftest import hang_doors, put
from nanhu.systems.card.gateway.policy import policies_in_hour
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services import ruling
from nanhu.systems.card.rights.services.deciding import may
from nanhu.systems.card.services import loss
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of
from nanhu.systems.card.tests.signed import SignedTerminal

DAY = timedelta(days=1)


@pytest.fixture
def policies_anew():
    """What terminals are held to is written once an hour: read the school's file again, and the sample's afterwards."""
    yield policies_in_hour.cache_clear
    policies_in_hour.cache_clear()


def rule(**given) -> RightRule:
    told = {"card_class": "student", "right": "library", "is_allowed": False, "starts_on": campus_today()}
    return ruling.rule(by=SYSTEM, wanted=RightRule(**(told | given)), reason="图书馆函")


@pytest.mark.capability("A096.1")
def test_without_a_rule_the_schools_default_holds(campus):
    assert may(campus.card("student"), "library").is_allowed
    assert may(campus.card("teacher"), "lab").is_allowed
    assert may(campus.card("student"), "library").rule_id is None


@pytest.mark.capability("A096.3")
def test_a_rule_holds_from_its_day_to_its_day(campus):
    rule(starts_on=campus_today() + 5 * DAY, ends_on=campus_today() + 9 * DAY)
    card = campus.card("student")
    held = [may(card, "library", campus_today() + n * DAY).is_allowed for n in (0, 4, 5, 9, 10)]
    assert held == [True, True, False, False, True]
    assert may(campus.card("teacher"), "library", campus_today() + 5 * DAY).is_allowed


@pytest.mark.capability("A096.1")
def test_the_sub_class_wins_over_its_class(campus):
    rule()
    rule(sub_class="留学生", is_allowed=True)
    assert not may(campus.card("student"), "library").is_allowed
    assert may(campus.card("guest"), "library").is_allowed


@pytest.mark.capability("A096.1")
def test_a_stopped_card_may_nothing_whatever_the_rules_say(campus):
    card = campus.card("student")
    loss.report_lost(by=SYSTEM, card=card, reason="掉了")
    assert may(campus.card("student"), "consume").code == "card_lost"


@pytest.mark.capability("A096.1")
def test_a_card_before_its_first_day_is_not_called_expired(campus):
    card = campus.card("student")
    days = (card.valid_from - DAY, card.valid_until + DAY)
    assert [str(may(card, "door", day).reason) for day in days] == ["这张卡还没有到启用日", "这张卡已过期"]


@pytest.mark.capability("A096.3")
def test_a_new_rule_cuts_the_old_one_and_keeps_it(campus):
    old = rule(starts_on=campus_today(), ends_on=campus_today() + 20 * DAY)
    rule(is_allowed=True, starts_on=campus_today() + 5 * DAY, ends_on=campus_today() + 10 * DAY)
    card = campus.card("student")
    assert [may(card, "library", campus_today() + n * DAY).is_allowed for n in (0, 4, 5, 10, 11, 20, 21)] == [
        False,
        False,
        True,
        True,
        False,
        False,
        True,
    ]
    old.refresh_from_db()
    assert old.withdrawn_at is not None
    assert RightRule.objects.filter(replaces=old).count() == 2


@pytest.mark.capability("A096.3")
def test_the_past_is_not_ruled(campus):
    with pytest.raises(PastRuleError):
        rule(starts_on=campus_today() - DAY)


def test_the_database_refuses_two_rules_for_one_day(campus):
    old = rule()
    with pytest.raises(IntegrityError), transaction.atomic():
        RightRule.objects.create(
            card_class="student",
            right="library",
            is_allowed=True,
            starts_on=campus_today() + DAY,
            reason="x",
            created_by_name="x",
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        RightRule.objects.filter(pk=old.pk).update(is_allowed=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        RightRule.objects.filter(pk=old.pk).delete()


@pytest.mark.capability("A096.2", "A096.3")
def test_taking_back_ends_what_is_in_force_and_lifts_what_has_not_begun(campus):
    now_on = rule()
    coming = rule(starts_on=campus_today() + 30 * DAY, right="lab")
    for one in (now_on, coming):
        ruling.withdraw(by=SYSTEM, rule=one, reason="来函更正")
    assert may(campus.card("student"), "library").is_allowed
    assert may(campus.card("student"), "lab", campus_today() + 31 * DAY).is_allowed


@pytest.mark.capability("A096.3")
def test_a_rule_whose_days_are_over_is_not_taken_back(campus):
    past = {
        "starts_on": campus_today() - 9 * DAY,
        "ends_on": campus_today() - 5 * DAY,
        "reason": "来函",
        "created_by_name": "x",
    }
    over = RightRule.objects.create(card_class="student", right="library", is_allowed=False, **past)
    with pytest.raises(WrongStateError):
        ruling.withdraw(by=SYSTEM, rule=over, reason="来函更正")
    assert list(RightRule.objects.values_list("pk", "withdrawn_at")) == [(over.pk, None)]


@pytest.mark.capability("A096.1", "A096.3")
def test_the_database_says_the_same_as_the_program(campus):
    rule()
    rule(sub_class="留学生", is_allowed=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT card_right_rule_says('student', '统招本科', 'library', %s), card_right_rule_says('student', '留学生', 'library', %s),"
            " card_right_rule_says('teacher', '正式在编', 'library', %s)",
            [campus_today()] * 3,
        )
        assert cursor.fetchone() == (False, True, None)
    rule(right="lab", starts_on=campus_today() + 5 * DAY, ends_on=campus_today() + 9 * DAY)
    ruling.withdraw(by=SYSTEM, rule=rule(card_class="teacher", sub_class="正式在编"), reason="来函更正")
    with connection.cursor() as cursor:
        days = [campus_today() + n * DAY for n in (0, 4, 5, 9, 10)]
        told = "SELECT array_agg(card_right_rule_says('student', '统招本科', 'lab', day) ORDER BY day) FROM unnest(%s) AS day"
        cursor.execute(told, [days])
        assert cursor.fetchone() == ([None, None, False, False, None],)
        cursor.execute("SELECT card_right_rule_says('teacher', '正式在编', 'library', %s)", [campus_today()])
        assert cursor.fetchone() == (None,)


def form(**given) -> dict[str, str]:
    told = {
        "who": "student",
        "right": "library",
        "is_allowed": "0",
        "starts_on": str(campus_today()),
        "reason": "图书馆函",
    }
    return told | given


def manager_at(campus):
    identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.manager")
    return campus.client("clerk")


def in_table(page, right: str) -> dict[str, str]:
    """What the table of today says of a right, by class and sub-class."""
    return {row["name"]: row[right] for row in page.context["given"].page.object_list}


@pytest.mark.capability("A096.1", "A096.4")
def test_the_manager_sees_who_loses_before_it_holds_for_every_holder_at_once(campus):
    browser = manager_at(campus)
    page = browser.get("/card/rights/")
    table = page.content.decode()
    assert "图书借阅" in table
    assert "讲学" in table
    assert {(name[:3], said) for name, said in in_table(page, "library").items()} == {
        ("教师卡", "yes"),
        ("学生卡", "yes"),
        ("普通卡", "no"),
    }

    looked = browser.post("/card/rights/change/", form())
    seen = looked.content.decode()
    assert (looked.context["preview"].gain_count, looked.context["preview"].lose_count) == (0, 3)
    assert "失去权限的人" in seen
    assert "新增权限的人" not in seen
    assert "陈志远" not in seen, "who neither gains nor loses is not shown"
    assert "林小满" in seen
    assert "Amina Diallo" in seen
    assert may(campus.card("student"), "library").is_allowed, "looking changes nothing"
    assert browser.post("/card/rights/change/", form(confirmed="1")).status_code == 302
    for part, held in (("student", False), ("other_student", False), ("guest", False), ("teacher", True)):
        assert may(campus.card(part), "library").is_allowed is held
    page = browser.get("/card/rights/")
    ruled = {name for name, said in in_table(page, "library").items() if said == "no+"}
    assert ruled == {name for name in in_table(page, "library") if name.startswith("学生卡")}
    assert "no+" not in in_table(page, "lab").values()
    assert "不允许（规则）" in page.content.decode()

    spare = form(who="student:留学生", is_allowed="1", ends_on=str(campus_today() + 30 * DAY))
    gained = browser.post("/card/rights/change/", spare).content.decode()
    assert "新增权限的人" in gained
    assert "失去权限的人" not in gained
    assert "Amina Diallo" in gained
    assert "林小满" not in gained
    browser.post("/card/rights/change/", spare | {"confirmed": "1"})
    assert may(campus.card("guest"), "library").is_allowed
    assert not may(campus.card("guest"), "library", campus_today() + 31 * DAY).is_allowed
    assert "图书馆函" in browser.get("/card/rights/history/").content.decode()
    assert not may(campus.card("student"), "library").is_allowed


@pytest.mark.capability("A096.4")
def test_the_preview_counts_cards_that_live_on_the_rules_first_day(campus):
    """A card that was closed loses nothing, nor does one whose last day comes before the rule."""
    Card.objects.filter(pk=campus.card("other_student").pk).update(state="closed")
    Card.objects.filter(pk=campus.card("guest").pk).update(valid_from="2020-09-01", valid_until=campus_today())
    begins = str(campus_today() + DAY)
    seen = manager_at(campus).post("/card/rights/change/", form(starts_on=begins)).context["preview"]
    assert (seen.gain_count, seen.lose_count) == (0, 1)


def test_who_is_named_in_the_preview_is_drawn_by_lot(campus):
    wanted = RightRule(card_class="student", right="library", is_allowed=False, starts_on=campus_today())
    assert len({ruling.preview(wanted).losing[0] for _look in range(40)}) > 1


@pytest.mark.capability("A096.2")
def test_a_changed_right_is_obeyed_by_the_next_till_and_the_next_door(campus):
    """The rule of a class and of its sub-class, at real machines, from the moment it is made; others lose nothing."""
    hang_doors()
    for card_class in ("student", "teacher"):
        put("library", holder_class=card_class)
    browser, till, door = manager_at(campus), SignedTerminal("N1001"), Device("ML01")
    for part in ("guest", "teacher"):
        campus.top_up(part, 1000)
    campus.top_up("student", 1000)

    def met() -> list[tuple[str, str]]:
        parts = [campus.card(part).uid for part in ("student", "guest", "teacher")]
        return [
            (till.pay(uid, 100).code, door.ask("door/pass", {"card": uid, "direction": "in"})["code"]) for uid in parts
        ]

    assert met() == [("ok", "allowed")] * 3
    for right in ("consume", "door"):
        told = {
            "who": "student",
            "right": right,
            "is_allowed": "0",
            "starts_on": str(campus_today()),
            "reason": "学工处函",
        }
        assert browser.post("/card/rights/change/", told | {"confirmed": "1"}).status_code == 302
    assert met() == [("no_right", "no_right")] * 2 + [("ok", "allowed")]
    spare = {"who": "student:留学生", "is_allowed": "1", "starts_on": str(campus_today()), "reason": "国际处函"}
    for right, then in (("consume", ("ok", "no_right")), ("door", ("ok", "allowed"))):
        assert browser.post("/card/rights/change/", spare | {"right": right, "confirmed": "1"}).status_code == 302
        assert met() == [("no_right", "no_right"), then, ("ok", "allowed")]


@pytest.mark.capability("A096.1")
def test_a_class_that_the_schools_file_lets_pay_nowhere_pays_where_a_rule_lets_it(campus, school_file, policies_anew):
    school_file({"[card.fees] ": "[card.rights.teacher]\nconsume = false\n\n[card.fees] "})
    policies_anew()
    browser, till = manager_at(campus), SignedTerminal("N1001")
    for part in ("student", "teacher"):
        campus.top_up(part, 1000)

    def met() -> list[str]:
        return [till.pay(campus.card(part).uid, 100).code for part in ("student", "teacher")]

    table = in_table(browser.get("/card/rights/"), "consume")
    assert {name[:3]: said for name, said in table.items()} == {"教师卡": "no", "学生卡": "yes", "普通卡": "yes"}
    assert met() == ["ok", "no_right"]
    rule(card_class="teacher", sub_class="正式在编", right="consume", is_allowed=True)
    assert met() == ["ok", "ok"]


@pytest.mark.capability("A096.1")
def test_a_stranger_finds_no_table(campus):
    for path in ("", "change/", "history/", "verify/"):
        assert campus.client("second_clerk").get(f"/card/rights/{path}").status_code == 404


def test_the_pages_ask_little(campus):
    browser = manager_at(campus)
    rule()
    for path in ("", "change/", "history/"):
        assert queries_of(browser, f"/card/rights/{path}") <= 12
