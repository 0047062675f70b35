"""Opens the demo's campus: migrates, fills what is still empty, runs everything until Ctrl-C."""

import sys
from importlib.metadata import version

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
    mark = f"static {version('nanhu')}"
    if not diary.has(mark):
        console.begin("准备页面文件")
        call_command("collectstatic", verbosity=0, interactive=False)
        console.end()
        diary.write(mark)


def open_campus(configuration: Configuration) -> None:
    fill(configuration)
    everything = [*processes, *EMULATORS]

    def greet() -> None:
        sys.stdout.write(welcome(configuration))
        sys.stdout.flush()

    Supervisor(everything, configuration, log_dir=configuration.data_dir / "logs").run(greet)
