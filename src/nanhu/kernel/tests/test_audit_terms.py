"""What audit lines are about and the names of their facts have words, whatever the code writes; values read as people say them."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from nanhu.kernel import audit_words as kernel_words
from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.tests.test_audit_words import FOLDERS, RECORDS, sources, texts
from nanhu.kernel.ui import audit_terms, words

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ABOUT_FILES = {"backup.py", "restore.py"}
"""Their target is the folder or file itself."""


def written(action: str, facts: object) -> SimpleNamespace:
    return SimpleNamespace(action=action, facts=facts)


def name_of(call: ast.AST) -> str:
    called = getattr(call, "func", None)
    return str(getattr(called, "attr", getattr(called, "id", "")))


def records(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in RECORDS and any(k.arg == "action" for k in node.keywords):
            yield node


def keys_in(value: ast.AST) -> set[str]:
    dicts = [node for node in ast.walk(value) if isinstance(node, ast.Dict)]
    return {key.value for one in dicts for key in one.keys if isinstance(key, ast.Constant)}


def set_in(function: ast.FunctionDef, names: set[str]) -> Iterator[str]:
    """Keys of dictionaries that this function builds under one of these names."""
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) or value is None:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id in names:
                yield from keys_in(value)
            if isinstance(target, ast.Subscript) and getattr(target.value, "id", "") in names:
                yield from (one.value for one in [target.slice] if isinstance(one, ast.Constant))


def fact_names(tree: ast.Module) -> set[str]:
    """Written at `record`, built before it, handed on as `facts=`, or as keywords of a helper that takes `**facts`."""
    found: set[str] = set()
    nodes = list(ast.walk(tree))
    written_at = [call.lineno for call in records(tree)]
    for function in (node for node in nodes if isinstance(node, ast.FunctionDef)):
        if not any(function.lineno <= line <= (function.end_lineno or 0) for line in written_at):
            continue
        told = [k.value for call in records(function) for k in call.keywords if k.arg == "facts"]
        names = {one.id for value in told for one in ast.walk(value) if isinstance(one, ast.Name)}
        found |= {*set_in(function, names)}.union(*map(keys_in, told))
        if function.args.kwarg and function.args.kwarg.arg in names:
            own = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
            calls = [one for one in nodes if isinstance(one, ast.Call) and name_of(one) == function.name]
            found |= {k.arg for call in calls for k in call.keywords if k.arg and k.arg not in own}
    handed = [k.value for node in nodes if isinstance(node, ast.Call) for k in node.keywords if k.arg == "facts"]
    return found.union(*map(keys_in, handed))


def targets(tree: ast.Module) -> Iterator[str]:
    """`f"card:{…}"` and `"audit-log"`, at `record` or under a name that is handed to it or returned for it."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.keyword) and node.arg == "target" else None
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {"target", "who", "own"}:
            value = node.value
        if isinstance(node, ast.FunctionDef) and node.name == "target_of":
            value = node.body[-1]
        for one in ast.walk(value) if value is not None else ():
            if isinstance(one, ast.JoinedStr) and isinstance(one.values[0], ast.Constant):
                yield str(one.values[0].value)


def whole_targets(tree: ast.Module) -> Iterator[str]:
    for call in records(tree):
        yield from (k.value.value for k in call.keywords if k.arg == "target" and isinstance(k.value, ast.Constant))


@pytest.mark.parametrize(("folder", "least"), list(zip(FOLDERS, (15, 140, 35, 100), strict=True)))
def test_every_fact_that_is_written_has_a_name(folder: str, least: int) -> None:
    found = {name for _where, tree in sources(folder) if any(records(tree)) for name in fact_names(tree)}
    assert len(found) > least
    assert sorted(found - audit_words.terms("FACTS").keys()) == []


@pytest.mark.parametrize(("folder", "least"), list(zip(FOLDERS, (5, 45, 20, 25), strict=True)))
def test_everything_that_a_line_is_about_has_a_name(folder: str, least: int) -> None:
    kinds, wholes = set(), set()
    for where, tree in sources(folder):
        if any(records(tree)) and where.rpartition("/")[2] not in ABOUT_FILES:
            kinds |= {one.partition(":")[0] for one in targets(tree) if re.fullmatch(r"[a-z_-]+:.*", one)}
            wholes |= set(whole_targets(tree))
    assert len(kinds) > least
    assert sorted(kinds - audit_words.terms("TARGETS").keys()) == []
    assert sorted(wholes - audit_words.terms("WHOLE_TARGETS").keys()) == []


@pytest.mark.parametrize("terms", ["TARGETS", "WHOLE_TARGETS", "FACTS"])
def test_names_are_chinese_for_who_reads_chinese_and_english_for_who_reads_english(terms: audit_words.Table) -> None:
    named = audit_words.terms(terms)
    with override("zh-hans"):
        assert [key for key, said in named.items() if not CHINESE.search(str(said))] == []
    with override("en"):
        assert [key for key, said in named.items() if CHINESE.search(str(said))] == []


def test_values_read_as_people_say_them() -> None:
    told = {"face_checked": False, "fee_fen": 2000, "sent_back": [2, 5], "role": "campus.admin", "note": "", "odd": "x"}
    with override("zh-hans"):
        assert audit_terms.facts(written("", told)) == [
            ("核对面容", "否"),
            ("费用", "¥ 20.00"),
            ("退回", "2、5"),
            ("角色", "系统管理员"),
            ("说明", "—"),
            ("odd", "x"),
        ]
        assert words.target("card:history") == "校园卡历史记录"
        assert words.target("wallet:7") == "钱包 7"


def test_no_two_rooms_name_the_same_thing_differently() -> None:
    tables = ("ACTIONS", "TARGETS", "WHOLE_TARGETS", "FACTS")
    said = [(table, key) for part in audit_words.parts() for table in tables for key in getattr(part, table, {})]
    assert [one for one, count in Counter(said).items() if count > 1] == []


def test_the_kernel_names_what_it_writes_itself_or_what_rooms_of_several_floors_write() -> None:
    """A word of the card in the kernel would be a word that nobody finds."""
    names = {"shift", "terminal", "plastic", "collector", "saml_key", "notice"}
    assert names & (kernel_words.FACTS.keys() | kernel_words.TARGETS.keys()) == set()


@pytest.mark.parametrize(
    ("action", "name", "value", "said"),
    [
        ("card.hand_over", "how", "code", "领卡码"),
        ("card.agree_contract", "cycle", "weekly", "按周"),
        ("identity.change_state", "from", "awaiting_activation", "待激活"),
        ("ledger.post", "kind", "card.settlement", "商户结算"),
        ("openapi.register_vendor", "scopes", ["card.pay", "card.refund"], "收款、退款"),
        ("payments.close_day", "state", "closed", "已日结，无差异"),
        ("card.move_load", "state", "refused", "银行未扣款"),
        ("payments.settle_agreement", "state", "refused", "未通过"),
        ("card.report_lost", "proof", "second factor", "第二因素"),
    ],
)
def test_values_that_are_words_of_the_program_are_told_in_the_words_of_the_room_that_wrote_them(
    action: str, name: str, value: object, said: str
) -> None:
    with override("zh-hans"):
        assert [one for _name, one in audit_terms.facts(written(action, {name: value}))] == [said]


def test_what_was_proved_is_said_in_words_each_for_itself():
    entry = SimpleNamespace(action="identity.sign_in", facts={"how": "pwd+otp+mfa"})
    with override("zh-hans"):
        assert audit_terms.facts(entry) == [("方式", "密码 + 动态口令或一次性码")]


OPENED = re.compile(r"\.(?:phones?_of|id_number_of|open_documents)\(.*?purpose=([^,)]+)", re.DOTALL)


def test_why_a_number_was_opened_is_said_in_words():
    """The purpose stands as the reason in the log of the person whose number it is."""
    found = set()
    for path, text in texts():
        for said in OPENED.findall(text):
            named = re.search(rf'^ *{said} = "(.*)"', text, re.MULTILINE) if said.isidentifier() else None
            found.add((path, named[1] if named else said))
    assert len(found) > 10
    assert [one for one in found if not CHINESE.search(one[1])] == []
    of_program = {re.sub(r"\{.*?\}", "甲", said).strip('f"') for path, said in found if "sample" not in path}
    with override("en"):
        assert [said for said in of_program if audit_words.reason(said) == said] == []
        assert audit_words.reason("登录“甲”时提供") == "Given at the sign-in to “甲”", "what it is called stays"
        assert audit_words.reason("查他是不是新生") == "查他是不是新生", "a person's own words"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["resident_id", "", "1", "0" * 40, "ab921b57-5e95-4b83-93e5-060fbf7c142b"])
def test_what_no_row_can_be_called_has_no_name_and_breaks_no_page(key: str) -> None:
    """A fact "document: resident_id" is asked for as a target of that kind would be."""
    kinds = {kind for part in audit_words.parts() for kind in getattr(part, "NAMES", {})}
    assert kinds
    assert audit_words.names_of([f"{kind}:{key}" for kind in kinds]) == {}
