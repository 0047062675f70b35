"""One person, one card in the making: whoever stands in two lists is refused in the second, which names the first."""

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.tests.conftest import (
    DESK,
    accepted_batch,
    archive,
    at,
    last_day,
    line,
    look,
    newest,
    teacher_rows,
    upload,
)

CLASS = "12012301"


def press(campus, order: CardOrder, tail: str, part: str = "teacher", **given):
    return campus.client(part).post(at(order, tail), given)


def discarded(campus, order: CardOrder, part: str = "teacher") -> None:
    assert press(campus, order, "discard/", part, reason="重复了").status_code == 302
    order.refresh_from_db()
    assert (order.state, order.answer) == ("discarded", "重复了")


@pytest.mark.capability("A103.1")
def test_who_stands_in_a_list_that_went_off_is_refused_in_the_next_with_the_number_of_the_first(campus):
    upload(campus, teacher_rows(), photos=archive("0020260001.jpg", "0020260002.jpg"))
    first = newest()
    upload(campus, teacher_rows()[:1], photos=archive("0020260001.jpg"))
    second = newest()
    assert not second.rows.exclude(errors={}).exists(), "of two drafts neither is before the other"
    assert press(campus, first, "submit/").status_code == 302
    assert press(campus, second, "submit/").status_code == 409
    shown = campus.client("teacher").get(at(second)).content.decode()
    assert f"已经在制卡单 {first.number}" in shown
    assert CardOrder.objects.get(pk=second.pk).state == "draft"
    upload(campus, teacher_rows()[:1])
    assert f"已经在制卡单 {first.number}" in newest().rows.get().errors["campus_no"]

    assert press(campus, first, "approve/", "second_clerk").status_code == 302
    discarded(campus, first, "clerk")
    assert press(campus, second, "submit/").status_code == 302, "nobody is held by a list that is gone"


def visitors(campus, *names: str) -> CardOrder:
    """A list of people whom the school does not know, up to the office's look."""
    rows = [line(name, "", DOCUMENT[name], "访问", until=last_day(), photo=name) for name in names]
    upload(campus, rows, card_class="ordinary", photos=archive(*(f"{name}.jpg" for name in names)))
    order = newest()
    assert press(campus, order, "submit/").status_code == 302, order.rows.values("errors")
    assert press(campus, order, "approve/", "second_clerk").status_code == 302
    look(campus, order)
    return order


def numbered(order: int) -> str:
    first = f"43060219910203{order:03d}"
    return first + people.id_check_character(first)


DOCUMENT = {"访者甲": numbered(41), "访者乙": numbered(43)}


def test_whom_nobody_knew_is_made_once_too(campus):
    first, second = visitors(campus, "访者甲", "访者乙"), visitors(campus, "访者甲")
    assert press(campus, first, "accept/", "clerk").status_code == 302
    refused = press(campus, second, "accept/", "clerk")
    assert refused.status_code == 409
    assert f"访者甲已经在制卡单 {first.number}" in refused.content.decode()
    assert CardOrder.objects.get(pk=second.pk).state == "approved"
    discarded(campus, second, "clerk")


def test_the_database_makes_one_card_at_a_time_for_a_person(campus):
    row = accepted_batch(campus).rows.get(line=1)
    row.pk, row.line = None, 9
    with pytest.raises(IntegrityError, match="card_order_row_one_in_making"), transaction.atomic():
        row.save(force_insert=True)


def test_who_may_discard_what(campus):
    upload(campus, teacher_rows(), photos=archive("0020260001.jpg", "0020260002.jpg"))
    order = newest()
    assert "作废这张制卡单" in campus.client("teacher").get(at(order)).content.decode()
    for part in ("second_clerk", "student"):
        assert press(campus, order, "discard/", part, reason="x").status_code == 404
    assert press(campus, order, "discard/", reason="").status_code == 422
    assert press(campus, order, "submit/").status_code == 302
    assert press(campus, order, "discard/", reason="x").status_code == 404, "its leader decides now"
    press(campus, order, "approve/", "second_clerk")
    assert press(campus, order, "discard/", reason="x").status_code == 404, "the office's from here on"
    discarded(campus, order, "clerk")
    assert "重复了" in campus.client("teacher").get(at(order)).content.decode()
    assert AuditEntry.objects.get(action="card.discard_order").reason == "重复了"


def newcomers(campus) -> set[str] | None:
    """Of the order that is made, or None where nobody is left."""
    answer = campus.client("clerk").post(f"{DESK}newcomers/", {"unit": CLASS, "collector": "陈志远"})
    return {row.name for row in newest().rows.all()} if answer.status_code == 302 else None


def test_newcomers_whose_order_was_refused_or_lies_in_a_draft_are_in_the_roster_again(campus):
    assert newcomers(campus) == {"林小满", "赵一鸣", "Amina Diallo"}
    assert newcomers(campus) is None, "they wait in the draft just made"
    discarded(campus, newest(), "clerk")
    own = CardOrder.objects.create(
        number="ZK1", kind="personal", card_class="student", title="个人", unit_code=CLASS, source="web"
    )
    OrderRow.objects.create(order=own, line=1, person_id=campus.persons["student"])
    assert "林小满" in newcomers(campus)
    discarded(campus, newest(), "clerk")
    CardOrder.objects.filter(pk=own.pk).update(state="refused", answer="照片不清")
    assert "林小满" in newcomers(campus)
    discarded(campus, newest(), "clerk")
    CardOrder.objects.filter(pk=own.pk).update(state="submitted", answer="")
    assert "林小满" not in newcomers(campus)


@pytest.mark.capability("A110.3")
def test_a_photo_that_was_sent_back_stops_the_order_though_an_older_one_is_on_record(campus):
    record = people.person_card(campus.persons["new_teacher"])
    with_portrait = accepted_batch(campus, rows=teacher_rows()[:1])
    assert people.person_card(record.person_id).photo_url
    assert press(campus, with_portrait, "make/", "clerk", line=1, uid="04A1B2C3D4E501").status_code == 302
    OrderRow.objects.update(state="void")
    upload(campus, teacher_rows()[:1], photos=archive("0020260001.jpg"))
    order = newest()
    press(campus, order, "submit/")
    press(campus, order, "approve/", "second_clerk")
    look(campus, order, refused=(1,))
    refused = press(campus, order, "accept/", "clerk")
    assert (refused.status_code, CardOrder.objects.get(pk=order.pk).state) == (409, "approved")
    assert "许知远的照片被退回" in refused.content.decode()
    assert "照片被退回，换好才能受理" in campus.client("teacher").get(at(order)).content.decode()
    press(campus, order, "photos/", archive=archive("0020260001.jpg"))
    look(campus, order)
    assert press(campus, order, "accept/", "clerk").status_code == 302


def test_each_step_says_what_happened(campus):
    upload(campus, teacher_rows(), photos=archive("0020260001.jpg", "0020260002.jpg"))
    order = newest()

    def told(tail: str, part: str, **given: object) -> str:
        return campus.client(part).post(at(order, tail), given, follow=True).content.decode()

    assert "已提交，等本单位的领导审批" in told("submit/", "teacher")
    assert "已同意，交校园卡管理办公室受理" in told("approve/", "second_clerk")
    look(campus, order)
    assert "看过 2 张，退回 0 张" in campus.client("clerk").get(at(order)).content.decode()
    assert "已受理，应在" in told("accept/", "clerk")
    assert "许知远的卡已制好，还剩 1 张" in told("make/", "clerk", line=1, uid="04A1B2C3D4E501")
    assert "许静的卡已制好。这一单全部制好" in told("make/", "clerk", line=2, uid="04A1B2C3D4E502")
