"""组织机构: the list of units, kept by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample import units
from nanhu.sample.dirt import FULL_WIDTH
from nanhu.sample.rows import Claim, Layout, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.rows import Cell
    from nanhu.sample.units import Unit

LAYOUT = Layout(
    file_name="组织机构.csv",
    header=("机构代码", "机构名称", "简称", "上级机构代码", "机构类型", "备注"),
    campus_no="机构代码",
    name="机构名称",
    phone="",
)


def sheet(classes: Iterable[Unit], dirt: Dirt) -> Sheet:
    rows = [_write(unit, dirt) for unit in all_units(classes)]
    library = next(place for place, row in enumerate(rows) if row.campus_no == "1031")
    rows.insert(library + 5, _write(units.unit_names()["1031"], dirt))
    lost = UNIT_WITHOUT_PARENT
    rows.append(Row(_cells(lost), None, Claim(), campus_no=lost.code, fault="unit_unknown"))
    return Sheet(LAYOUT, rows)


def all_units(classes: Iterable[Unit]) -> list[Unit]:
    listed = list(units.unit_names().values())
    return [*listed, *classes]


UNIT_WITHOUT_PARENT = units.Unit("3901", "第三方实训基地", "实训基地", "39", "专业")


def _cells(unit: Unit) -> dict[str, Cell]:
    return {
        "机构代码": unit.code,
        "机构名称": unit.name,
        "简称": unit.short_name,
        "上级机构代码": unit.parent,
        "机构类型": unit.kind,
        "备注": "",
    }


def _write(unit: Unit, dirt: Dirt) -> Row:
    cells = _cells(unit)
    cells |= {
        "机构代码": f"{unit.code} " if dirt.happens("spaces_around") else unit.code,
        "上级机构代码": unit.parent.translate(FULL_WIDTH) if dirt.happens("full_width") else unit.parent,
        "机构名称": dirt.text(unit.name),
    }
    return Row(cells, None, Claim(), campus_no=unit.code)
