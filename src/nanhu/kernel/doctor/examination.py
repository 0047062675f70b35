"""Runs the checks; one that breaks is a finding too, and never stops the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import ProgrammingError
from django.utils.translation import gettext as _

from nanhu.kernel.doctor.checks.database import KEY as DATABASE
from nanhu.kernel.registry import Check, CheckResult, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    key: str
    title: str
    result: CheckResult


def examine(checks: Iterable[Check], *, without_database: frozenset[str]) -> Iterator[Finding]:
    """In the register's order. When the database does not answer, only the checks that can do without it are run:
    each of the others would wait for it and say the same."""
    is_database_well = True
    for check in checks:
        if is_database_well or check.key in without_database:
            result = _run(check)
        else:
            result = CheckResult(verdict=Verdict.WARN, message=_("数据库连不上，没有检查。"))
        if check.key == DATABASE and result.verdict == Verdict.FAIL:
            is_database_well = False
        yield Finding(check.key, str(check.title), result)


def _run(check: Check) -> CheckResult:
    try:
        return check.run()
    except ProgrammingError as problem:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("数据库里缺少程序需要的表：{problem}").format(problem=str(problem).splitlines()[0]),
            remedy=_("先运行 nanhu migrate。"),
        )
    except Exception as problem:  # noqa: BLE001 - whatever breaks a check is what the operator wants to read
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("检查本身出错：{problem}").format(problem=f"{type(problem).__name__}: {problem}"),
            remedy=_("请看日志；如果数据库和设置都正常，这是程序的缺陷，请报告。"),
        )
