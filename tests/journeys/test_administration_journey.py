"""Three administrators at work: the clerk finds by pinyin, resets at the counter and works in bulk; the auditor watches."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from nanhu.platforms.people.rules import pinyin_of
from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.sample.truth import FILE_NAME, read_truth
from nanhu.testing.audit_words import unsaid
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
ID_LENGTH = 18
LINES = """
import json
from nanhu.kernel.models import AuditEntry
rows = {json.dumps(row, sort_keys=True) for row in AuditEntry.objects.values_list("action", "facts").iterator()}
print("\\n".join(["LINES", *rows]))
"""
type Visit = Callable[..., Visitor]


def somebody(campus: Campus, order: int):
    """A student nobody else's test knows, with his number and document."""
    cast = {member.campus_no for member in CAST.values()}
    students = [
        (person, tie)
        for person in read_truth(campus.folder / "sample" / FILE_NAME).people
        for tie in person.affiliations
        if tie.kind == "student"
        and tie.state == "active"
        and len(person.document_number) == ID_LENGTH
        and tie.campus_no not in cast
        and len(person.affiliations) == 1
    ]
    return students[-1 - order]


def enter(campus: Campus, visit: Visit, role: str, size: str = "desk") -> Visitor:
    visitor = visit(size)
    visitor.sign_in(campus.url, CAST[role].campus_no, SAMPLE_PASSWORD)
    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))
    return visitor


def open_account(visitor: Visitor, campus: Campus, typed: str, name: str) -> None:
    page = visitor.page
    page.goto(f"{campus.url}/identity/accounts")
    page.get_by_label(re.compile("^学工号、姓名")).fill(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if "q=" in page.url:  # several of that name
        visitor.look()
        page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_clerk_finds_by_pinyin_and_resets_at_the_counter(size: str, campus: Campus, visit: Visit) -> None:
    person, tie = somebody(campus, 0 if size == "desk" else 1)
    clerk = enter(campus, visit, "administrator", size)
    open_account(clerk, campus, pinyin_of(person.name).replace(" ", ""), person.name)
    clerk.look()
    open_account(clerk, campus, tie.campus_no, person.name)

    page = clerk.page
    page.get_by_role("link", name="柜台重置").click()
    clerk.look()
    page.get_by_label("证件号后六位").fill("000000")
    page.get_by_label(re.compile("^本人在场")).check()
    page.get_by_role("button", name="核对无误，重置").click()
    expect(page.get_by_text("证件号与登记的不一致")).to_be_visible()
    clerk.faults.clear()  # the browser complains of the 422 that was meant
    page.get_by_label("证件号后六位").fill(person.document_number[-6:])
    page.get_by_label(re.compile("^本人在场")).check()
    page.get_by_role("button", name="核对无误，重置").click()
    code = page.get_by_test_id("code").inner_text()
    clerk.look()

    owner = visit("phone")
    owner.sign_in(campus.url, tie.campus_no, code)
    expect(owner.page).to_have_url(re.compile("/setup"))


def test_many_are_suspended_after_a_look_at_who_they_are(campus: Campus, visit: Visit) -> None:
    (first, one), (_second, other) = somebody(campus, 2), somebody(campus, 3)
    clerk = enter(campus, visit, "administrator")
    page = clerk.page
    page.goto(f"{campus.url}/identity/bulk")
    clerk.look()
    page.get_by_label("办理事项").select_option("suspend")
    page.get_by_label("学工号名单").fill(
        f"学号\n{one.campus_no}\n{other.campus_no}\n00000000000\n{CAST['administrator'].campus_no}"
    )
    page.get_by_label("原因", exact=True).fill("走读清查")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("link", name=first.name, exact=True)).to_be_visible()
    clerk.look()
    page.get_by_role("link", name="跳过").click()
    expect(page.get_by_text("没有这个账号")).to_be_visible()
    expect(page.get_by_text("不能对自己办理")).to_be_visible()
    page.get_by_role("button", name="确认：停用 2 个账号").click()
    expect(page.get_by_text("已办理 2 个账号。")).to_be_visible()
    page.get_by_role("link", name="看结果").click()
    expect(page.get_by_role("cell", name="已办理")).to_have_count(2)

    open_account(clerk, campus, one.campus_no, first.name)
    expect(page.get_by_text("人工停用")).to_be_visible()
    page.get_by_role("button", name="恢复账号…").click()
    clerk.look()
    page.get_by_role("dialog").get_by_label("原因").fill("核实无误")
    page.get_by_role("dialog").get_by_role("button", name="恢复", exact=True).click()
    expect(page.get_by_text("已恢复。")).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_an_auditor_reads_and_verifies_and_cannot_act(size: str, campus: Campus, visit: Visit) -> None:
    auditor = enter(campus, visit, "auditor", size)
    page = auditor.page
    for place in ("audit", "audit/roots", "sign-ins", "sign-ins?first=2026-01-01&kind=refused", "roles"):
        page.goto(f"{campus.url}/identity/{place}")
        auditor.look()
    page.goto(f"{campus.url}/identity/audit")
    page.get_by_role("button", name="核验全部").click()
    expect(page.get_by_text("与封印一致")).to_be_visible()
    for shut in ("accounts", "bulk"):
        assert page.request.get(f"{campus.url}/identity/{shut}").status == 404


def test_the_security_administrator_grants_a_role(campus: Campus, visit: Visit) -> None:
    person, tie = somebody(campus, 4)
    guard = enter(campus, visit, "security")
    open_account(guard, campus, tie.campus_no, person.name)
    page = guard.page
    page.get_by_text("授予角色", exact=True).click()
    page.get_by_role("combobox", name="角色").select_option("datahub.steward")
    page.locator("details").get_by_label("原因", exact=True).fill("勤工助学")
    guard.look()
    page.get_by_role("button", name="授予", exact=True).click()
    expect(page.get_by_text("角色已授予。")).to_be_visible()
    page.get_by_role("button", name="收回").click()
    expect(page.get_by_text("角色已收回。")).to_be_visible()


def test_no_line_of_the_samples_audit_log_shows_a_word_of_the_program(campus: Campus) -> None:
    said = campus.nanhu("shell", "-v", "0", "-c", LINES).stdout.partition("LINES\n")[2]
    lines = [json.loads(line) for line in said.splitlines()]
    assert len({action for action, _facts in lines}) > 30
    assert {one for action, facts in lines for one in unsaid(action, facts)} == set()
