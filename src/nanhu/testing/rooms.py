"""Register of the house: each room's tables, events, roles and periodic jobs, one line each, by their docstrings.

`python -m nanhu.testing.rooms` writes docs/register.md, and the rooms' sizes into docs/architecture.md (`testing.sizes`); `project/tests/test_register.py` holds that both
are true and that nothing in the register is unsaid.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from nanhu.testing import sizes

REGISTER: Final = Path(__file__).parents[3] / "docs" / "register.md"
HEAD: Final = """# Register of the house

What stands where: the tables, events, roles and periodic jobs of each room, as the program says it of them (`.venv/bin/python -m nanhu.testing.rooms` writes this
page, and a test holds that it is true). Columns are in the room's `models`, what holds between them in its `sql/` and in the [room's own page](architecture.md).
"""


class Entry(NamedTuple):
    """`room`: its package below `nanhu`. `said`: the first sentence of its docstring, "" where it has none."""

    room: str
    kind: str
    name: str
    said: str


def entries() -> list[Entry]:
    found = [*tables(), *events(), *roles(), *jobs()]
    return sorted(found, key=lambda one: (one.room, KINDS.index(one.kind), one.name))


KINDS: Final = ["Tables", "Events", "Roles", "Periodic jobs"]


def tables() -> Iterator[Entry]:
    from django.apps import apps

    for model in apps.get_models():
        if is_ours(model.__module__):
            said = own_docstring(model)
            yield Entry(room_of(model.__module__), "Tables", f"`{model._meta.db_table}`", said)  # noqa: SLF001  its address


def events() -> Iterator[Entry]:
    from nanhu.kernel.events.outbox import event_types, subscribers

    for name, event_type in event_types.items():
        hearers = [
            one for one in subscribers.values() if one.event_type is event_type and is_ours(one.handler.__module__)
        ]
        heard_by = ", ".join(sorted(one.name for one in hearers))
        said = own_docstring(event_type)
        if is_ours(event_type.__module__):
            yield Entry(room_of(event_type.__module__), "Events", f"`{name}`", said and f"{said} Heard by {heard_by}.")


def roles() -> Iterator[Entry]:
    from django.utils import translation

    from nanhu.kernel import registry

    with translation.override("zh-hans"):
        for one in registry.roles:
            yield Entry(room_called(one.key), "Roles", f"`{one.key}`", f"{one.name} {one.description}".strip())


def jobs() -> Iterator[Entry]:
    from procrastinate.contrib.django import app

    for (name, _id), periodic in app.periodic_registry.periodic_tasks.items():
        yield Entry(room_called(name), "Periodic jobs", f"`{name}`", f"`{periodic.cron}`")


def room_called(key: str) -> str:
    """ "card.forget_codes" is of the room whose app, or a part of it, has the label "card"."""
    from django.apps import apps

    label = key.partition(".")[0]
    rooms = {room_of(one.name): one.label for one in apps.get_app_configs() if one.name.startswith("nanhu.")}
    labels = {one.label: room_of(one.name) for one in apps.get_app_configs() if one.name.startswith("nanhu.")}
    return labels.get(label) or next((room for room in rooms if room.endswith(f".{label}")), label)


def is_ours(module: str) -> bool:
    return module.startswith("nanhu.") and ".tests" not in module


def room_of(module: str) -> str:
    """ "platforms.identity": the package of the floor's room; the kernel and what is beside the floors are one."""
    floor, _dot, rest = module.removeprefix("nanhu.").partition(".")
    return f"{floor}.{rest.partition('.')[0]}" if floor in {"platforms", "services", "systems"} else floor


def own_docstring(of: type) -> str:
    """Its first sentence; not what Django and dataclasses write themselves."""
    text = " ".join((of.__doc__ or "").split())
    return "" if text.startswith(f"{of.__name__}(") else text.partition(". ")[0].rstrip(".") + "." if text else ""


def written() -> str:
    lines, room, kind = [HEAD], "", ""
    for one in entries():
        if one.room != room:
            lines.append(f"\n## {one.room}")
            room, kind = one.room, ""
        if one.kind != kind:
            lines.append(f"\n**{one.kind}**\n")
            kind = one.kind
        lines.append(f"- {one.name}: {one.said}")
    return "\n".join(lines) + "\n"


def main() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    os.environ.setdefault("NANHU_DEMO", "1")  # as in tests: what the sample campus alone has stands in it, too
    django.setup()
    REGISTER.write_text(written(), encoding="utf-8")
    sizes.write()


if __name__ == "__main__":
    main()
