"""Every action that any room writes into the audit log has words, in Chinese and in English, and so has every reason that the program gives."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.utils.functional import Promise
from django.utils.translation import override

import nanhu
from nanhu.kernel.audit import words

ROOT = Path(nanhu.__file__).parent
NAME = re.compile(r"[a-z]+\.[a-z_]+")
RECORDS = {"record", "Record"}
HANDED_ON = {
    "kernel/audit/__init__.py": set(),
    "kernel/draw/services.py": {"draw.enter", "draw.change_entry"},
    "kernel/files/services.py": set(),
    "kernel/printing/services.py": set(),
    "kernel/intake.py": {
        noun.replace(".", f".{action}_")
        for action in ("make", "submit", "approve", "refuse", "discard")
        for noun in (
            "card.payout",
            "dormitory.room_list",
            "people.post_list",
            "assets.card_import",
            "assets.class_import",
            "assets.month_close",
            "requests.crew_list",
        )
    }
    | {"dormitory.retry_room_list", "people.take_post_list"}
    | {f"assets.{one}" for one in ("take_cards", "take_classes", "close_month")}
    | {f"campus.{one}_room_import" for one in ("make", "submit", "approve", "refuse", "discard")}
    | {
        noun.replace(".", f".{action}_")
        for action in ("ask_undo", "undo", "keep")
        for noun in (
            "assets.card_import",
            "campus.room_import",
            "directory.duty_list",
            "directory.phone_list",
            "dormitory.room_list",
            "requests.crew_list",
        )
    },
    "kernel/management/commands/keys.py": {"kernel.reencrypt", "kernel.reindex"},
    "platforms/campus/services/terms.py": {f"campus.{one}_term" for one in ("open", "close", "archive")},
    "platforms/datahub/feeding/services.py": {f"datahub.{one}_source" for one in ("start", "read", "rest", "retire")},
    "platforms/flows/services/moving.py": {f"flows.{one}" for one in ("ask_move", "move_cases", "undo_move")},
    "platforms/flows/services/outside.py": {"flows.source_on", "flows.source_off"},
    "platforms/flows/services/tasks.py": {f"flows.{one}" for one in ("claim", "release", "transfer", "add_signer")},
    "platforms/portal/integrations/services.py": {
        f"portal.{one}_integration" for one in ("test", "release", "rest", "wake", "retire")
    },
    "platforms/flows/workshop/services.py": {
        f"flows.{one}"
        for one in (
            "ask_publication",
            "begin_process",
            "close_process",
            "publish_process",
            "refuse_publication",
            "take_back_publication",
        )
    },
    "platforms/identity/protocols/radius/services/authentication.py": {
        "identity.network_sign_in",
        "identity.mail_sign_in",
    },
    "platforms/identity/recovery/attempts.py": {
        f"identity.{action}_{kind}" for action in ("begin", "prove") for kind in ("find", "reset")
    },
    "platforms/identity/registry/services/maintenance.py": {"identity.plan_maintenance", "identity.end_maintenance"},
    "platforms/identity/registry/services/rules.py": {"identity.add_access_rule", "identity.remove_access_rule"},
    "platforms/identity/lifecycle/accounts.py": {
        f"identity.{one}" for one in ("change_state", "merge", "part", "set_grace", "start_anew")
    },
    "platforms/identity/services/roles.py": {f"identity.{one}_role" for one in ("grant", "revoke", "end")},
    "platforms/terminals/services/states.py": {"terminals.on", "terminals.off"},
    "platforms/ledger/services/bills.py": {
        f"ledger.{one}_bill" for one in ("pay", "refund", "unpay", "waive", "cancel", "defer", "resume")
    },
    "platforms/ledger/services/funds.py": {
        f"ledger.{one}_fund" for one in ("grant", "withdraw", "spend", "unspend", "release")
    },
    "platforms/people/services/calendar.py": {"people.begin_affiliations", "people.end_affiliations"},
    "platforms/people/services/reveal.py": {"people.reveal_phone", "people.reveal_id_number"},
    "platforms/payments/services/channels.py": {
        f"payments.{one}" for one in ("register_app", "rotate_app_secret", "switch_app_on", "switch_app_off")
    },
    "platforms/payments/services/deposits.py": {f"payments.{one}_deposit" for one in ("ask", "book", "refuse")},
    "platforms/payments/services/differences.py": {
        f"payments.{one}_difference" for one in ("propose", "settle", "refuse")
    },
    "services/directory/services/keeping.py": {
        *(
            f"directory.{act}_{kind}"
            for act in ("enter", "change", "confirm", "remove")
            for kind in ("phone", "account", "answer")
        ),
        "directory.approve_change",
    },
    "services/directory/services/duties.py": {"directory.add_duty", "directory.change_duty"},
    "services/directory/services/exchanging.py": {
        f"directory.{one}_exchange" for one in ("ask", "accept", "decline", "withdraw", "lapse")
    },
    "services/directory/services/hours.py": {"directory.enter_hours", "directory.end_hours"},
    "services/network/portal/services/gateways.py": {f"network.{one}_portal_gateway" for one in ("change", "remove")},
    "services/network/reach/services/granting.py": {f"network.{one}_vpn" for one in ("ask", "open", "refuse", "close")},
    "services/network/reach/services/installers.py": {f"network.{one}_installer" for one in ("add", "withdraw")},
    "services/network/reach/services/listing.py": {"network.ask_reach_list", "network.refuse_reach_list"},
    "services/network/reach/services/resources.py": {
        *(f"network.{one}_resource" for one in ("add", "change", "remove")),
        *(f"network.take_{one}" for one in ("resources", "points", "areas")),
    },
    "services/venues/services/booking.py": {f"venues.{one}" for one in ("approve", "refuse", "cancel", "release")},
    "services/venues/services/keeping.py": {
        f"venues.{one}"
        for one in (
            "register",
            "change",
            "set_season",
            "drop_season",
            "add_post",
            "drop_post",
            "add_picture",
            "drop_picture",
            "withdraw",
            "restore",
            "renew_sign",
        )
    },
    "services/lostfound/services/trail.py": set(),
    "services/mobile/services/bindings.py": {"mobile.undo_binding", "mobile.unbind"},
    "services/requests/services/opinions.py": {f"requests.{one}_topic" for one in ("open", "note", "close")},
    "services/requests/services/timeline.py": {
        f"requests.{what}"
        for what in (
            "filed",
            "assigned",
            "routed",
            "arrived",
            "no_entry",
            "window",
            "done",
            "answered",
            "reopened",
            "merged",
            "extended",
            "billed",
            "judged",
            "rated",
            "withdrawn",
            "closed",
        )
    },
    "systems/assets/services/contesting.py": {
        f"assets.{one}"
        for one in ("contest_invoice", "void_invoice", "disown_receipts", "refuse_contest", "withdraw_contest")
    },
    "systems/assets/services/deciding.py": {
        *(
            f"assets.{act}_{noun}"
            for act in ("ask", "approve", "refuse")
            for noun in ("argument", "disposal", "letting", "transfer")
        ),
        *(f"assets.{act}_loss" for act in ("propose", "answer", "approve", "refuse")),
        *(f"assets.{one}" for one in ("accept_transfer", "argue_argument", "remit_disposal")),
    },
    "systems/assets/services/improving.py": {f"assets.{one}_improvement" for one in ("ask", "approve", "refuse")},
    "systems/assets/services/inspecting.py": {f"assets.{one}_inspection" for one in ("plan", "record", "end")},
    "systems/assets/services/moving.py": {
        f"assets.{one}"
        for one in (
            "received",
            "imported",
            "assigned",
            "confirmed",
            "declined",
            "handed_over",
            "transferred",
            "moved",
            "returned",
            "lent",
            "given_back",
            "broken",
            "repaired",
            "beyond_repair",
            "lost",
            "found",
            "split",
            "improved",
            "idle",
            "to_scrap",
            "kept",
            "disposed",
            "voided",
            "counted",
        )
    },
    "systems/assets/services/purchasing.py": {
        "assets.order_purchase",
        "assets.pay_purchase",
        "assets.purchase_cancelled",
        "assets.purchase_received",
        "assets.purchase_settled",
    },
    "systems/assets/services/receiving.py": {"assets.refuse_receipt", "assets.take_back_receipt"},
    "systems/card/closing/services/payouts.py": {"card.confirm_payout", "card.close_unpaid_payout"},
    "systems/card/chip/services/suspense_posting.py": {f"card.{one}_suspense" for one in ("propose", "refuse", "post")},
    "systems/card/chip/services/suspense_batches.py": {
        f"card.{one}_suspense_batch" for one in ("propose", "refuse", "decide")
    }
    | {"card.take_suspense_batch_back"},
    "systems/card/closing/services/corrections.py": {f"card.{one}_correction" for one in ("ask", "approve", "refuse")},
    "systems/card/fleet/services/registering.py": {
        f"card.{one}_merchant" for one in ("register", "agree", "refuse", "close")
    },
    "systems/card/funds/services/withdrawals.py": {
        "card.ask_for_withdrawal",
        *(f"card.withdrawal_{state}" for state in ("approved", "refused", "paid")),
    },
    "systems/card/issuing/services/delegating.py": {"card.end_delegate", "card.name_delegate"},
    "systems/card/issuing/services/orders.py": {
        "card.open_order",
        "card.mend_order",
        "card.drop_row",
        "card.submit_order",
        "card.decide_order",
    },
    "systems/card/pins/services/checking.py": {"card.pin_wrong", "card.pin_locked"},
    "systems/card/services/cash_exceptions.py": {f"card.{one}_cash" for one in ("ask_for", "approve", "refuse")},
    "systems/card/services/shifts.py": {
        f"card.{one}_shift" for one in ("open", "count", "check", "explain", "send_back") if one != "send_back"
    }
    | {"card.send_shift_back"},
    "platforms/openapi/services/vendors.py": {
        "openapi.register_vendor",
        "openapi.change_vendor",
        "openapi.vendor_on",
        "openapi.vendor_off",
    },
}
"""Where an action is not written out beside `record`: all that it can be."""


CALLS = re.compile(r"\b(?:record|Record|note)\(")
"""What a file that writes audit lines has in its text; of the others no tree is made."""


FOLDERS = ("kernel", "platforms", "services", "systems")
"""Of the program, in each of which audit lines are written: each is read by itself, once in a process."""


def texts(folder: str = "") -> Iterator[tuple[str, str]]:
    for path in (ROOT / folder).rglob("*.py"):
        where = path.relative_to(ROOT)
        if not {"tests", "migrations", "emulators", "sample", "testing"} & set(where.parts):
            yield str(where), path.read_text(encoding="utf-8")


@cache
def sources(folder: str) -> tuple[tuple[str, ast.Module], ...]:
    return tuple((where, ast.parse(text)) for where, text in texts(folder) if CALLS.search(text))


def constants(tree: ast.Module) -> dict[str, str]:
    """`LOOK = "card.look"`, at the top of a module."""
    found = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[target.id] = value.value
    return found


def recorded(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
        if isinstance(node, ast.Call) and name in RECORDS:
            yield from (one.value for one in node.keywords if one.arg == "action")
        if isinstance(node, ast.Call) and name == "note":
            yield from (one for one in node.args[1:2] if NAME.fullmatch(str(getattr(one, "value", ""))))


def written(folder: str) -> tuple[set[str], set[str]]:
    """All actions that stand in the code of a folder, and the files where one is handed on."""
    actions, handed_on = set(), set()
    for where, tree in sources(folder):
        known = constants(tree)
        for value in recorded(tree):
            for one in branches(value):
                text = one.value if isinstance(one, ast.Constant) else known.get(getattr(one, "id", ""))
                if isinstance(text, str):
                    actions.add(text)
                else:
                    handed_on.add(where)
    return actions, handed_on


def branches(value: ast.expr) -> Iterator[ast.expr]:
    """`"card.freeze" if is_frozen else "card.thaw"` is the one or the other."""
    if isinstance(value, ast.IfExp):
        yield from branches(value.body)
        yield from branches(value.orelse)
    else:
        yield value


def test_audit_lines_are_written_in_no_other_folder() -> None:
    writing = {where.partition("/")[0] for where, text in texts() if CALLS.search(text)}
    assert writing == set(FOLDERS)
    assert {where.partition("/")[0] for where in HANDED_ON} <= writing


@pytest.mark.parametrize(("folder", "least"), list(zip(FOLDERS, (20, 250, 90, 100), strict=True)))
def test_every_action_that_is_written_has_words(folder: str, least: int) -> None:
    actions, handed_on = written(folder)
    assert len(actions) > least
    own = {where: said for where, said in HANDED_ON.items() if where.startswith(f"{folder}/")}
    assert handed_on == set(own), "name there what it can be"
    everything = actions.union(*own.values())
    assert sorted(everything - words.actions().keys()) == []
    assert all(NAME.fullmatch(one) for one in everything)


def test_words_are_chinese_in_the_source_and_english_for_who_reads_english() -> None:
    with override("zh-hans"):
        chinese = {name: str(said) for name, said in words.actions().items()}
    with override("en"):
        english = {name: str(said) for name, said in words.actions().items()}
    assert [name for name, said in chinese.items() if not re.search(r"[\u4e00-\u9fff]", said)] == []
    assert [name for name, said in english.items() if re.search(r"[\u4e00-\u9fff]", said)] == []
    assert words.named(chinese["card.report_lost"]) == "card.report_lost"
    assert words.action("no.such_action") == "no.such_action"


CHINESE = re.compile(r"[\u4e00-\u9fff]")
GIVEN_AS = {"reason", "purpose", "why", "answer"}
GIVES = re.compile(r"\b(?:reason|purpose|why|answer)=")
SAYS = {"_", "say", "gettext", "gettext_lazy", "gettext_noop", "str"}
KEPT_ELSEWHERE = {"Line", "MessageOutcome", "Terms", "keep", "refusal", "suspend", "update", "whole_table"}
"""What is told to them goes into a row, a page or an answer of their own, and into no line of the audit log; as what is told to errors does."""


def given_reasons(folder: str) -> Iterator[tuple[str, str]]:
    """Where the program itself says why, as it stands in the sources; what is filled in is `%(what)s`."""
    for where, text in texts(folder):
        if where.endswith("sample.py") or not GIVES.search(text) or not CHINESE.search(text):
            continue
        for node in ast.walk(ast.parse(text)):
            called = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            if isinstance(node, ast.Call) and called not in KEPT_ELSEWHERE and not called.endswith("Error"):
                given = (one.value for one in node.keywords if one.arg in GIVEN_AS)
                yield from ((where, said) for one in given for said in said_in(one, where) if CHINESE.search(said))


def said_in(value: ast.expr, where: str) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(said)):
            yield said
        case ast.JoinedStr(values=parts):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else words.WHAT for one in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from said_in(one, where)
            yield from said_in(other, where)
        case ast.BoolOp(values=parts):
            for one in parts:
                yield from said_in(one, where)
        case ast.BinOp(left=said) | ast.Call(func=ast.Attribute(value=said, attr="format")):
            yield from said_in(said, where)
        case ast.Call(func=ast.Name(id=name), args=[said]) if name in SAYS:
            yield from said_in(said, where)
        case ast.Name(id=name):
            yield from constant(where, name)


def constant(where: str, name: str) -> Iterator[str]:
    """Where it is one of the module's; of a function's own nothing is known."""
    dotted = f"nanhu.{where.removesuffix('.py').replace('/', '.')}"
    found: Any = getattr(import_module(dotted), name, None) if name.isupper() else None
    if isinstance(found, str | Promise):
        yield str(found)


@pytest.mark.parametrize(("folder", "least"), list(zip(FOLDERS, (3, 30, 8, 20), strict=True)))
def test_every_reason_that_the_program_gives_has_english(folder: str, least: int) -> None:
    found = list(given_reasons(folder))
    assert len(found) >= least
    gap = re.compile(r"%\(\w+\)s|\{\w*\}")
    said = [(where, gap.sub("X", one)) for where, one in found]
    with override("en"):
        assert [(where, one) for where, one in said if CHINESE.search(words.reason(one))] == []


def told_at_once(folder: str) -> Iterator[str]:
    """Reasons in the language of who acts: only `gettext_noop`, or a function or block in the house's own language, says what is kept."""
    for where, text in texts(folder):
        if GIVES.search(text) and CHINESE.search(text) and not where.endswith("sample.py"):
            tree = ast.parse(text)
            aliases = [one for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for one in node.names]
            noop = {one.asname or one.name for one in aliases if one.name == "gettext_noop"}
            kept = {id(below) for node in ast.walk(tree) if speaks_chinese(node) for below in ast.walk(node)}
            for node in ast.walk(tree):
                called = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
                if isinstance(node, ast.Call) and id(node) not in kept and called not in KEPT_ELSEWHERE:
                    given = [one.value for one in node.keywords if one.arg in GIVEN_AS] * (not called.endswith("Error"))
                    names = [getattr(one, "func", None) for value in given for one in ast.walk(value)]
                    if any(getattr(one, "id", "") in SAYS - noop - {"str"} for one in names):
                        yield f"{where}:{node.lineno}"


def speaks_chinese(node: ast.AST) -> bool:
    before = (
        [one.context_expr for one in node.items] if isinstance(node, ast.With) else getattr(node, "decorator_list", [])
    )
    return any("override(settings.LANGUAGE_CODE)" in ast.unparse(one) for one in before)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_reason_that_the_program_gives_is_kept_in_chinese_whoever_acts(folder: str) -> None:
    assert list(told_at_once(folder)) == []
