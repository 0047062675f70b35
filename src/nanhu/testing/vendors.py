"""A vendor's system in the place of one of ours: the app uninstalled, its shared table filled through the source's door, the others' tests run.

`run_tests_without("card", …)` runs tests in a process of its own whose settings (`nanhu.testing.without`) do not install that
system. In these tests `vendor_in_place("card.card", "card.jinzhi")` switches the writer and gives the vendor's desk, at which exports are handed in.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import nanhu
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today

ROOT = Path(nanhu.__file__).parents[2]
BY = Actor.system("vendor")
type Export = Callable[[Sequence[Mapping[str, Any]]], Any]


@contextmanager
def vendor_in_place(table: str, source: str, columns: Mapping[str, str] | None = None) -> Iterator[Export]:
    """Hand in lines by the vendor's headings; each time a whole list, as its export is. Gives the report of the batch. `columns`: our field →
    its heading, of a vendor whom the program does not know and a steward enters."""
    from nanhu.platforms.datahub.feeding import services
    from nanhu.platforms.datahub.models import DataSource, WriterSwitch
    from nanhu.platforms.datahub.services.imports import import_file
    from nanhu.platforms.datahub.shared.declarations import shared_tables
    from nanhu.platforms.datahub.shared_rows import writers

    first, second = (Actor(account_id=account_of(f"供给{n}"), name=f"供给{n}") for n in range(2))
    if columns is not None:
        facts = {
            "key": source,
            "name": "厂商系统",
            "office": "厂商",
            "kind": "file",
            "fills": table,
            "columns": columns,
        }
        made = services.make(by=BY, facts={**facts, "values": {}})
        DataSource.objects.filter(pk=made.pk, state="draft").update(state="live")
    asked = writers.ask_switch(
        by=first,
        token=uuid4(),
        table=shared_tables()[table],
        source=source,
        starts_on=campus_today(),
        reason="厂商系统",
    )
    writers.agree(by=second, switch=asked)
    writers.known_writers.forget()
    with TemporaryDirectory() as folder:

        def hand_in(lines: Sequence[Mapping[str, Any]]) -> Any:
            path = Path(folder) / f"{uuid4()}.csv"
            with path.open("w", encoding="gb18030", newline="") as file:
                writer = csv.DictWriter(file, list(lines[0]))
                writer.writeheader()
                writer.writerows(lines)
            return import_file(by=BY, path=path, source_key=source)

        yield hand_in
    WriterSwitch.objects.filter(pk=asked.pk).delete()
    writers.known_writers.forget()


def account_of(name: str) -> int:
    from nanhu.platforms.identity.models import Account
    from nanhu.platforms.people.models import Person

    person = Person.objects.create(name=name, pinyin="gong ji", document_kind="1")
    return int(Account.objects.create(person=person).pk)


def run_tests_without(system: str, *paths: str) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("NANHU_", "PYTEST_", "DATABASE_"))
    }
    environment |= {"NANHU_TEST_WITHOUT": system, "DJANGO_SETTINGS_MODULE": "nanhu.testing.without"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *paths]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"without {system}:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}")
