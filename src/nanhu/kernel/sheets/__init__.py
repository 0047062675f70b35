"""Sheets (电子表格) that offices hand in and take out: one reader, one writer, one guard, whichever room's they are.

A room declares its form, `Sheet(Column("campus_no", "学工号", needed=True), Column("amount", "金额（元）", kind=yuan), most=20_000)`, and
gets its template, its lines as typed and as meant, and what is wrong by line and column. Whatever is written for a spreadsheet
goes by `writing`, where no cell runs as a formula; whatever is opened has passed `guard`.
"""

from nanhu.kernel.sheets.checking import checked
from nanhu.kernel.sheets.declared import Checked, Column, Fault, Line, Lines, Sheet
from nanhu.kernel.sheets.errors import FaultyRowsError, FileRefusedError
from nanhu.kernel.sheets.kinds import campus_no, choice, day, moment, month, phrase, yuan

__all__ = [
    "Checked",
    "Column",
    "Fault",
    "FaultyRowsError",
    "FileRefusedError",
    "Line",
    "Lines",
    "Sheet",
    "campus_no",
    "checked",
    "choice",
    "day",
    "moment",
    "month",
    "phrase",
    "yuan",
]
