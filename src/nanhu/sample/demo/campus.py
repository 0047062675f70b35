"""Opens the demo's campus: migrates, fills what is still empty, runs everything until Ctrl-C."""

import hashlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes import Supervisor, processes
from nanhu.sample.demo import template
from nanhu.sample.demo.console import Console
from nanhu.sample.demo.processes import EMULATORS
from nanhu.sample.demo.step_log import StepLog
from nanhu.sample.demo.steps import STEPS
from nanhu.sample.demo.welcome import welcome


@contextmanager
def errors_alone() -> Iterator[None]:
    """The console tells a newcomer what is done; what the program writes down meanwhile is for whoever runs it."""
    log = logging.getLogger("nanhu")
    stood = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(stood)


@errors_alone()
def fill(configuration: Configuration) -> None:
    """Do the steps that are not done yet."""
    step_log = StepLog(configuration.data_dir / "demo.json")
    console = Console()
    prepare(console, step_log)
    place = template.mark_of_place(configuration)
    for step in STEPS:
        if step_log.has(step.key) and (
            step.when == "once" or (step.when == "moved" and step_log.is_at("place", place))
        ):
            continue
        console.begin(step.title)
        console.end(step.run(console.advance))
        step_log.write(step.key)
    step_log.be_at("place", place)
    if template.awaited:
        console.begin("留下样板，下次几秒钟就能复制")
        look_at_all_tables()
        with database_at_rest(configuration):
            template.keep(configuration)
        console.end()


def look_at_all_tables() -> None:
    """What autovacuum would do a minute after each start of a copy, table by table: each time the web plans anew what it has prepared."""
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


@contextmanager
def database_at_rest(configuration: Configuration) -> Iterator[None]:
    """Stopped cleanly, so that its files are whole, and started again."""
    for connection in connections.all():
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
    embedded.stop(configuration.data_dir)
    try:
        yield
    finally:
        embedded.start(configuration.data_dir)


def prepare(console: Console, step_log: StepLog) -> None:
    """Tables and static files, as this version of the program needs them."""
    if has_unapplied_migrations():
        console.begin("准备数据库")
        call_command("migrate", verbosity=0, interactive=False)
        console.end()
    mark = fingerprint_of_static_files()
    if not step_log.is_at("static", mark):
        console.begin("准备页面文件")
        call_command("collectstatic", verbosity=0, interactive=False)
        console.end()
        step_log.be_at("static", mark)


def has_unapplied_migrations() -> bool:
    """Finding out is quick; running no migration takes a second or two all the same."""
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def fingerprint_of_static_files() -> str:
    """Changes when any static file does, wherever the program lies; collecting and compressing them takes seconds."""
    facts = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(path) as file:
                facts.update(f"{path} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return facts.hexdigest()[:16]


def open_campus(configuration: Configuration) -> None:
    fill(configuration)
    everything = [*processes, *EMULATORS]

    def greet() -> None:
        sys.stdout.write(welcome(configuration))
        sys.stdout.flush()

    Supervisor(everything, configuration, log_dir=configuration.data_dir / "logs").run(greet)
