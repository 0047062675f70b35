"""Papers of assets (固定资产卡片、验收入库单、调拨单、处置申请表、折旧表; those of a count are in `counting.printing`): one template, each its own
facts, in Chinese, with a number and a code by which anyone may ask whether the paper is ours."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.kit.people import person_lines
from nanhu.kernel.money import format_yuan
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.printing import services as printing
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.registry import Text, Viewer
from nanhu.kernel.throttle import Gate, Limit, admit
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import actor, term
from nanhu.systems.assets.errors import TooLongForPaperError
from nanhu.systems.assets.facts import events_of, facts_of
from nanhu.systems.assets.models import Asset, Depreciation, Disposal, Receipt, Transfer
from nanhu.systems.assets.policies import FINANCE, OFFICE
from nanhu.systems.assets.services.depreciating import accumulated_fen

NUMBERS: Final = Series(key="assets.paper", pattern="GZ{year}-{n:06}-{check}", gapless=False)
PRINTS: Final = Limit("print_assets", free=100, cap=3600, memory=timedelta(days=1))
MOST_ROWS: Final = 2_000
type Facts = Mapping[str, Any]
type Pair = tuple[Text, Any]


def may_open(viewer: Viewer, document: PrintedDocument) -> bool:
    """The office, finance, and whoever printed it."""
    return bool(viewer.roles & {OFFICE, FINANCE}) or (
        document.holder_id is not None and viewer.person_id == document.holder_id
    )


def sheet(head: Iterable[Pair], columns: str = "", rows: Iterable[Sequence[Any]] = (), signs: str = "") -> Facts:
    """`columns`, `signs`: their words, with blanks between; "*" behind a column gives it the width that is left, "#" sets figures right."""
    lines = [[said(cell) for cell in row] for row in islice(rows, MOST_ROWS + 1)]
    if len(lines) > MOST_ROWS:
        raise TooLongForPaperError(most=MOST_ROWS)
    return {
        "head": [{"label": said(label), "value": said(value)} for label, value in head],
        "columns": [
            {"label": word.rstrip("*#"), "wide": word.endswith("*"), "number": word.endswith("#")}
            for word in columns.split()
        ],
        "rows": lines,
        "signs": signs.split(),
    }


def said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{campus_time(value):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def sample() -> Facts:
    head = [("资产编号", "2026-A02-000123-7"), ("领用人", "镕喆堃昇旻赟䶮㛃𬭎"), ("账面原值", "¥ 6,999.00")]
    rows = [("2026-A02-000123-7", "台式计算机", "启天 M455", "一号楼 101", "¥ 6,999.00")] * 60
    return sheet(head, "资产编号 名称* 规格型号 地点 原值#", rows, "经办人 审核人 单位（盖章）")


def paper(key: str, name: str) -> Paper:
    made = Paper(
        key=f"assets.{key}",
        name=name,
        template=Path(__file__).parent / "printed" / "things.typ",
        sample=sample,
        series=NUMBERS,
        retention=Retention(name="十年", days=3660),
        may_open=may_open,
    )
    papers.add(made)
    return made


CARD, RECEIPT = paper("card", "固定资产卡片"), paper("receipt_sheet", "固定资产验收入库单")
TRANSFER, DISPOSAL = paper("transfer_sheet", "固定资产调拨单"), paper("disposal_sheet", "固定资产处置申请表")
MONTH = paper("month_sheet", "固定资产折旧表")


@override(settings.LANGUAGE_CODE)
def print_sheet(*, by: Actor, person_id: int | None, paper: Paper, facts: Callable[[], Facts]) -> PrintedDocument:
    """So many a day are free: each is kept. Nobody who printed too many has the facts gathered."""
    admit([Gate(PRINTS, f"account:{by.account_id}")])
    holder = printing.Holder(person_id=person_id, name=by.name)
    return printing.issue(by=by, paper=paper, facts=facts(), holder=holder)


@override(settings.LANGUAGE_CODE)
def card_facts(asset: Asset) -> Facts:
    head = [("资产编号", asset.number), ("名称", asset.name), ("状态", asset.get_state_display()), *facts_of(asset)]
    rows = [(one.at, one.what, actor(one.who), one.words) for one in events_of(asset)]
    return sheet(head, "时间 事项 经办 说明*", rows, "领用人 资产员 单位（盖章）")


@override(settings.LANGUAGE_CODE)
def receipt_facts(receipt: Receipt) -> Facts:
    """Of what both inspectors signed: the paper says that it is in stock."""
    if receipt.state != Receipt.State.RECEIVED:
        raise WrongStateError(what=Receipt.what, state=receipt.get_state_display())
    persons = person_lines([receipt.buyer_id, receipt.first_inspector_id, receipt.second_inspector_id])
    names = {key: f"{one.name} {one.number}" for key, one in persons.items()}
    head = [
        ("验收单号", receipt.number),
        ("采购内容", receipt.title),
        ("入库单位", receipt.unit.name),
        ("取得方式", receipt.get_acquired_display()),
        ("供应商", receipt.supplier),
        ("合同号", receipt.contract),
        ("发票", receipt.invoice),
        ("发票金额", format_yuan(receipt.invoice_fen)),
        ("经费项目", receipt.funds),
        ("采购经办人", names.get(receipt.buyer_id)),
        ("验收人一", f"{names.get(receipt.first_inspector_id)} {said(receipt.first_signed_at)}"),
        ("验收人二", f"{names.get(receipt.second_inspector_id)} {said(receipt.second_signed_at)}"),
    ]
    rows = [
        (
            term(one.classification.name),
            one.name,
            one.model,
            one.quantity,
            yuan(one.price_fen),
            yuan(one.price_fen * one.quantity),
        )
        for one in receipt.lines.select_related("classification")[: MOST_ROWS + 1]
    ]
    return sheet(head, "分类 名称* 规格型号 数量# 单价# 金额#", rows, "采购经办人 验收人 验收人 单位（盖章）")


def accepted(transfer: Transfer) -> str:
    if transfer.accepted_at is None:
        return ""
    return f"{transfer.accepted_by_name} {said(transfer.accepted_at)}" if transfer.accepted_by_id else "没有资产员"


@override(settings.LANGUAGE_CODE)
def transfer_facts(transfer: Transfer) -> Facts:
    thing, keeper = transfer.asset, person_lines([transfer.to_keeper_id]).get(transfer.to_keeper_id)
    head = [
        ("资产编号", thing.number),
        ("名称", thing.name),
        ("规格型号", thing.model),
        ("账面原值", yuan(thing.value_fen)),
        ("累计折旧", yuan(accumulated_fen(thing))),
        ("调出单位", transfer.from_unit.name),
        ("调入单位", transfer.to_unit.name),
        ("新领用人", f"{keeper.name} {keeper.number}" if keeper else ""),
        ("存放地点", transfer.to_room.name),
        ("原因", transfer.reason),
        ("对方单位", accepted(transfer)),
        *decided(transfer),
    ]
    return sheet(head, signs="调出单位（盖章） 调入单位（盖章） 国资处（盖章）")


@override(settings.LANGUAGE_CODE)
def disposal_facts(lot: Disposal) -> Facts:
    head = [
        ("名称", lot.title),
        ("处置单号", lot.number),
        ("处置方式", lot.get_kind_display()),
        ("原值合计", yuan(lot.value_fen)),
        ("审批层级", lot.get_level_display()),
        ("批件文号", lot.approval),
        ("技术鉴定意见", lot.appraisal),
        ("数据清除证明", lot.wiping),
        ("处置收入", yuan(lot.income_fen)),
        ("原因", lot.reason),
        *decided(lot),
    ]
    rows = [
        (
            one.asset.number,
            one.asset.name,
            one.asset.model,
            one.asset.put_into_use_on,
            yuan(one.value_fen),
            yuan(one.accumulated_fen),
        )
        for one in lot.lines.select_related("asset").order_by("asset__number")[: MOST_ROWS + 1]
    ]
    return sheet(head, "资产编号 名称* 规格型号 投入使用 原值# 累计折旧#", rows, "单位（盖章） 国资处 校领导")


def decided(case: Transfer | Disposal) -> list[Pair]:
    return [
        ("提出", f"{case.author_name} {said(case.created_at)}"),
        ("审批", f"{case.approver_name} {said(case.decided_at)}"),
        ("状态", case.state_word),
    ]


@override(settings.LANGUAGE_CODE)
def month_facts(month: date) -> Facts:
    """What was booked in a month and since January, class by class; `late` of it belongs to earlier months."""
    ours = Q(booked_in=month)
    found = (
        Depreciation.objects.filter(booked_in__gte=month.replace(month=1), booked_in__lte=month)
        .values_list("asset__classification__code", "asset__classification__name")
        .annotate(
            things=Count("asset", filter=ours, distinct=True),
            booked=Sum("fen", filter=ours, default=0),
            late=Sum("fen", filter=ours & Q(month__lt=month), default=0),
            year=Sum("fen"),
        )
        .order_by("asset__classification__code")
    )
    lines = list(found)
    rows = [
        (code, term(name), things, yuan(fen), yuan(late), yuan(year)) for code, name, things, fen, late, year in lines
    ]
    things, fen, late, year = (sum(line[place] for line in lines) for place in (2, 3, 4, 5))
    rows.append(("", "合计", things, yuan(fen), yuan(late), yuan(year)))
    return sheet(
        [("月份", dates.month_words(month))],
        "分类代码 分类* 件数# 本月折旧# 其中补记# 本年累计#",
        rows,
        "制表 复核 财务处（盖章）",
    )


def yuan(fen: int | None) -> str:
    return "" if fen is None else format_yuan(fen)
