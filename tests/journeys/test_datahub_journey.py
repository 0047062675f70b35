"""The steward's day: reads the sources, mends a refused row, rehearses and imports a file, takes the batch back."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.sample.id_numbers import eighteen_digits
from nanhu.sample.truth import FILE_NAME, TruePerson, TrueReject, Truth, read_truth
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
type Visit = Callable[[str], Visitor]
REGISTER = "教务处-学籍名册.csv"
REGISTER_TITLE = "教务处 · 学籍名册"
NEW_STUDENT, NEW_NUMBER, NEW_PHONE = "欧阳知秋", "14239900001", "13973059876"
NUMBER_HEADERS = ("证号", "临时证号", "学号", "工号")


def truth_of(campus: Campus) -> Truth:
    return read_truth(campus.folder / "sample" / FILE_NAME)


def steward(campus: Campus, visit: Visit) -> Visitor:
    visitor = visit("desk")
    visitor.sign_in(campus.url, CAST["administrator"].campus_no, SAMPLE_PASSWORD)
    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))
    return visitor


def counter(campus: Campus, visit: Visit) -> Page:
    """The window of a card clerk, who keeps no data and finds whoever is on file."""
    visitor = visit("desk")
    visitor.sign_in(campus.url, CAST["clerk"].campus_no, SAMPLE_PASSWORD)
    return visitor.page


def is_on_file(campus: Campus, page: Page, campus_no: str) -> bool:
    """Whether the counter finds somebody under this number."""
    page.goto(f"{campus.url}/card/counter/?q={campus_no}")
    return "没有找到" not in page.get_by_role("main").inner_text()


def test_a_student_is_told_there_is_no_such_page(campus: Campus, visit: Visit) -> None:
    visitor = visit("phone")
    visitor.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
    for path in ("", "upload/", "standard/", "reviews/", "batches/1/", "batches/1/rollback/"):
        answer = visitor.page.goto(f"{campus.url}/datahub/{path}")
        assert answer is not None
        assert answer.status == 404, path
    visitor.faults.clear()  # the browser notes the refusal's status


def test_every_page_of_the_desk_is_accessible_at_both_sizes(campus: Campus, visit: Visit) -> None:
    visitor = steward(campus, visit)
    for path in ("upload/", "standard/", "standard/?table=sex", "reviews/", "reviews/?state=same"):
        visitor.page.goto(f"{campus.url}/datahub/{path}")
        visitor.look_at_both_sizes()


def test_a_refused_row_is_found_mended_and_played_again(campus: Campus, visit: Visit) -> None:
    reject = mendable(truth_of(campus))
    visitor = steward(campus, visit)
    page = visitor.page
    page.goto(f"{campus.url}/datahub/")
    sources = page.get_by_role("table", name="来源")
    for office in ("党政办公室", "人事处", "教务处", "学工处", "保卫处"):
        expect(sources).to_contain_text(office)
    visitor.look_at_both_sizes()

    batch_of(page, reject.file).click()
    visitor.look_at_both_sizes()
    page.get_by_label("严重程度").select_option("reject")
    page.get_by_role("button", name="筛选").click()
    issues = page.get_by_role("table", name="问题")
    expect(issues.get_by_text("拒绝").first).to_be_visible()
    expect(issues.get_by_text("提示", exact=True)).to_have_count(0)
    visitor.look_at_both_sizes()

    page.get_by_role("link", name=re.compile(rf"^修改这一行\s*{reject.line}$")).click()
    visitor.look_at_both_sizes()
    [number] = [cell for header in NUMBER_HEADERS if (cell := cell_of(page, header)).count()]
    campus_no = number.input_value().strip()
    for header, value in reject.mend.items():
        cell_of(page, header).fill(value)
    page.get_by_role("button", name="改好并重放").click()

    expect(page.get_by_text(f"第 {reject.line} 行已改好并采用")).to_be_visible()
    visitor.look_at_both_sizes()
    assert is_on_file(campus, counter(campus, visit), campus_no)


def batch_of(page: Page, file: str) -> Locator:
    """Behind what was read from systems since."""
    found = page.get_by_role("table", name="批次").get_by_role("row").filter(has_text=file)
    while not found.count():
        following = page.get_by_role("link", name="下一页").last.get_attribute("href")
        page.goto(urljoin(page.url, following))
    return found.get_by_role("link", name=re.compile("^#"))


def cell_of(page: Page, header: str) -> Locator:
    """The field of this column; what may stay empty says so in its label."""
    return page.get_by_label(re.compile(rf"^{re.escape(header)}(\s*选填)?$"))


def mendable(truth: Truth) -> TrueReject:
    """A refused row that was its person's only one: mended, the person appears."""
    known = {person.key for person in truth.people}
    return next(
        one
        for one in truth.rejects
        if one.mend
        and one.code.startswith("document_")
        and one.person not in known
        and one.file[:3] in ("教务处", "保卫处")
    )


def test_a_file_is_rehearsed_imported_and_taken_back(campus: Campus, visit: Visit) -> None:
    content = changed_register(campus, truth_of(campus))
    visitor = steward(campus, visit)
    page, desk = visitor.page, counter(campus, visit)
    assert not is_on_file(campus, desk, NEW_NUMBER)

    hand_in(campus, visitor, content, is_rehearsal=True)
    expect(page.get_by_role("main")).to_contain_text("已试运行")
    expect(page.get_by_role("main")).to_contain_text("修改后样例")
    check_differences(page)
    visitor.look_at_both_sizes()
    assert not is_on_file(campus, desk, NEW_NUMBER), "a rehearsal writes nothing"

    hand_in(campus, visitor, content, is_rehearsal=False)
    batch = page.url
    expect(page.get_by_role("main")).to_contain_text("已生效")
    check_differences(page)
    visitor.look_at_both_sizes()
    assert is_on_file(campus, desk, NEW_NUMBER)
    expect(desk.get_by_role("main")).to_contain_text(NEW_STUDENT)

    page.goto(batch)
    page.get_by_role("link", name="回退…").click()
    main = page.get_by_role("main")
    expect(main.locator(".stat").filter(has_text="恢复的值").locator(".stat-value")).to_have_text("1")
    expect(main.locator(".stat").filter(has_text="结束的学工号").locator(".stat-value")).to_have_text("1")
    visitor.look_at_both_sizes()
    page.get_by_label("原因").fill("部门发错了文件")
    page.get_by_role("button", name="回退这一批").click()

    expect(page.get_by_role("main")).to_contain_text("已回退")
    expect(page.get_by_role("link", name="回退…")).to_have_count(0)
    visitor.look_at_both_sizes()


def changed_register(campus: Campus, truth: Truth) -> bytes:
    """The whole register as the office would send it again: one student it did not have, one phone it has anew."""
    [tie] = with_a_phone_of_the_register(truth).affiliations
    lines = list(csv.reader(io.StringIO(decoded((campus.folder / "sample" / REGISTER).read_bytes()))))
    header = next(line for line in lines if "学号" in line)
    number, phone = header.index("学号"), header.index("联系电话")
    for line in lines:
        if tie.campus_no in line[number : number + 1]:
            line[phone] = NEW_PHONE
    said = {
        "学号": NEW_NUMBER,
        "姓名": NEW_STUDENT,
        "证件类型": "居民身份证",
        "证件号码": eighteen_digits(area="430602", birth=date(2007, 9, 9), order=717),
        "班级代码": tie.unit,
        "学生类别": "统招本科",
        "入学日期": "2025-09-01",
        "联系电话": "13873061234",
    }
    lines.append([said.get(name, "") for name in header])
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode("gb18030")


def decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def with_a_phone_of_the_register(truth: Truth) -> TruePerson:
    """The students' office, whose word on phones is stronger, says nothing of this one."""
    return next(
        person
        for person in truth.people
        if {file for file, _line in person.rows} == {REGISTER}
        and person.document_kind == "resident_id"
        and person.phone
        and len(person.affiliations) == 1
        and person.affiliations[0].state == "active"
    )


def hand_in(campus: Campus, visitor: Visitor, content: bytes, *, is_rehearsal: bool) -> None:
    """By the page, watched until the worker has done it; ends on the batch."""
    page = visitor.page
    page.goto(f"{campus.url}/datahub/upload/")
    page.get_by_label("来源").select_option(label=REGISTER_TITLE)
    page.get_by_label("文件").set_input_files({"name": "学籍变动.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_label("只试运行").set_checked(is_rehearsal)
    page.get_by_role("button", name="开始").click()
    expect(page).to_have_url(re.compile("/progress/"))
    expect(page.get_by_text("完成了")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"新增 1，变更 1"))
    visitor.look_at_both_sizes()
    page.get_by_role("link", name="看结果").click()
    expect(page).to_have_url(re.compile("/datahub/batches/"))


def check_differences(page: Page) -> None:
    """One value, and nobody's whole number."""
    rows = page.get_by_role("table", name="差异").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("139****9876")
    assert NEW_PHONE not in page.content()
