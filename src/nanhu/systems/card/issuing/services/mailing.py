"""The office's mailbox (ecard@…): a unit's form and photos become a draft with its faults, and the answer goes by mail.

A sender's address proves nothing, so a mail makes no more than a draft: the agent submits it and the leader approves it
on the page, signed in. Answers go only to an address that stands in the record of an agent, and name no numbers.
"""

import hashlib
from pathlib import Path

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database import away
from nanhu.kernel.delivery.mails import send_mail
from nanhu.kernel.errors import CampusError
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import mails, sheets
from nanhu.systems.card.issuing.errors import MailRefusedError
from nanhu.systems.card.issuing.layout import CLASS_NAMES, COLUMNS
from nanhu.systems.card.issuing.models import CardOrder, IncomingMail, UnitDelegate
from nanhu.systems.card.issuing.services import orders, photos

logger = structlog.get_logger()
Outcome = IncomingMail.Outcome
MOST_AT_ONCE = 50
MOST_FAULTS = 60
HEAD = 64 * 1024
NOBODY = mails.Letter(sender="", subject="")
LABELS = {column.key: column.header for column in COLUMNS}


def mailbox() -> Path:
    """A Maildir: any mail server or fetcher puts mails into `new`; what was read lies in `cur`."""
    return configuration().data_dir / "card-mail"


def read_mailbox() -> int:
    """How many mails were taken in. May run twice, and be killed anywhere."""
    box = mailbox()
    private_folder(box)
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(exist_ok=True)
    waiting = sorted(path for path in (box / "new").iterdir() if path.is_file())[:MOST_AT_ONCE]
    for path in waiting:
        read_one(path)
        path.replace(box / "cur" / path.name)
    return len(waiting)


def read_one(path: Path) -> IncomingMail | None:
    """A mail that this program cannot work through is kept with that, and the next ones are read all the same."""
    try:
        return take_in(path.read_bytes()) if path.stat().st_size <= mails.LARGEST else lay_aside(path)
    except Exception as error:
        if away.is_away_by(error):
            raise
        logger.exception("mail_not_worked_through", file=path.name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return keep(digest, NOBODY, Outcome.REFUSED, why=_("处理这封邮件时程序出错，已记入日志；请信息中心查看。"))


def take_in(content: bytes) -> IncomingMail | None:
    """The mail, what became of it and the answer, in one transaction; None for what was read before."""
    digest = hashlib.sha256(content).hexdigest()
    if IncomingMail.objects.filter(digest=digest).exists():
        return None
    letter = mails.read(content)
    if letter is None:
        why = _("不是一封能读的邮件，或者没有发件人。") if content.strip() else _("邮件是空的。")
        return keep(digest, NOBODY, Outcome.REFUSED, why=why)
    with transaction.atomic():
        agent = agent_at(letter.sender)
        if agent is None or letter.is_automatic:
            return keep(digest, letter, Outcome.STRANGER)
        try:
            with transaction.atomic():
                order, matched = draft(agent, letter)
        except CampusError as refused:
            answer(letter, agent, refused.message)
            return keep(digest, letter, Outcome.REFUSED, why=refused.message)
        answer(letter, agent, answer_text(order, matched))
        return keep(digest, letter, Outcome.ORDERED, order=order)


def lay_aside(path: Path) -> IncomingMail | None:
    """Too large to be read: its head says from whom it is."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        letter = mails.read(file.read(HEAD)) or NOBODY
    if IncomingMail.objects.filter(digest=digest).exists():
        return None
    why = _("邮件超过 %d MB，没有读。") % (mails.LARGEST // MEGABYTE)
    with transaction.atomic():
        agent = agent_at(letter.sender) if letter.sender else None
        if agent is not None and not letter.is_automatic:
            answer(letter, agent, why)
        return keep(digest, letter, Outcome.REFUSED, why=why)


def keep(
    digest: str, letter: mails.Letter, outcome: str, *, why: str = "", order: CardOrder | None = None
) -> IncomingMail:
    return IncomingMail.objects.create(
        digest=digest, sender=letter.sender, subject=letter.subject, outcome=outcome, why=why, order=order
    )


def agent_at(address: str) -> UnitDelegate | None:
    """The agent of a unit in whose record this address stands; nobody where two share it."""
    agents = list(UnitDelegate.objects.filter(role=UnitDelegate.Role.AGENT, ended_at=None).order_by("id"))
    persons = people.person_cards({one.person_id for one in agents})
    found = [one for one in agents if persons[one.person_id].email.lower() == address]
    return found[0] if len({one.person_id for one in found}) == 1 else None


def draft(agent: UnitDelegate, letter: mails.Letter) -> tuple[CardOrder, photos.Matched | None]:
    account = identity.account_of(agent.person_id)
    if account is None:
        raise MailRefusedError(why=_("您还没有校园账号。"))
    if len(letter.sheets) != 1 or len(letter.archives) > 1:
        raise MailRefusedError(why=_("一封邮件要有一份 .xlsx 汇总表，照片打成一个 .zip。"))
    [sheet] = letter.sheets
    rows, card_class = sheets.rows_of(sheets.read(sheet)), sheets.class_of(sheet)
    by = Actor(account_id=account.pk, name=people.person_cards([agent.person_id])[agent.person_id].name)
    title = _("%(unit)s %(what)s批量（邮件）") % {"unit": agent.unit_name, "what": CLASS_NAMES[card_class]}
    order = orders.open_order(
        by=by,
        card_class=card_class,
        title=title,
        unit=orders.Unit(code=agent.unit_code, name=agent.unit_name),
        source=CardOrder.Source.MAIL,
        rows=rows,
    )
    audit.record(by=by, action="card.order_by_mail", target=f"card_order:{order.number}", facts={"from": letter.sender})
    return order, photos.add_archive(by=by, order=order, content=letter.archives[0]) if letter.archives else None


def answer(letter: mails.Letter, agent: UnitDelegate, text: str) -> None:
    person = people.person_cards([agent.person_id])[agent.person_id]
    whole = "\n\n".join((_("%s您好：") % person.name, text, _("校园卡管理办公室")))
    send_mail(email=person.email, subject=_("回复：%s") % letter.subject, text=whole)


def answer_text(order: CardOrder, matched: photos.Matched | None) -> str:
    """What was understood, what is wrong line by line, where to go on."""
    rows = list(order.rows.order_by("line"))
    wrong = [row for row in rows if row.errors]
    lines = [
        _("收到“%(title)s”，制卡单号 %(number)s，%(count)d 人。")
        % {"title": order.title, "number": order.number, "count": len(rows)}
    ]
    lines += [
        _("第 %(line)d 行：%(what)s")
        % {"line": row.line, "what": "；".join(f"{LABELS[key]} {why}" for key, why in row.errors.items())}
        for row in wrong[:MOST_FAULTS]
    ]
    lines += photo_lines(matched)
    lines.append(_("还有 %d 行有错，请在网上改好。") % len(wrong) if wrong else _("名单没有错。"))
    address = configuration().public_url + reverse("card:issuing:order", args=[order.public_id])
    lines.append(_("请登录后提交，由领导在网上审批（不用再交盖章的纸质表）：%s") % address)
    return "\n".join(lines)


def photo_lines(matched: photos.Matched | None) -> list[str]:
    if matched is None:
        return [_("没有收到照片压缩包。")]
    lines = [_("照片已匹配 %d 张。") % len(matched.matched)]
    groups = (
        (_("重复，未使用：%s"), matched.doubles),
        (_("未匹配到人员：%s"), matched.unknown),
        (_("还缺照片：%s"), matched.missing),
    )
    lines += [text % "、".join(names[:MOST_FAULTS]) for text, names in groups if names]
    return lines + [f"{name}: {why}" for name, why in matched.wrong[:MOST_FAULTS]]
