"""ecard@…: a unit's form and photos by mail become a draft with its faults; the leader's yes on the page is the seal."""

from email.message import EmailMessage

import pytest
from django.db import OperationalError

from nanhu.kernel.models import AuditEntry, MailMessage
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.jobs import read_mailbox
from nanhu.systems.card.issuing.models import CardOrder, IncomingMail, UnitDelegate
from nanhu.systems.card.issuing.services import mailing
from nanhu.systems.card.issuing.services.delegating import relieve
from nanhu.systems.card.issuing.tests.conftest import (
    DESK,
    archive,
    at,
    document_of,
    filled,
    last_day,
    line,
    look,
    newest,
    teacher_rows,
)
from nanhu.systems.card.tests.conftest import ORIGIN, SYSTEM, queries_of

AGENT = "chenzhiyuan@hnist.edu.cn"
LEADER = "heping@hnist.edu.cn"


@pytest.fixture
def mailbox(campus, monkeypatch, tmp_path):
    """The office's Maildir, and the agent's address in the golden record."""
    monkeypatch.setattr(mailing, "mailbox", lambda: tmp_path / "card-mail")
    record = people.PersonRecord(key="teacher", person_id=campus.persons["teacher"], email=AGENT)
    people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN)
    read_mailbox()
    return tmp_path / "card-mail"


def letter(
    campus, rows, *photos: str, sender: str = AGENT, card_class: str = "teacher", forms: int = 1, **headers: str
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"陈志远 <{sender}>", "ecard@hnist.edu.cn"
    message["Subject"], message["Message-ID"] = "计算机学院批量办卡", "<one@hnist.edu.cn>"
    for name, text in headers.items():
        message[name.replace("_", "-")] = text
    message.set_content("材料见附件，谢谢。")
    for _form in range(forms if rows else 0):
        template = campus.client("teacher").get(f"{DESK}template/{card_class}.xlsx").content
        message.add_attachment(
            filled(template, rows).read(),
            maintype="application",
            subtype="octet-stream",
            filename="批量办理汇总表.xlsx",
        )
    if photos:
        message.add_attachment(archive(*photos).read(), maintype="application", subtype="zip", filename="照片.zip")
    return message.as_bytes()


def arrive(mailbox, content: bytes, name: str = "1764000000.M1.hnist") -> int:
    (mailbox / "new" / name).write_bytes(content)
    return read_mailbox()


def last_answer() -> str:
    return MailMessage.objects.latest("id").text


@pytest.mark.capability("A111.1", "A111.2")
def test_form_and_photos_by_mail_become_a_draft_that_the_leader_approves_on_line(campus, mailbox):
    good, other = teacher_rows()
    wrong = line("许知", good[1], document_of("second_teacher")[:17] + "0", "教授", phone="123")
    assert arrive(mailbox, letter(campus, [wrong, other], "0020260002.jpg", "路人.jpg")) == 1
    order = newest()
    assert (order.state, order.source, order.unit_code, order.requester_name) == ("draft", "mail", "12", "陈志远")
    assert AuditEntry.objects.get(action="card.order_by_mail").facts == {"from": AGENT}
    sent = MailMessage.objects.latest("id")
    assert sent.email == AGENT
    for words in (
        order.number,
        "第 1 行",
        "校验位不对",
        "照片已匹配 1 张",
        "未匹配到人员：路人.jpg",
        "还缺照片：许知",
        str(order.public_id),
    ):
        assert words in sent.text
    assert document_of("new_teacher")[:17] not in sent.text, "no number goes out by mail"

    agent, leader = campus.client("teacher"), campus.client("second_clerk")
    assert agent.post(at(order, "submit/")).status_code == 409, "faults first"
    mended = dict(
        zip(
            (
                "name",
                "campus_no",
                "sex",
                "document_kind",
                "document",
                "unit",
                "category",
                "photo_name",
                "phone",
                "collector",
            ),
            good,
            strict=False,
        )
    )
    assert agent.post(at(order, "rows/1/"), mended).status_code == 302
    agent.post(at(order, "photos/"), {"archive": archive("0020260001.jpg")})
    assert agent.post(at(order, "submit/")).status_code == 302
    for part in ("teacher", "clerk"):
        assert campus.client(part).post(at(order, "approve/")).status_code == 409
    assert leader.post(at(order, "approve/")).status_code == 302
    shown = campus.client("clerk").get(at(order)).content.decode()
    assert "何平" in shown
    look(campus, order)
    assert campus.client("clerk").post(at(order, "accept/")).status_code == 302
    assert order.title in campus.client("clerk").get(f"{DESK}mail/").content.decode()


@pytest.mark.capability("A111.2")
def test_a_mail_read_twice_is_one_order(campus, mailbox):
    content = letter(campus, teacher_rows())
    arrive(mailbox, content)
    arrive(mailbox, content, "1764000009.M2.hnist")
    assert CardOrder.objects.count() == IncomingMail.objects.count() == MailMessage.objects.count() == 1
    assert not list((mailbox / "new").iterdir())


@pytest.mark.capability("A111.2")
@pytest.mark.parametrize(
    "given",
    [{"sender": "stranger@qq.com"}, {"sender": LEADER}, {"Auto_Submitted": "auto-replied"}, {"is_relieved": True}],
    ids=["stranger", "no agent", "a machine", "an agent no more"],
)
def test_who_is_no_agent_gets_neither_order_nor_answer(campus, mailbox, given):
    """The unit's leader is none either; whoever was relieved is one no more."""
    leader = people.PersonRecord(key="leader", person_id=campus.persons["second_clerk"], email=LEADER)
    people.apply_records(by=SYSTEM, records=[leader], origin=ORIGIN)
    content = letter(campus, teacher_rows(), **{name: said for name, said in given.items() if name != "is_relieved"})
    if "is_relieved" in given:
        relieve(by=SYSTEM, delegate_id=UnitDelegate.objects.get(role="agent").pk, reason="调离")
    arrive(mailbox, content)
    assert IncomingMail.objects.get().outcome == "stranger"
    assert not CardOrder.objects.exists()
    assert not MailMessage.objects.exists()


@pytest.mark.capability("A111.2")
def test_an_address_that_two_agents_have_is_neithers(campus, mailbox):
    """Whose mail it is nobody can tell; the order would bear the name of the first."""
    other = people.PersonRecord(key="guest", person_id=campus.persons["guest"], email=AGENT)
    people.apply_records(by=SYSTEM, records=[other], origin=ORIGIN)
    UnitDelegate.objects.create(
        unit_code="13", unit_name="外国语学院", person_id=campus.persons["guest"], role="agent", named_by_name="测试"
    )
    arrive(mailbox, letter(campus, teacher_rows()))
    assert IncomingMail.objects.get().outcome == "stranger"
    assert not CardOrder.objects.exists()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda campus: letter(campus, []), "一封邮件要有一份 .xlsx"),
        (lambda campus: letter(campus, teacher_rows(), forms=2), "一封邮件要有一份 .xlsx"),
        (lambda campus: letter(campus, teacher_rows()).replace(b"UEsDBB", b"AAAAAA"), "请用下载的模板"),
    ],
    ids=["no form", "two forms", "broken form"],
)
@pytest.mark.capability("A111.2")
def test_what_is_no_form_goes_back_with_the_reason(campus, mailbox, make, why):
    arrive(mailbox, make(campus))
    assert IncomingMail.objects.get().outcome == "refused"
    assert why in last_answer()
    assert not CardOrder.objects.exists()
    assert why in campus.client("clerk").get(f"{DESK}mail/").content.decode()


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "邮件是空的"), (b"\0\xff garbage", "不是一封能读的邮件"), (b"From: nobody\n\nx", "没有发件人")],
)
def test_garbage_is_laid_aside_and_the_list_says_why(campus, mailbox, content, why):
    for name in ("1764000000.M1.hnist", "1764000001.M1.hnist"):
        assert arrive(mailbox, content, name) == 1
    assert IncomingMail.objects.get().outcome == "refused"
    assert not list((mailbox / "new").iterdir())
    assert not MailMessage.objects.exists()
    assert why in campus.client("clerk").get(f"{DESK}mail/").content.decode()


def test_a_mail_above_the_bound_is_not_read_and_its_agent_is_told(campus, mailbox, monkeypatch):
    content = letter(campus, teacher_rows())
    monkeypatch.setattr(mailing.mails, "LARGEST", len(content) - 1)
    monkeypatch.setattr(mailing, "MEGABYTE", len(content) - 1)
    arrive(mailbox, content)
    kept = IncomingMail.objects.get()
    assert (kept.outcome, kept.sender, kept.subject) == ("refused", AGENT, "计算机学院批量办卡")
    assert "超过 1 MB" in last_answer()
    assert "超过 1 MB" in campus.client("clerk").get(f"{DESK}mail/").content.decode()
    assert not CardOrder.objects.exists()


def test_each_form_says_its_class(campus, mailbox):
    row = line("访者", "", document_of("new_teacher"), "访问", until=last_day(), photo="访者.jpg")
    arrive(mailbox, letter(campus, [row], card_class="ordinary"))
    assert newest().card_class == "ordinary"


def test_the_list_of_mails_is_the_offices_and_asks_little(campus, mailbox):
    arrive(mailbox, letter(campus, teacher_rows()))
    assert campus.client("teacher").get(f"{DESK}mail/").status_code == 404
    assert queries_of(campus.client("clerk"), f"{DESK}mail/") <= 12


def test_a_mail_that_breaks_the_program_is_kept_as_such_and_the_next_is_read(campus, mailbox, monkeypatch):
    read = mailing.mails.read

    def breaks(content):
        if b"poison" in content:
            raise RecursionError
        return read(content)

    monkeypatch.setattr(mailing.mails, "read", breaks)
    (mailbox / "new" / "1").write_bytes(b"poison")
    assert arrive(mailbox, letter(campus, teacher_rows()), name="2") == 2
    assert sorted(IncomingMail.objects.values_list("outcome", flat=True)) == ["ordered", "refused"]
    assert "程序出错" in IncomingMail.objects.get(outcome="refused").why
    assert not list((mailbox / "new").iterdir())


def test_mails_wait_while_the_database_is_away(campus, mailbox, monkeypatch):
    def gone(_content):
        raise OperationalError

    monkeypatch.setattr(mailing, "take_in", gone)
    with pytest.raises(OperationalError):
        arrive(mailbox, b"From: x@y")
    assert len(list((mailbox / "new").iterdir())) == 1
