"""Papers of a count: what was found of each thing (盘点表), and what is too little or too much (盘盈盘亏表)."""

from django.conf import settings
from django.utils.translation import override

from nanhu.systems.assets.counting import queries
from nanhu.systems.assets.counting.models import StockTake
from nanhu.systems.assets.printing import MOST_ROWS, Facts, Pair, paper, sheet, yuan

COUNT, GAPS = paper("count_sheet", "固定资产盘点表"), paper("gap_sheet", "固定资产盘盈盘亏表")


def head_of(take: StockTake) -> list[Pair]:
    figures = queries.figures_of(take)
    return [
        ("盘点", take.title),
        ("单位", take.unit.name if take.unit else "全校"),
        ("期限", f"{take.starts_on} – {take.ends_on}"),
        ("状态", take.get_state_display()),
        ("应盘", figures["booked"]),
        *((words, figures[one]) for one, words in queries.VERDICTS.items()),
        ("未证实", figures["unproven"]),
    ]


@override(settings.LANGUAGE_CODE)
def count_facts(take: StockTake) -> Facts:
    rows = [
        (
            one["number"],
            one["name"],
            one["booked"],
            one["seen"],
            queries.VERDICTS[one["verdict"]],
            "是" if one["is_proven"] else "否",
        )
        for one in queries.verdicts_of(take, without="seen_twice", most=MOST_ROWS + 1)
    ]
    return sheet(head_of(take), "资产编号 名称* 账上地点 见到的地点 结论 证实", rows, "盘点人 监盘人 单位（盖章）")


@override(settings.LANGUAGE_CODE)
def gap_facts(take: StockTake) -> Facts:
    """Not seen is too little, an unknown number too much."""
    words = {"not_seen": "盘亏", "unknown": "盘盈"}
    rows = [
        (words[verdict], one["number"], one["name"], one["booked"], one["seen"], yuan(one["value_fen"]))
        for verdict in words
        for one in queries.verdicts_of(take, verdict=verdict, most=MOST_ROWS + 1)
    ]
    return sheet(head_of(take), "盘亏或盘盈 资产编号 名称* 账上地点 见到的地点 账面原值#", rows, "盘点人 国资处 财务处")
