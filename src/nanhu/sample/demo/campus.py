"""Opens the demo's campus: migrates, fills what is still empty, runs everything until Ctrl-C."""

import hashlib
import sys
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.processes import Supervisor, processes
from nanhu.sample.demo.console import Console
from nanhu.sample.demo.diary import Diary
from nanhu.sample.demo.processes import EMULATORS
from nanhu.sample.demo.steps import STEPS
from nanhu.sample.demo.welcome import welcome


def fill(configuration: Configuration) -> None:
    """Do the steps that are not done yet."""
    diary = Diary(configuration.data_dir / "demo.json")
    console = Console()
    prepare(console, diary)
    for step in STEPS:
        if diary.has(step.key) and not step.at_every_start:
            continue
        console.begin(step.title)
        console.end(step.run(console.advance))
        diary.write(step.key)


def prepare(console: Console, diary: Diary) -> None:
    """Tables and static files, as this version of the program needs them."""
    console.begin("准备数据库")
    call_command("migrate", verbosity=0, interactive=False)
    console.end()
    mark = f"static {fingerprint_of_static_files()}"
    if not diary.has(mark):
        console.begin("准备页面文件")
        call_command("collectstatic", verbosity=0, interactive=False)
        console.end()
        diary.write(mark)


def fingerprint_of_static_files() -> str:
    """Changes when any static file does; collecting and compressing all of them takes seconds."""
    facts = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            stat = Path(storage.path(path)).stat()
            facts.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return facts.hexdigest()[:16]


def open_campus(configuration: Configuration) -> None:
    fill(configuration)
    everything = [*processes, *EMULATORS]

    def greet() -> None:
        sys.stdout.write(welcome(configuration))
        sys.stdout.flush()

    Supervisor(everything, configuration, log_dir=configuration.data_dir / "logs").run(greet)
