"""`nanhu datahub import|batches|issues|replay|rollback|sources|lineage|train_matching|large_table|history`: the hub at the command line."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable  # noqa: TC003  (annotations of a command are read at run time)
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import start_progress
from nanhu.platforms.datahub.batches.rollback import preview_rollback, roll_back
from nanhu.platforms.datahub.errors import BatchNotFoundError
from nanhu.platforms.datahub.history.as_of import said_on
from nanhu.platforms.datahub.history.parquet import files_of_offices, follow
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.lineage.openlineage import ENDED, days_over, events_of, events_of_day
from nanhu.platforms.datahub.matching.training import Figures, lines_of, read_rows
from nanhu.platforms.datahub.models import Batch, Issue
from nanhu.platforms.datahub.sentences import sentence_of
from nanhu.platforms.datahub.services.console import ConsoleProgress
from nanhu.platforms.datahub.services.imports import import_file
from nanhu.platforms.datahub.services.matching_model import train_model
from nanhu.platforms.datahub.services.mending import replay
from nanhu.platforms.datahub.services.summary import summary_of
from nanhu.platforms.datahub.snapshots.taking import refuse_while_waiting, snapshots, take_snapshot
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.views.history import tell
from nanhu.platforms.datahub.warehouse.declared import declared
from nanhu.platforms.datahub.warehouse.engines import ENGINES
from nanhu.platforms.datahub.warehouse.places import place

LARGE_LINE: Final = "{stamp} {rows} +{created} ~{changed} -{removed} {file}"
BY: Final = Actor.system("datahub-command")
MOST_LINES: Final = 50


class Command(BaseCommand):
    help = "数据清洗：导入、批次、问题、重放、回退"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="导入一个文件")
        importing.add_argument("file", type=Path)
        importing.add_argument("--source", required=True, help="、".join(SOURCES))
        importing.add_argument("--dry-run", action="store_true", help="只试运行：说明会改什么，不写主数据")
        verbs.add_parser("sources", help="列出来源")
        verbs.add_parser("batches", help="列出批次")
        telling = verbs.add_parser("lineage", help="各批次的来龙去脉，OpenLineage，每行一个事件")
        telling.add_argument("--since", type=int, default=0, help="从这一批之后")
        training = verbs.add_parser("train_matching", help="训练匹配模型，报告成绩；不加 --use 什么都不改")
        training.add_argument("--rows", type=Path, help="不用本校交来的行，用这个文件（每行一个 JSON）")
        training.add_argument("--truth", type=Path, help="知道谁是谁的行，只用来打分（每行一个 JSON）")
        training.add_argument("--use", action="store_true", help="从此使用")
        large = verbs.add_parser("large_table", help="大表：接收一份快照；不给文件则列出各份")
        large.add_argument("key", help="数据目录里 warehouse/<key>/table.toml")
        large.add_argument("file", type=Path, nargs="?", help="CSV（UTF-8）或 Parquet")
        large.add_argument("--engine", choices=ENGINES, default="", help="不写就用约定里的")
        past = verbs.add_parser("history", help="历次文件：某天生效的文件怎么说；不给来源则把 Parquet 写齐")
        past.add_argument("--source", default="", help="、".join(files_of_offices()))
        past.add_argument(
            "--as-of", type=date.fromisoformat, default=None, help="到哪一天为止，如 2026-09-01；不写是今天"
        )
        past.add_argument("--number", default="", help="只看一个学工号或机构代码")
        past.add_argument("--most", type=int, default=MOST_LINES, help="最多几行")
        for verb, words in (
            ("issues", "列出一个批次的问题"),
            ("replay", "重放被拒绝的行"),
            ("rollback", "回退一个批次"),
        ):
            one = verbs.add_parser(verb, help=words)
            one.add_argument("batch", type=int)
            if verb == "rollback":
                one.add_argument("--yes", action="store_true", help="不只预览，真的回退")
                one.add_argument("--reason", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[dict[str, Any]], None]] = {
            "import": self.do_import,
            "sources": self.do_sources,
            "batches": self.do_batches,
            "issues": self.do_issues,
            "replay": self.do_replay,
            "rollback": self.do_rollback,
            "lineage": self.do_lineage,
            "train_matching": self.do_train_matching,
            "large_table": self.do_large_table,
            "history": self.do_history,
        }
        try:
            verbs[options["verb"]](options)
        except CampusError as expected:
            raise CommandError(expected.message) from expected

    def do_import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        spec = source(options["source"])
        if not path.is_file():
            raise CommandError(_("没有这个文件：%s") % path)
        title = _("导入 %s") % path.name
        with ConsoleProgress(
            start_progress(kind="datahub.import", title=title, total=0, by=BY), sys.stderr
        ) as progress:
            report = import_file(by=BY, path=path, source_key=spec.key, dry_run=options["dry_run"], progress=progress)
            progress.finish(summary_of(report))
        self.stdout.write(summary_of(report))
        for one in report.differences[:10]:
            self.stdout.write("  {campus_no} {name} {field}: {before} → {after}".format(**one))

    def do_sources(self, _options: dict[str, Any]) -> None:
        for spec in SOURCES.values():
            self.stdout.write(f"{spec.key:14} {spec.office} · {spec.title}")

    def do_batches(self, _options: dict[str, Any]) -> None:
        for batch in Batch.objects.order_by("-id")[:MOST_LINES]:
            rows = batch.counts.get("rows", 0)
            self.stdout.write(f"#{batch.id} {batch.source} {batch.get_state_display()} {rows} {batch.file_name}")

    def do_lineage(self, options: dict[str, Any]) -> None:
        ended = Batch.objects.filter(state__in=ENDED, is_dry_run=False, pk__gt=options["since"]).order_by("id")
        over = days_over().select_related("grant__vendor").order_by("id")
        told = map(events_of, ended.iterator(chunk_size=100))
        given = map(events_of_day, () if options["since"] else over.iterator(chunk_size=100))
        for event in chain.from_iterable(chain(told, given)):
            self.stdout.write(msgspec.json.encode(event).decode())

    def do_train_matching(self, options: dict[str, Any]) -> None:
        rows, truth = (read_rows(options[name]) if options[name] else None for name in ("rows", "truth"))
        done = train_model(by=BY, rows=rows, truth=truth, is_used=options["use"])
        self.stdout.write(_("用 %(rows)d 行训练成 %(path)s。") % {"rows": done.rows, "path": done.path})
        for title, figures in ((_("只按号码"), done.before), (_("加上模型"), done.after)):
            if figures is not None:
                self.stdout.write(f"{title}：{figures_line(figures)}")
        if done.decided:
            facts = {"decided": done.decided, "agreed": done.agreed}
            self.stdout.write(_("人工判断过 %(decided)d 对，模型同意 %(agreed)d 对。") % facts)
        if not options["use"]:
            self.stdout.write(_("没有启用。加 --use 启用。"))

    def do_large_table(self, options: dict[str, Any]) -> None:
        path: Path | None = options["file"]
        if path is None:
            for one in snapshots(declared(options["key"])):
                self.stdout.write(LARGE_LINE.format(file=one.file_name, **one.counts))
            return
        if not path.is_file():
            raise CommandError(_("没有这个文件：%s") % path)
        waiting = lru_cache(1)(self.stderr.write)  # said once
        with place(waits=waiting):
            made = take_snapshot(by=BY, key=options["key"], path=path, engine=options["engine"])
        refuse_while_waiting(declared(options["key"]))
        counts = made.counts
        self.stdout.write(
            _("已生效：%(rows)d 行，新 %(created)d，变 %(changed)d，少 %(removed)d，读不懂或缺必填 %(rejected)d。")
            % counts
        )
        spent = "，".join(f"{name} {seconds:.1f} s" for name, seconds in counts["seconds"].items())
        self.stdout.write("{engine}：{spent}；CPU {cpu} s，{peak_mb} MiB".format(spent=spent, **counts))

    def do_history(self, options: dict[str, Any]) -> None:
        key, day = options["source"], options["as_of"] or campus_today()
        if not key:
            self.stdout.write(_("写好或删去 %d 个文件。") % follow())
            return
        told = said_on(key, day, number=options["number"], most=options["most"])
        tell(told, key, day, by=BY)
        for batch in told.batches:
            at = campus_time(batch.finished_at or batch.created_at)
            self.stdout.write(f"#{batch.pk} {at:%Y-%m-%d %H:%M} {batch.file_name}")
        for line in told.lines:
            cells = "，".join(f"{heading}={cell}" for heading, cell in line.cells.items())
            self.stdout.write(f"#{line.batch.pk} {line.sheet}:{line.line} {cells}")
        self.stdout.write(_("共 %(count)d 行，列出 %(shown)d 行。") % {"count": told.count, "shown": len(told.lines)})

    def do_issues(self, options: dict[str, Any]) -> None:
        batch = found(options["batch"])
        issues = Issue.objects.filter(batch=batch, resolved_at=None).exclude(severity="notice").order_by("line", "id")
        for issue in issues:
            self.stdout.write(f"{issue.line}: [{issue.code}] {sentence_of(issue.code, issue.facts)}")

    def do_replay(self, options: dict[str, Any]) -> None:
        done = replay(by=BY, batch_id=found(options["batch"]).id)
        self.stdout.write(_("重放 %(rows)d 行：采用 %(accepted)d 行，仍被拒绝 %(rejected)d 行。") % done)

    def do_rollback(self, options: dict[str, Any]) -> None:
        batch = found(options["batch"])
        preview = preview_rollback(batch)
        self.stdout.write(
            _("回退批次 #%(batch)d：恢复 %(values)d 个值，结束 %(ended)d 个学工号。")
            % {"batch": batch.id, "values": preview.values_restored, "ended": preview.affiliations_ended}
        )
        if not options["yes"]:
            blockers = "、".join(preview.blockers)
            self.stdout.write(_("这只是预览。加 --yes 真的回退。") + (f" {blockers}" if blockers else ""))
            return
        roll_back(by=BY, batch_id=batch.id, reason=options["reason"])
        self.stdout.write(_("已回退。"))


def figures_line(figures: Figures) -> str:
    shares = "，".join(f"{name} {value:.4f}" for name, value in lines_of(figures))
    vetoes = f"vetoes {figures.vetoes_right}/{figures.vetoes}"
    return f"{shares}，{vetoes}，suggested {figures.suggested_right}/{figures.suggested}，refused {figures.refused}"


def found(number: int) -> Batch:
    batch = Batch.objects.filter(id=number).first()
    if batch is None:
        raise BatchNotFoundError(batch=number)
    return batch
