"""The contract of a source (约定) as a file: what it says and how it is read, without its secret. Downloaded, kept, changed and handed in
again; what is read in goes through the same form as what is typed."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.errors import ContractRefusedError
from nanhu.platforms.datahub.feeding.forms import MINUTES_A_DAY, HeadForm, offer_of
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import SOURCES

LARGEST: Final = 256 * 1024
PAIRS: Final = frozenset({"columns", "values"})
HIDDEN: Final = frozenset({"secret"})
HEAD: Final = frozenset({"key", "kind", "fills"})
"""What a source is; all else may change."""


def settings_of(kind: str) -> list[str]:
    """The names of what a source of this kind is told, in the order of its form."""
    return [name for name in offer_of(kind).form().fields if name not in HIDDEN]


def written(made: DataSource) -> str:
    """As TOML. The fields that it fills stand below as remarks: type, code table, whether a row needs it."""
    lines = ["# nanhu: 数据源约定", f"key = {quoted(made.key)}", f"kind = {quoted(made.kind)}"]
    names = [name for name in settings_of(made.kind) if name not in {"key", "kind"} | PAIRS]
    lines += [f"{name} = {quoted(value)}" for name in names if (value := value_of(made, name)) is not None]
    lines += ["", "[columns]", *(f"{quoted(ours)} = {quoted(theirs)}" for ours, theirs in made.columns.items())]
    for field, words in made.values.items():
        lines += ["", f"[values.{quoted(field)}]", *(f"{quoted(one)} = {quoted(code)}" for one, code in words.items())]
    return "\n".join([*lines, "", *remarks(made.fills)]) + "\n"


def value_of(made: DataSource, name: str) -> Any:
    return made.stale_minutes // MINUTES_A_DAY if name == "stale_days" else getattr(made, name)


def quoted(value: Any) -> str:
    """A string of TOML is one of JSON; so are numbers and booleans."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def remarks(fills: str) -> Iterator[str]:
    table = shared_tables().get(fills)
    if table is not None:
        for one in table.fields:
            said = [one.type, one.code_table or "、".join(one.codes), *(["required"] if one.required else [])]
            yield f"# {one.name}  {one.label}  {' '.join([*filter(None, said), *(['sensitive'] if one.sensitive else [])])}"
    elif fills in SOURCES:
        for column in SOURCES[fills].columns:
            yield f"# {column.field}  {column.headers[0]}  {'required' if column.is_required else ''}".rstrip()


def read(content: bytes) -> dict[str, Any]:
    """What a file says, as its form takes it. Refused with the first thing that it cannot mean."""
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContractRefusedError(why=str(error)) from error
    kind = said.get("kind")
    if kind not in DataSource.Kind.values:
        raise ContractRefusedError(why=_("kind 是 %s 之一") % "、".join(DataSource.Kind.values))
    if HIDDEN & said.keys():
        raise ContractRefusedError(why=_("密钥不写在约定里，在页面上填"))
    unknown = [name for name in said if name not in {*settings_of(kind), "kind"}]
    if unknown:
        raise ContractRefusedError(why=_("没有“%s”这一项") % unknown[0])
    plain = {name: form_value(name, value) for name, value in said.items() if name not in PAIRS}
    return plain | {"columns": pairs(said.get("columns", {})), "values": pairs(nested(said.get("values", {})))}


def form_value(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "on" if value else ""
    if not isinstance(value, str | int):
        raise ContractRefusedError(why=_("“%s”是一个值，不是一张表") % name)
    return str(value)


def nested(said: Any) -> dict[str, Any]:
    if not isinstance(said, Mapping) or not all(isinstance(words, Mapping) for words in said.values()):
        raise ContractRefusedError(why=_("values 的每一项是一张表：对方的写法 = 我们的代码"))
    return {f"{field}.{word}": code for field, words in said.items() for word, code in words.items()}


def pairs(said: Any) -> str:
    if not isinstance(said, Mapping):
        raise ContractRefusedError(why=_("columns 是一张表：我们的项 = 对方的列名"))
    for ours, theirs in said.items():
        if not isinstance(theirs, str) or any(sign in f"{ours}{theirs}" for sign in "=＝\n"):
            raise ContractRefusedError(why=f"{ours} = {theirs}")
    return "\n".join(f"{ours} = {theirs}" for ours, theirs in said.items())


def refuse_other(made: DataSource, said: Mapping[str, Any]) -> None:
    """Of another source, or for another table: then it is none of this one's."""
    for name in HEAD:
        if said.get(name, "") != getattr(made, name):
            raise ContractRefusedError(
                why=_("“%(name)s”是 %(said)s，这个数据源的是 %(own)s")
                % {"name": name, "said": said.get(name, "—"), "own": getattr(made, name)}
            )


def words_of(form: HeadForm) -> str:
    """The first that the form does not take, by its own words."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else name
    return f"{label}：{errors[0]}"
