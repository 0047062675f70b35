"""The pages of shared tables: who writes them, their rows today and on a day, a row's history; what is sensitive is never shown."""

from datetime import date, timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Review, SharedRow
from nanhu.platforms.datahub.tests.conftest import BY, register, student
from nanhu.platforms.datahub.tests.test_shared_sources import ZHENGFANG, export, line, switched, two  # noqa: F401  (a fixture)
from nanhu.platforms.datahub.tests.test_sharing import card
from nanhu.testing.structure import structure_faults

pytestmark = pytest.mark.django_db
POSTS = "hr.establishment"


def post(campus_no="0020200771", **other):
    return {"campus_no": campus_no, "post": "院长", "unit_code": "11", "mobile": "13800138000"} | other


def text_of(answer):
    assert answer.status_code == 200
    page = answer.content.decode()
    assert structure_faults(page) == []
    return page


def test_the_list_says_who_writes_each_table_and_how_many_rows_it_has(steward, two, hand_in):  # noqa: F811
    switched(two)
    report = hand_in(export(line(), line("14231100002")), source_key=ZHENGFANG)
    page = text_of(steward.get("/datahub/shared/"))
    assert "选课名单（正方）" in page
    assert "本系统" in page
    lines = {one.table_key: one for one in steward.get("/datahub/shared/").context["list"].rows}
    assert (lines["academic.roster"].rows, lines["academic.roster"].batch.pk) == (2, report.batch)
    assert (lines["card.card"].rows, lines["card.card"].source) == (0, "")


def test_a_table_shows_its_fields_and_rows_and_nothing_sensitive(steward):
    datahub.put(POSTS, [post(), post("0020200772", level=3, is_budgeted=True)], by=BY)
    page = text_of(steward.get(f"/datahub/shared/{POSTS}/"))
    assert "0020200772" in page
    assert "13800138000" not in page
    assert "••••••" in page
    assert "离校手续" in page
    assert "0020200771" not in text_of(steward.get(f"/datahub/shared/{POSTS}/?q=0020200772")).partition("<tbody")[2]
    assert "Mobile number" in text_of(steward.get(f"/datahub/shared/{POSTS}/", headers={"accept-language": "en"}))


def test_a_table_is_shown_as_it_was_on_a_day(steward):
    datahub.put(POSTS, [post()], by=BY)
    yesterday = campus_today() - timedelta(days=1)
    assert "0020200771" not in text_of(steward.get(f"/datahub/shared/{POSTS}/?day={yesterday}"))
    datahub.remove(POSTS, [("0020200771", "院长")], by=BY)
    assert "0020200771" not in text_of(steward.get(f"/datahub/shared/{POSTS}/"))
    assert "0020200771" not in text_of(steward.get(f"/datahub/shared/{POSTS}/?day={campus_today()}"))


def test_a_row_shows_its_history(steward):
    datahub.put(POSTS, [post(level=3)], by=BY)
    datahub.put(POSTS, [post(level=4)], by=BY)
    datahub.remove(POSTS, [("0020200771", "院长")], by=BY)
    row = SharedRow.objects.earliest("id")
    page = text_of(steward.get(f"/datahub/shared/{POSTS}/rows/{row.pk}/"))
    assert "已移除" in page
    assert "13800138000" not in page
    assert steward.get(f"/datahub/shared/card.card/rows/{row.pk}/").status_code == 404


def test_whose_rows_a_steward_saw_finds_it_under_who_looked_at_me(steward, hand_in, units):
    hand_in(register(student()))
    datahub.put("card.card", [card(1, campus_no="14231100001"), card(2)], by=BY)
    at = "/datahub/shared/card.card/"
    row = SharedRow.objects.get(table_key="card.card", key="00000001")
    for page in (at, f"{at}?q=00000002", f"{at}rows/{row.pk}/"):
        text_of(steward.get(page))
    looks = AuditEntry.objects.filter(action="datahub.look_shared_rows")
    assert [one.facts["campus_no"] for one in looks] == ["14231100001"] * 2


def test_who_was_in_a_pair_a_former_row_or_a_list_of_findings_finds_it_too(steward, hand_in, units):
    passport = {"证件类型": "护照", "国籍地区": "俄罗斯", "name": "Anna Petrova"}
    hand_in(register(student(document="E12345678", **passport)))
    report = hand_in(register(student(no="14231100002", document="E12345687", **passport)))
    datahub.put("card.card", [card(1, campus_no="14231100001")], by=BY)
    datahub.put("card.card", [card(1, campus_no="14231100002")], by=BY)
    row = SharedRow.objects.get(table_key="card.card", key="00000001", valid_to=None)
    looks = AuditEntry.objects.filter(action="datahub.look_shared_rows")
    both = ["14231100001", "14231100002"]
    for page, seen in (
        ("/datahub/reviews/", both),
        (f"/datahub/batches/{report.batch}/", both),
        (f"/datahub/reviews/{Review.objects.get().pk}/", both),
        (f"/datahub/shared/card.card/rows/{row.pk}/", both),
        (f"/datahub/batches/{report.batch}/issues.csv", both[1:]),
    ):
        told = set(looks.values_list("pk", flat=True))
        assert steward.get(page).status_code == 200
        assert sorted(one.facts["campus_no"] for one in looks.exclude(pk__in=told)) == seen, page


def test_many_rows_cost_no_more_queries(steward):
    datahub.put(POSTS, [post()], by=BY)
    few = queries_of(steward, f"/datahub/shared/{POSTS}/")
    datahub.put(POSTS, [post(f"00202{n:05d}") for n in range(60)], by=BY)
    assert len(queries_of(steward, f"/datahub/shared/{POSTS}/")) <= len(few) + 2


def test_a_batch_of_a_shared_table_offers_no_mending(steward, two, hand_in):  # noqa: F811
    switched(two)
    report = hand_in(export(line(), line(campus_no="")), source_key=ZHENGFANG)
    page = text_of(steward.get(f"/datahub/batches/{report.batch}/"))
    assert "重放被拒绝的行" not in page
    assert "没有填“学号”。" in page
    assert "回退" in text_of(steward.get(f"/datahub/batches/{report.batch}/rollback/"))


def test_what_is_no_table_is_not_found_and_a_stranger_finds_none(steward, stranger):
    assert steward.get("/datahub/shared/library.secret/").status_code == 404
    for address in ("/datahub/shared/", f"/datahub/shared/{POSTS}/", "/datahub/shared/switches/"):
        assert stranger.get(address).status_code == 404


def test_a_planned_switch_is_told_and_can_be_called_off(steward, two):  # noqa: F811
    switched(two, day=date(2099, 9, 1))
    page = text_of(steward.get("/datahub/shared/academic.roster/"))
    said = page.partition("起由")
    assert ("2099" in said[0][-60:], said[2][:11]) == (True, "选课名单（正方）供给。")
    assert 'value="nanhu"' in steward.get("/datahub/shared/academic.roster/switch/").content.decode()


def test_who_writes_a_table_already_is_not_offered(steward):
    page = steward.get("/datahub/shared/academic.roster/switch/").content.decode()
    assert "选课名单（正方）" in page
    assert 'value="nanhu"' not in page
