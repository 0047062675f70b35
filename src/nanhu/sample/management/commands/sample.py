"""`nanhu sample`: write the sample campus's files."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel.clock import campus_today
from nanhu.sample.generate import DEFAULT_PEOPLE, DEFAULT_SEED, FULL_PEOPLE, generate
from nanhu.sample.rosters import rosters as make_rosters
from nanhu.sample.rosters import write_rosters

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "生成示例校园的各部门文件与真值（同一种子，同样的字节）"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="输出目录")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument("--people", type=int, default=None, help=f"人数，默认 {DEFAULT_PEOPLE}")
        parser.add_argument("--full", action="store_true", help=f"{FULL_PEOPLE} 人，与 SCALE=full 相同")
        parser.add_argument(
            "--rosters", action="store_true", help="另写 rosters.jsonl：知道谁是谁的行，用来训练和检验匹配"
        )
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="以哪一天为今天，默认今天")

    def handle(
        self,
        *_args: Any,
        out: Path,
        seed: int,
        people: int | None,
        full: bool,
        today: date | None,
        rosters: bool = False,
        **_options: Any,
    ) -> None:
        is_full = full or os.environ.get("SCALE") == "full"
        count = people if people is not None else FULL_PEOPLE if is_full else DEFAULT_PEOPLE
        if count < 1:
            raise CommandError("--people 必须大于零")
        files = generate(seed=seed, people=count, out_dir=out, today=today or campus_today(), report=self._report)
        if rosters:
            write_rosters(out / "rosters.jsonl", make_rosters(seed=seed, people=count, today=today or campus_today()))
        for name, rows in files.rows.items():
            self.stdout.write(f"{name}: {rows}")
        self.stdout.write(f"{files.truth}: {files.golden} 人, {files.rejects} 行应退回")

    def _report(self, done: int, total: int, what: str) -> None:
        self.stdout.write(f"[{done}/{total}] {what}")
