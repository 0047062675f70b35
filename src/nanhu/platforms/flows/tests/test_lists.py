"""Attachments, rows and rooms in a form: typed on the page, kept with the case, seen by whoever sees it, gone when it goes."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.clock import now
from nanhu.kernel.files import services as files
from nanhu.kernel.files.errors import FileKeptError
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.tests.samples import PDF, with_exif
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows.body import Body, Column, Edge, Field, PostOf, Step, faults_of
from nanhu.platforms.flows.errors import DataRefusedError
from nanhu.platforms.flows.models import Case, Definition, Draft, Task
from nanhu.platforms.flows.printing import paper_facts
from nanhu.platforms.flows.services import definitions, forgetting
from nanhu.platforms.flows.specs import FlowSpec, specs
from nanhu.platforms.flows.workshop.forms import column_said, columns_from, keyed

from .conftest import SYSTEM

GOODS = (
    Column(key="what", label="品名"),
    Column(key="on", label="哪天要", kind="date", is_required=False),
    Column(key="price", label="单价", kind="money"),
)
PURCHASE = FlowSpec(
    key="test.purchase",
    name="采购",
    unit="1001",
    promise=480,
    prefix="CG",
    retention="short",
    faces=frozenset({"student", "staff"}),
    body=Body(
        form=(
            Field(key="room", label="放在哪里", kind="room"),
            Field(key="goods", label="明细", kind="rows", columns=GOODS, most=4),
            Field(key="papers", label="合同", kind="files", most=2),
        ),
        steps=(
            Step(
                key="office",
                name="教务处审批",
                kind="approve",
                who=(PostOf(office="head"),),
                edges=(Edge(to="college", when="goods.price > 200000"), Edge(to="end")),
            ),
            Step(
                key="college",
                name="学院审批",
                kind="approve",
                who=(PostOf(unit="12", office="head"),),
                fields=(Field(key="opinion", label="会议纪要", kind="files", is_required=False),),
            ),
        ),
    ),
)
TYPED = {
    "room": "lab 网络实验室",
    "goods-0-what": "交换机",
    "goods-0-on": "2026-12-01",
    "goods-0-price": "1,999.50",
    "goods-2-what": "网线",
    "goods-2-price": "10",
}


@pytest.fixture
def shop(school, monkeypatch):
    monkeypatch.setitem(specs, PURCHASE.key, PURCHASE)
    definitions.publish_all()
    campus.set_up_places(by=SYSTEM, places=[campus.PlaceOrder(key="lab", name="网络实验室", kind="lab")])
    return school


def pdf(name="合同.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def sent(browser, *papers, **typed):
    data = TYPED | typed | {"papers": list(papers), "form_token": str(uuid4())}
    return browser.post("/flows/new/test.purchase/", data)


def test_rows_files_and_a_room_are_said_seen_and_decided_by(shop):
    student, office, college = shop.client("S1"), shop.client("T3"), shop.client("T2")
    answer = sent(student, pdf("../合同<b>.pdf"), SimpleUploadedFile("照片.jpg", with_exif()))
    case = Case.objects.get()
    assert (answer.status_code, case.data["room"]) == (302, "lab")
    assert case.data["goods"] == [
        {"what": "交换机", "on": "2026-12-01", "price": 199950},
        {"what": "网线", "price": 1000},
    ]
    shown = student.get(f"/flows/cases/{case.public_id}/").content.decode()
    assert all(said in shown for said in ("网络实验室", "交换机", "¥ 1,999.50", "¥ 2,009.50", "合同_b_.pdf"))
    task = Task.objects.get(case=case)
    assert "¥ 2,009.50" in office.get(f"/flows/tasks/{task.public_id}/").content.decode()
    contract, photo = (f"/files/{one['file']}/" for one in case.data["papers"])
    assert office.get(contract).getvalue() == PDF
    assert b"taken at home" not in office.get(photo).getvalue()
    assert [shop.client(one).get(contract).status_code for one in ("S2", "T4")] == [404, 404], "not of this case"
    assert college.get(contract).status_code == 404, "not yet"
    office.post(f"/flows/tasks/{task.public_id}/decide/", {"decision": "agree", "revision": task.revision})
    asked = Task.objects.get(case=case, state="open")
    assert (asked.step, college.get(contract).status_code) == ("college", 200), "2,009.50 is more than 2,000.00"
    said = {"decision": "agree", "revision": asked.revision, "opinion": pdf("纪要.pdf")}
    college.post(f"/flows/tasks/{asked.public_id}/decide/", said)
    case.refresh_from_db()
    assert (case.outcome, [one["name"] for one in case.data["opinion"]]) == ("granted", ["纪要.pdf"])
    on_paper = {one["label"]: one["value"] for one in paper_facts(case, case.applicant_id)["facts"]}
    assert (on_paper["明细 1"], on_paper["会议纪要"]) == ("交换机，2026年12月1日，¥ 1,999.50", "纪要.pdf")


@pytest.mark.parametrize(
    ("papers", "typed", "told"),
    [
        ([pdf(content=b"<html><script>alert(1)</script>")], {}, "合同.pdf："),
        ([pdf(), pdf("二.pdf"), pdf("三.pdf")], {}, "最多 2 个文件"),
        ([], {}, "请选一个文件"),
        ([pdf()], {"goods-2-price": ""}, "第 2 行“单价”：没有填"),
        ([pdf()], {"goods-0-price": "3,0"}, "第 1 行“单价”"),
        ([pdf()], {"goods-0-what": "网" * 201}, "第 1 行“品名”"),
        ([pdf()], {"room": "没有的地方"}, "没有这个地点"),
    ],
)
def test_what_does_not_fit_is_told_and_what_was_typed_stands_there_still(shop, papers, typed, told):
    for one in papers:
        one.seek(0)
    answer = sent(shop.client("S1"), *papers, **typed)
    page = answer.content.decode()
    assert (answer.status_code, told in page, Case.objects.count(), StoredFile.objects.count()) == (422, True, 0, 0)
    assert 'value="网线"' in page


def by_sheet(shop, text, name="明细.csv", **typed):
    content = text if isinstance(text, bytes) else text.encode()
    data = {"room": TYPED["room"], "papers": [pdf()], "form_token": str(uuid4()), **typed}
    return shop.client("S1").post(
        "/flows/new/test.purchase/", data | {"goods_sheet": SimpleUploadedFile(name, content)}
    )


def test_rows_come_from_a_sheet_after_those_that_were_typed(shop):
    assert "品名、哪天要、单价" in shop.client("S1").get("/flows/new/test.purchase/").content.decode()
    sheet = "单价,品名,备注,哪天要\n1999.50,交换机,x,2026年12月1日\n10,网线,,\n"
    typed = {"goods-0-what": "机柜", "goods-0-price": "500"}
    assert by_sheet(shop, sheet, **typed).status_code == 302
    assert Case.objects.get().data["goods"] == [
        {"what": "机柜", "price": 50_000},
        {"what": "交换机", "on": "2026-12-01", "price": 199_950},
        {"what": "网线", "price": 1_000},
    ]


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("品名,单价\n交换机,很贵\n", "第 1 行“单价”"),
        ("品名,单价\n,10\n", "没有填"),
        ("名字,价钱\n交换机,10\n", "没有找到表头"),
        ("品名,单价\n" + "网线,1\n" * 5, "最多 4 行"),
        (b"PK\x03\x04" + b"x" * 100, "工作簿"),
        ("品名,单价\n", "只有表头"),
    ],
    ids=["money", "missing", "heads", "many", "broken", "empty"],
)
def test_a_sheet_that_does_not_fit_is_told_and_nothing_else_is_lost(shop, sheet, said):
    answer = by_sheet(shop, sheet, "明细.xlsx" if isinstance(sheet, bytes) else "明细.csv")
    page = answer.content.decode()
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert said in page or "必填" in page
    assert "lab 网络实验室" in page
    if said == "第 1 行“单价”":
        assert 'value="很贵"' in page, "the rows stand there to be mended"


def test_more_rows_than_the_form_has_are_refused_with_words(shop):
    fourth = {"goods-3-what": "第四行", "goods-3-price": "1"}
    refused = sent(shop.client("S1"), pdf(), **fourth, **{"goods-4-what": "x"})
    assert (refused.status_code, "最多 4 行" in refused.content.decode(), Case.objects.count()) == (422, True, 0)
    sent(shop.client("S1"), pdf(), **fourth)
    assert [row["what"] for row in Case.objects.get().data["goods"]] == ["交换机", "网线", "第四行"]


def test_what_claims_to_be_kept_is_no_attachment(shop):
    answer = sent(shop.client("S1"), papers_kept=[f"{uuid4()} 合同.pdf"])
    assert (answer.status_code, Case.objects.count()) == (422, 0)


def test_a_draft_of_an_older_form_opens_the_page(shop):
    definition = Definition.objects.get(key="test.purchase")
    Draft.objects.create(person_id=shop["S1"], definition=definition, data={"goods": "旧的一行文字", "papers": "x"})
    assert shop.client("S1").get("/flows/new/test.purchase/").status_code == 200


def test_what_an_older_form_said_breaks_no_page(shop):
    sent(shop.client("S1"), pdf())
    case = Case.objects.get()
    Case.objects.update(data={"goods": "旧的一行文字", "papers": [3], "room": "lab"})
    assert shop.client("S1").get(f"/flows/cases/{case.public_id}/").status_code == 200


def test_who_mends_it_keeps_what_is_ticked_and_nothing_of_another_case(shop):
    student, office = shop.client("S1"), shop.client("T3")
    sent(shop.client("S2"), pdf("别人的.pdf"))
    other = Case.objects.get().data["papers"][0]["file"]
    sent(student, pdf("一.pdf"), pdf("二.pdf"))
    case = Case.objects.get(applicant_id=shop["S1"])
    task = Task.objects.get(case=case)
    office.post(
        f"/flows/tasks/{task.public_id}/decide/",
        {"decision": "return", "revision": task.revision, "comment": "合同要盖章"},
    )
    address = f"/flows/cases/{case.public_id}/resubmit/"
    page = student.get(address).content.decode()
    assert all(said in page for said in ("一.pdf", "二.pdf", 'value="1999.50"'))
    kept = case.data["papers"][1]["file"]
    ticked = [f"{kept} 换了名字.exe", f"{other} 别人的.pdf"]
    student.post(address, TYPED | {"papers_kept": ticked, "form_token": str(uuid4())})
    case.refresh_from_db()
    assert (case.state, case.data["papers"]) == ("running", [{"file": kept, "name": "二.pdf"}])
    taken_off = StoredFile.objects.get(name="一.pdf").public_id
    assert [student.get(f"/files/{one}/").status_code for one in (kept, taken_off)] == [200, 404]


def test_attachments_stay_as_long_as_what_was_said_and_go_with_it(shop):
    sent(shop.client("S1"), pdf())
    case = Case.objects.get()
    shop.decide("T3", Task.objects.get(case=case), "refuse", "没有预算了")
    file = StoredFile.objects.get()
    with time_machine.travel(now() + timedelta(days=400), tick=False):
        assert files.remove_overdue() == 0
        with pytest.raises(FileKeptError):
            files.remove(by=SYSTEM, file=file, reason="清理磁盘")
        assert forgetting.forget_contents() == 1
        assert files.remove_overdue() == 1
    assert shop.client("S1").get(f"/files/{file.public_id}/").status_code == 404


def test_a_draft_keeps_the_rows(shop):
    student = shop.client("S1")
    assert student.post("/flows/new/test.purchase/draft/", TYPED).status_code == 204
    assert Draft.objects.count() == 1
    page = student.get("/flows/new/test.purchase/").content.decode()
    assert all(said in page for said in ('value="交换机"', 'value="1,999.50"', "lab 网络实验室"))


@pytest.mark.parametrize(
    "data",
    [
        {"goods": [{"what": "x", "price": "1"}]},
        {"goods": [{"other": "x"}]},
        {"goods": [{"what": "x", "price": 1}] * 5},
        {"goods": {"what": "x"}},
        {"goods": [["x"]]},
        {"room": 3},
    ],
)
def test_what_another_door_hands_in_fits_the_form_or_is_refused(shop, data):
    with pytest.raises(DataRefusedError):
        shop.apply("S1", "test.purchase", **data)
    assert not Case.objects.exists()


def test_a_file_that_was_never_handed_in_is_none(shop):
    with pytest.raises(DataRefusedError):
        shop.apply("S1", "test.purchase", papers=[{"file": str(uuid4()), "name": "x.pdf"}, {"file": 3}, "x"])


def test_columns_are_said_in_lines_and_keep_their_keys():
    first = keyed(columns_from("品名\n单价 金额\n备注 选填"), ())
    assert [(one.key, one.label, one.kind, one.is_required) for one in first] == [
        ("c1", "品名", "text", True),
        ("c2", "单价", "money", True),
        ("c3", "备注", "text", False),
    ]
    later = keyed(columns_from("数量 数字\n" + "\n".join(map(column_said, first[1:]))), first)
    assert [(one.key, one.label) for one in later] == [("c4", "数量"), ("c2", "单价"), ("c3", "备注")]


def test_a_table_without_columns_or_with_one_twice_is_no_process():
    for columns in ((), (GOODS[0], GOODS[0])):
        goods = Field(key="goods", label="明细", kind="rows", columns=columns)
        assert [one.code for one in faults_of(with_form(goods))] == ["columns"]
    goods = Field(key="goods", label="明细", kind="rows", columns=GOODS, is_key=True)
    assert [one.code for one in faults_of(with_form(goods))] == ["sealed_key"]


def with_form(*form):
    step = Step(key="office", name="审批", kind="approve", who=(PostOf(office="head"),))
    return Body(form=form, steps=(step,))


def test_sums_are_compared_and_texts_are_not():
    def faults(when):
        step = Step(
            key="office",
            name="审批",
            kind="approve",
            who=(PostOf(office="head"),),
            edges=(Edge(to="end", when=when), Edge(to="end")),
        )
        return [one.code for one in faults_of(Body(form=PURCHASE.body.form, steps=(step,)))]

    assert (faults("goods.price > 3"), faults("goods.what > 3"), faults("goods > 3"), faults("papers = 'x'")) == (
        [],
        ["no_field"],
        ["compared"],
        ["compared"],
    )
