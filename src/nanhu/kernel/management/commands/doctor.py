"""`nanhu doctor [--json] [--language en]`: is this deployment well? Exit code 1 when something has failed."""

import json
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.configuration import configuration
from nanhu.kernel.doctor.examination import Finding, examine
from nanhu.kernel.doctor.registrations import WITHOUT_DATABASE
from nanhu.kernel.registry import Verdict

SIGNS = {Verdict.OK: "✓", Verdict.WARN: "!", Verdict.FAIL: "✗"}


class Command(BaseCommand):
    help = "Examine this deployment: what is wrong, and how to mend it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default=_own_language())

    def handle(self, *_arguments: object, language: str, **options: Any) -> None:
        with translation.override(language):
            findings = []
            if not options["json"]:
                looked_at = _("样例校园") if configuration().demo else _("正式校园")
                self.stdout.write(
                    _("检查的是{campus}，数据目录 {folder}").format(campus=looked_at, folder=configuration().data_dir)
                )
            for finding in examine(registry.checks, without_database=WITHOUT_DATABASE):
                findings.append(finding)
                if not options["json"]:
                    self.show(finding)
            failed = sum(finding.result.verdict == Verdict.FAIL for finding in findings)
            warned = sum(finding.result.verdict == Verdict.WARN for finding in findings)
            if options["json"]:
                self.stdout.write(_as_json(findings))
            else:
                line = _("检查了 {count} 项：{failed} 项不合格，{warned} 项需要注意。")
                self.stdout.write("\n" + line.format(count=len(findings), failed=failed, warned=warned))
        if failed:
            sys.exit(1)

    def show(self, finding: Finding) -> None:
        style = {Verdict.OK: self.style.SUCCESS, Verdict.WARN: self.style.WARNING, Verdict.FAIL: self.style.ERROR}
        verdict = finding.result.verdict
        self.stdout.write(f"{style[verdict](SIGNS[verdict])} {finding.title}  {finding.result.message}")
        if finding.result.remedy:
            self.stdout.write(f"    → {finding.result.remedy}")


def _as_json(findings: list[Finding]) -> str:
    rows = [
        {
            "key": finding.key,
            "title": finding.title,
            "verdict": finding.result.verdict.value,
            "message": finding.result.message,
            "remedy": finding.result.remedy,
        }
        for finding in findings
    ]
    healthy = all(finding.result.verdict != Verdict.FAIL for finding in findings)
    return json.dumps({"healthy": healthy, "checks": rows}, ensure_ascii=False, indent=2)


def _own_language() -> str:
    """English where the operator's terminal is set to it, else the campus's language."""
    return "en" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("en") else settings.LANGUAGE_CODE
