"""A data contract by the Open Data Contract Standard (ODCS 3, YAML) that is handed in for a source: the one that `odcs` hands out, changed, or
one from the supplier's tool. What it says becomes the source's form, which takes or refuses it as if it were typed.

One of another hand (whose name is no source's key) says the columns, the rows expected and the times; not where the source stands, nor whose
it is. What it says and this program does not take is named."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, TypeGuard

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.errors import ContractRefusedError, SourceAddressError
from nanhu.platforms.datahub.feeding import odcs, plain_yaml
from nanhu.platforms.datahub.feeding.forms import KEY, MINUTES_A_DAY, HeadForm, fields_of, offer_of, targets
from nanhu.platforms.datahub.feeding.http import SECRETS
from nanhu.platforms.datahub.feeding.services import whose_secret
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import SOURCES

type Said = dict[str, Any]
LARGEST: Final = 256 * 1024
OF_THE_FILE: Final = frozenset({"apiVersion", "id", "version", "status"})
"""What each file has of its own, and a source does not take."""
UNITS: Final = {
    1: ("min", "m", "minute", "minutes"),
    60: ("h", "hour", "hours"),
    MINUTES_A_DAY: ("d", "day", "days"),
}
SECRET_PLACES: Final = ("servers", "customProperties")
SWITCHES: Final = frozenset({"is_whole", "keeps_empty"})
MINUTES: Final = {name: minutes for minutes, names in UNITS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Contract:
    """`facts`: of the source, as its form gives them; `left`: what the file says beside that, by where it stands; `drops_secret`: what is kept
    was given for another."""

    facts: Said
    changes: list[Change]
    left: list[str]
    drops_secret: bool


def read(content: bytes, made: DataSource) -> Contract:
    """Raises ContractRefusedError with the first thing that it cannot mean."""
    said = normal(mapping(plain_yaml.read(content), "ODCS"), made)
    given: HeadForm = offer_of(made.kind).to_change(form_data(said, made), fills=made.fills)
    if not given.is_valid():
        raise ContractRefusedError(why=words_of(given))
    facts = given.facts()
    after = copy.copy(made)
    for name, value in facts.items():
        setattr(after, name, value)
    changes = [
        Change(label_of(given, name), in_words(getattr(made, name)), in_words(value))
        for name, value in facts.items()
        if getattr(made, name) != value
    ]
    own = dict(leaves(odcs.contract_of(after)))
    left = [place for place, value in leaves(said) if own.get(place) != value and place not in OF_THE_FILE]
    return Contract(facts, changes, left, drops_secret(made, after))


def drops_secret(made: DataSource, after: DataSource) -> bool:
    """A secret stays with whom it was given for. Raises SourceAddressError."""
    try:
        return bool(made.secret) and whose_secret(made) != whose_secret(after)
    except OSError as fault:
        raise SourceAddressError(why=str(fault)) from fault


def normal(said: Said, made: DataSource) -> Said:
    """With our names for fields, our table first, and the times in minutes. Refused where it is another source's, or for another table."""
    if said.get("kind") != "DataContract" or not str(said.get("apiVersion", "")).startswith("v3."):
        raise ContractRefusedError(why=_("不是 ODCS 3 的数据约定（kind: DataContract，apiVersion: v3…）"))
    refuse_secrets({name: said[name] if name in SECRET_PLACES else "" for name in said})
    name = str(said.get("name", ""))
    if name != made.key and re.fullmatch(KEY, name):
        raise other("name", name, made.key)
    kind = customs(server_of(said)).get("kind", made.kind) if name == made.key else made.kind
    if kind != made.kind:
        raise other("kind", kind, made.kind)
    table = table_of(said, made)
    found = dict(said)
    if table is not None:
        ours = table | {"name": made.fills} | renamed(table, made.fills)
        found["schema"] = [ours, *(one for one in items(said, "schema") if one is not table)]
    if "slaProperties" in said:
        found["slaProperties"] = [in_minutes(mapping(one, "slaProperties")) for one in items(said, "slaProperties")]
    return found


def refuse_secrets(said: Any) -> None:
    pairs: Iterator[Any] = iter(said.items()) if isinstance(said, dict) else iter([(None, one) for one in said])
    for name, value in pairs:
        words = [name, value if name == "property" else None]
        if any(isinstance(word, str) and SECRETS.search(word) for word in words):
            raise ContractRefusedError(why=_("密钥不写在约定里，在页面上填"))
        if isinstance(value, dict | list):
            refuse_secrets(value)


def table_of(said: Said, made: DataSource) -> Said | None:
    """What it says of the table that this source fills: by its name, or of the only one there is, which may have the other side's name."""
    tables = [mapping(one, "schema") for one in items(said, "schema")]
    found = next((one for one in tables if one.get("name") == made.fills), None)
    if found is not None or not tables:
        return found
    if len(tables) > 1 or str(tables[0].get("name")) in dict(targets()):
        raise other("schema", "、".join(str(one.get("name", "—")) for one in tables), made.fills)
    return tables[0]


def renamed(table: Said, fills: str) -> Said:
    """A field may be called by our name, its label or its alias. What ODCS 3.0 calls the `rule` of a library is its `metric` since 3.1."""
    rules = [mapping(one, "quality") for one in items(table, "quality")]
    rules = [{"rule" if name == "metric" else name: value for name, value in one.items()} for one in rules]
    said = {"quality": rules} if "quality" in table else {}
    if "properties" not in table:
        return said
    known = fields_of(fills)
    ours = {label: name for name, label in known.items()}
    if fills in shared_tables():
        ours |= {one.alias: one.name for one in shared_tables()[fills].fields if one.alias}
    found = []
    for one in (mapping(one, "properties") for one in items(table, "properties")):
        name = str(one.get("name", ""))
        if name not in known and name in ours:
            one = {"physicalName": name} | one | {"name": ours[name]}  # noqa: PLW2901  (the same, in our words)
        found.append(one)
    return said | {"properties": found}


def in_minutes(one: Said) -> Said:
    minutes, value = MINUTES.get(str(one.get("unit", "")).lower()), one.get("value")
    if minutes is None or isinstance(value, bool) or not isinstance(value, int | float):
        return one
    return one | {"value": int(value * minutes), "unit": "min"}


def form_data(said: Said, made: DataSource) -> Said:
    """What the source says now, and over it what the contract says."""
    kept = odcs.settings_of(made.kind)
    found = {name: value_of(made, name) for name in kept} | {"columns": made.columns, "values": made.values}
    if said.get("name") == made.key:
        found |= own_head(said, made)
    for table in (mapping(one, "schema") for one in items(said, "schema")[:1]):
        found |= of_table(table, made, is_own=said.get("name") == made.key)
    for one in items(said, "slaProperties"):
        found |= of_time(one)
    values = {f"{field}.{word}": code for field, words in found["values"].items() for word, code in words.items()}
    found |= {"columns": pairs(found["columns"]), "values": pairs(values)}
    return {name: form_value(name, value) for name, value in found.items() if name in kept}


def own_head(said: Said, made: DataSource) -> Said:
    """Whose it is and where it stands. Of an address its parameters are not handed out, and stay."""
    found: Said = {}
    if "domain" in said:
        found["office"] = said["domain"]
    if (purpose := mapping(said.get("description", {}), "description").get("purpose")) is not None:
        found["name"] = purpose
    server = server_of(said)
    place = server.get("location")
    if place is not None and place != odcs.location_of(made):
        if "…" in str(place):
            raise ContractRefusedError(why=_("地址里的“…”是没有写出来的值：要改地址，请写全"))
        found["address"] = place
    more = customs(server)
    if "kind" in more:
        found |= {setting: more.get(name, "") for setting, name in odcs.SERVER.items() if setting != "page_size"}
        found |= {"page_size": more["pageSize"]} if "pageSize" in more else {}
    return found


def of_table(table: Said, made: DataSource, *, is_own: bool) -> Said:
    more, found = customs(table), dict[str, Any]()
    if "isWhole" in more:
        found["is_whole"] = one_of("isWhole", more["isWhole"], {True: True, False: False})
    if "emptyCell" in more and made.fills not in SOURCES:
        found["keeps_empty"] = one_of("emptyCell", more["emptyCell"], {odcs.SAYS_NOTHING: True, odcs.EMPTIES: False})
    if "properties" in table:
        found |= of_fields([mapping(one, "properties") for one in items(table, "properties")], made, is_own=is_own)
    if "quality" in table:
        found |= of_rows([mapping(one, "quality") for one in items(table, "quality")], more, is_own=is_own)
    return found


def of_fields(fields: list[Said], made: DataSource, *, is_own: bool) -> Said:
    """One of another hand says nothing of the fields that it does not name, and nothing of words where it has no room for them."""
    known = fields_of(made.fills)
    columns, values = ({}, {}) if is_own else (dict(made.columns), dict(made.values))
    for one in fields:
        name = str(one.get("name", ""))
        if name not in known:
            continue
        if theirs := one.get("physicalName"):
            columns[name] = theirs
        words = customs(one).get("words", {}) if "customProperties" in one else made.values.get(name, {})
        if words and made.fills in shared_tables():
            values[name] = mapping(words, "words")
    return {"columns": columns, "values": values}


def of_rows(rules: list[Said], more: Said, *, is_own: bool) -> Said:
    """By the standard's rule; what the source calls it itself holds where it comes to the same. Its own without the rule expects none."""
    expected, tolerance = more.get("expectedRows"), more.get("tolerancePercent")
    rule = next((one for one in rules if one.get("rule") == "rowCount"), {})
    bounds = [rule["mustBe"]] * 2 if "mustBe" in rule else rule.get("mustBeBetween")
    if not is_range(bounds):
        kept = {"tolerance": tolerance} if is_count(tolerance) else {}
        return {"expected_rows": ""} | kept if is_own else {}
    if is_count(expected) and is_count(tolerance) and odcs.bounds_of(expected, tolerance) == bounds:
        return {"expected_rows": expected, "tolerance": tolerance}
    least, most = bounds
    middle = max(round((least + most) / 2), 1)
    spread = max(middle - least, most - middle)
    return {"expected_rows": middle, "tolerance": min(ceil(spread * 100 / middle), 100)}


def is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def is_range(bounds: object) -> TypeGuard[list[int]]:
    """Of rows, of which there is one at least."""
    if not isinstance(bounds, list) or len(bounds) != 2 or not all(map(is_count, bounds)):  # noqa: PLR2004
        return False
    return bool(0 <= bounds[0] <= bounds[1] and bounds[1])


def of_time(one: Said) -> Said:
    value = one.get("value")
    if one.get("unit") != "min" or not is_count(value):
        return {}
    if one.get("property") == "frequency":
        return {"every_minutes": value}
    days = ceil(value / MINUTES_A_DAY)
    return {"stale_minutes": value, "stale_days": days} if one.get("property") == "latency" else {}


def value_of(made: DataSource, name: str) -> Any:
    return made.stale_minutes // MINUTES_A_DAY if name == "stale_days" else getattr(made, name)


def form_value(name: str, value: Any) -> str:
    if name in SWITCHES:
        return "on" if value else ""
    if value is None:
        return ""
    refuse_unquoted(name, value)
    if not isinstance(value, str | int):
        raise ContractRefusedError(why=_("“%s”是一个值，不是一张表") % name)
    return str(value)


def pairs(said: Mapping[str, Any]) -> str:
    for left, right in said.items():
        refuse_unquoted(left, right, int)
        if not isinstance(right, str) or any(sign in left for sign in "=＝") or len(f"{left}{right}".splitlines()) != 1:
            raise ContractRefusedError(why=f"{left} = {right}")
    return "\n".join(f"{left} = {right}" for left, right in said.items())


def one_of(name: str, value: object, meant: Mapping[Any, bool]) -> bool:
    found = next((is_meant for word, is_meant in meant.items() if type(word) is type(value) and word == value), None)
    if found is None:
        words = " / ".join(json.dumps(one) for one in meant)
        raise ContractRefusedError(why=_("“%(name)s”只能是 %(words)s") % {"name": name, "words": words})
    return found


def refuse_unquoted(name: str, value: object, *more: type) -> None:
    """A word that YAML takes for a yes, a no or a number: what was meant is not known."""
    if isinstance(value, (bool, float, *more)):
        raise ContractRefusedError(why=_("“%s”是文字，要写在引号里") % name)


def server_of(said: Said) -> Said:
    return next((mapping(one, "servers") for one in items(said, "servers")), {})


def customs(said: Said) -> Said:
    found = [mapping(one, "customProperties") for one in items(said, "customProperties")]
    return {str(one.get("property", "")): one.get("value") for one in found}


def mapping(said: Any, where: str) -> Said:
    if not isinstance(said, dict):
        raise ContractRefusedError(why=_("“%s”是一张表：名称和值") % where)
    return said


def items(said: Said, name: str) -> list[Any]:
    found = said.get(name) or []
    if not isinstance(found, list):
        raise ContractRefusedError(why=_("“%s”是一列") % name)
    return found


def other(name: str, said: object, own: str) -> ContractRefusedError:
    facts = {"name": name, "said": said, "own": own}
    return ContractRefusedError(why=_("“%(name)s”是 %(said)s，这个数据源的是 %(own)s") % facts)


def leaves(said: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with where it stands; what is listed is called by its name."""
    if isinstance(said, dict):
        for name, value in said.items():
            yield from leaves(value, f"{place}.{name}" if place else name)
    elif isinstance(said, list) and any(isinstance(one, dict) for one in said):
        for number, one in enumerate(said, start=1):
            yield from leaves(one, f"{place}.{name_of(one) or number}")
    else:
        yield place, said


def name_of(one: Any) -> str:
    names = ("name", "property", "server", "rule")
    return str(next((one[name] for name in names if isinstance(one, dict) and one.get(name)), ""))


def label_of(form: HeadForm, name: str) -> str:
    shown = "stale_days" if name == "stale_minutes" and name not in form.fields else name
    return str(form.fields[shown].label) if shown in form.fields else name


def in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return "；".join(f"{name} = {in_words(one)}" for name, one in value.items()) or "—"
    return "—" if value is None else str(value) or "—"


def words_of(form: HeadForm) -> str:
    """The first that the form does not take, by its own words."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else name
    return f"{label}：{errors[0]}"
