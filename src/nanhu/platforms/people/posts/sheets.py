"""The list of posts that an office hands in."""

from typing import Final

from nanhu.kernel.folding import unspaced
from nanhu.kernel.sheets import Column, Sheet, campus_no, day

POSTS: Final = Sheet(
    Column("unit", "单位", also=("部门", "机构", "单位代码"), needed=True, width=24),
    Column("office", "岗位", also=("职务",), needed=True, width=14),
    Column("campus_no", "学工号", also=("工号", "学号"), kind=campus_no, read=unspaced, needed=True, width=16),
    Column("name", "姓名", width=12),
    Column("starts_on", "起始日期", also=("任职日期",), kind=day, needed=True, width=14),
    Column("ends_on", "截止日期", also=("离任日期",), kind=day, width=14),
    most=5_000,
    named_by=("unit", "office", "name"),
)
