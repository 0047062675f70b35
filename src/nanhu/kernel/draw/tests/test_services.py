"""A draw from its opening to its result, at its real steps: who may do what and when, and what is found out."""

import json
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.draw import queries, rules, services
from nanhu.kernel.draw.errors import (
    DrawPlanError,
    DrawTamperedError,
    EntriesClosedError,
    EntryRefusedError,
    NotClosedYetError,
    SecretLateError,
    ValueMissingError,
)
from nanhu.kernel.draw.jobs import void_overdue_draws
from nanhu.kernel.draw.models import Draw, DrawEntry, DrawValue
from nanhu.kernel.draw.tests.conftest import SYSTEM, VALUE
from nanhu.kernel.errors import ReasonMissingError, SamePersonError, WrongStateError
from nanhu.kernel.sealing import merkle

WISHES = {"person:1": "AB", "person:2": "A", "person:3": "AB"}


def published(draw):
    return json.loads(json.dumps(queries.published(draw)))


def verified(tmp_path, document, *arguments):
    """As a stranger does it: the file, the program, a bare Python."""
    (tmp_path / "draw.json").write_text(json.dumps(document))
    command = [sys.executable, "-I", "-S", str(queries.VERIFIER), str(tmp_path / "draw.json"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_draw_from_its_opening_to_its_result(course):
    one = course()
    entries = one.enter(WISHES)
    assert set(published(one.present)) >= {"commitment", "value_name"}
    assert not {"root", "secret", "entries"} & set(published(one.present))
    one.close()
    closed = published(one.present)
    assert closed["entries"] == sorted(entry.as_rule().line for entry in entries.values())
    assert "secret" not in closed
    one.agree()
    draw = one.lots()
    assert rules.commitment_of(bytes.fromhex(draw.published_secret)) == draw.commitment
    places = [entry.places for entry in draw.entries.all()]
    assert sorted(map(len, places)) == [0, 1, 1]


def test_the_program_for_strangers_repeats_it(course, tmp_path):
    one = course(passes=2)
    entries = one.enter(WISHES)
    root = one.close().root
    one.agree()
    document = published(one.lots())
    noted = ["--commitment", one.draw.commitment, "--root", root]
    assert verified(tmp_path, document, *noted) == (0, "sound\n")
    code, said = verified(tmp_path, document)
    assert (code, "UNANCHORED" in said) == (2, True)
    token = entries["person:1"].token
    assert token in verified(tmp_path, document, *noted, "--token", token)[1]


def forged(document):
    """What somebody who holds the secret would change."""
    lines = [*document["entries"][:-1], document["entries"][-1].replace("|1|", "|2|")]
    yield "another list", {"entries": sorted(lines)}
    yield "a late entry", {"entries": sorted([*document["entries"], "0000|1|A"])}
    yield "another secret", {"secret": "00" * 32}
    yield "another promise", {"secret": "00" * 32, "commitment": rules.commitment_of(bytes(32))}
    yield "another order", {"order": document["order"][::-1]}
    yield "a friend", {"places": {document["order"][-1]: ["A"]}}
    yield "another queue", {"queues": {}}
    yield "more seats", {"seats": {"A": 2, "B": 1}}
    yield "another value", {"value": "3512.45"}
    yield "too late", {"published_at": "2027-01-01T00:00:00+08:00"}
    yield "no form", {"format": "nanhu-draw-9"}
    yield "rubbish", {"entries": [7]}
    yield "rubbish", {"order": None}


def test_whatever_is_forged_is_found(course, tmp_path):
    one = course()
    one.enter(WISHES)
    root = one.close().root
    one.agree()
    document = published(one.lots())
    for what, change in forged(document):
        noted = ["--commitment", one.draw.commitment, "--root", root]
        code, said = verified(tmp_path, document | change, *noted)
        assert (code, "NOT SOUND" in said) == (1, True), what


def test_an_entrant_can_prove_his_line_and_is_told_why(course):
    one = course()
    entries = one.enter(WISHES)
    draw = one.whole({})
    for entry in DrawEntry.objects.filter(token__in=[one.token for one in entries.values()]):
        proof = queries.proof_of(entry)
        assert merkle.climb("sha256", merkle.leaf("sha256", proof["line"]), proof["path"]) == draw.root
        assert set(proof["fates"]) == set(entry.wishes)
        assert (proof["of"], proof["rank"]) == (3, entry.rank)


def test_wishes_change_until_it_closes_and_the_token_stays(course):
    one = course()
    first = one.enter({"person:1": "AB"})["person:1"]
    again = one.enter({"person:1": "B"})["person:1"]
    assert (again.pk, again.token, again.wishes) == (first.pk, first.token, ["B"])
    one.close()
    with pytest.raises(EntriesClosedError):
        one.enter({"person:1": "A"})


def test_at_the_hour_nobody_comes_in_though_nobody_has_closed_it(course):
    one = course()
    one.clock.move_to(one.closes_at)
    with pytest.raises(EntriesClosedError):
        one.enter({"person:1": "A"})


def test_it_does_not_close_early(course):
    with pytest.raises(NotClosedYetError):
        services.close(by=SYSTEM, draw=course().draw)


@pytest.mark.parametrize("wishes", ["C", "AA"])
def test_a_wish_that_is_none_is_refused(course, wishes):
    with pytest.raises(EntryRefusedError):
        course().enter({"person:1": wishes})
    assert not DrawEntry.objects.exists()


@pytest.mark.parametrize(
    "plan",
    [{"seats": {}}, {"seats": {"A": -1}}, {"seats": {"A|B": 1}}, {"value_name": " "}],
)
def test_a_plan_that_is_none_is_refused(course, plan):
    with pytest.raises(DrawPlanError):
        course(**plan)
    assert not Draw.objects.exists()


def test_the_public_value_is_known_only_after_the_closing_and_needs_two(course):
    one = course()
    with pytest.raises(WrongStateError):
        one.type_value()
    one.close()
    with pytest.raises(ValueMissingError):
        one.lots()
    typed = one.type_value()
    with pytest.raises(WrongStateError):
        one.type_value("3512.45")
    for by in (one.author, SYSTEM):
        with pytest.raises(SamePersonError):
            services.agree_value(by=by, typed=typed)
    with pytest.raises(ValueMissingError):
        one.lots()
    assert services.agree_value(by=one.other, typed=typed).value == VALUE


def test_a_value_that_was_mistyped_is_refused_and_typed_anew(course):
    one = course()
    one.close()
    with pytest.raises(ReasonMissingError):
        services.refuse_value(by=one.other, typed=(typed := one.type_value("3512.45")), answer=" ")
    services.refuse_value(by=one.other, typed=typed, answer="收盘是 3512.44")
    assert one.agree().value == VALUE


def test_the_same_form_types_the_value_once(course):
    one = course()
    one.close()
    token = uuid4()
    made = [services.type_value(by=one.author, draw=one.draw, value=VALUE, token=token).pk for _time in range(2)]
    assert len(set(made)) == DrawValue.objects.count() == 1


def test_a_secret_that_is_not_published_by_its_hour_makes_it_void(course):
    one = course()
    one.enter(WISHES)
    one.close()
    one.agree()
    one.clock.move_to(one.publish_by + timedelta(seconds=1))
    with pytest.raises(SecretLateError):
        one.lots()
    void_overdue_draws()
    assert one.present.state == "void"
    with pytest.raises(WrongStateError):
        one.lots()
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=one.draw.pk).update(state="closed", why_void="")


def test_in_its_hour_nothing_is_void(course):
    one = course()
    one.close()
    void_overdue_draws()
    assert one.present.state == "closed"


def test_a_secret_that_was_exchanged_draws_nothing(course):
    one = course()
    one.enter(WISHES)
    one.close()
    one.agree()
    changed = one.present
    changed.secret = "11" * 32
    changed.save(update_fields=["secret"])
    with pytest.raises(DrawTamperedError):
        one.lots()
    assert not DrawEntry.objects.exclude(lot="").exists()


def test_an_entry_that_passed_the_triggers_draws_nothing(course):
    one = course()
    one.enter(WISHES)
    one.close()
    one.agree()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_draw_entry DISABLE TRIGGER kernel_draw_entry_is_in_time")
        cursor.execute("UPDATE kernel_draw_entry SET wishes = '[\"A\"]'")
        cursor.execute("ALTER TABLE kernel_draw_entry ENABLE TRIGGER kernel_draw_entry_is_in_time")
    with pytest.raises(DrawTamperedError):
        one.lots()


@pytest.mark.parametrize("state", ["closed", "drawn"])
@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO kernel_draw_entry (draw_id, entrant, token, round, wishes, entered_at, lot, places)
        SELECT id, 'late', 'late', 1, '[]', now(), '', '[]' FROM kernel_draw""",
        "UPDATE kernel_draw_entry SET wishes = '[]'",
        "UPDATE kernel_draw_entry SET token = reverse(token)",
        "DELETE FROM kernel_draw_entry",
        "UPDATE kernel_draw SET commitment = reverse(commitment)",
        "UPDATE kernel_draw SET publish_by = publish_by + interval '1 day'",
        """UPDATE kernel_draw SET seats = '{"A": 9}'""",
        "UPDATE kernel_draw SET root = reverse(root)",
        "UPDATE kernel_draw SET value = 'other'",
        "UPDATE kernel_draw SET state = 'open'",
        "UPDATE kernel_draw_value SET value = 'other'",
        "DELETE FROM kernel_draw",
    ],
)
def test_the_database_holds_what_was_promised(course, state, statement):
    one = course()
    one.enter(WISHES)
    one.close()
    one.agree()
    if state == "drawn":
        one.lots()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_is_drawn_without_a_value_whoever_writes(course):
    one = course()
    one.close()
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=one.draw.pk).update(state="drawn", published_secret="00" * 32, drawn_at=now())


def test_a_draw_is_given_up_for_a_reason(course):
    one = course()
    with pytest.raises(ReasonMissingError):
        services.void(by=SYSTEM, draw=one.draw, reason="")
    services.void(by=SYSTEM, draw=one.draw, reason="名额有误")
    assert one.present.state == "void"
    with pytest.raises(EntriesClosedError):
        one.enter({"person:1": "A"})


def test_the_command_publishes_it_and_gives_the_program(course):
    one = course()
    entries = one.enter(WISHES)
    draw = one.whole({})
    out = StringIO()
    call_command("draw", "publish", "test.places", stdout=out)
    assert json.loads(out.getvalue()) == published(draw)
    call_command("draw", "proof", "test.places", entries["person:1"].token, stdout=(out := StringIO()))
    assert json.loads(out.getvalue())["root"] == draw.root
    call_command("draw", "verifier", stdout=(out := StringIO()))
    assert out.getvalue().strip() == queries.VERIFIER.read_text("utf-8").strip()
    call_command("draw", "list", stdout=(out := StringIO()))
    assert draw.commitment in out.getvalue()
    for wrong in (["publish", "test.none"], ["proof", "test.places", "none"]):
        with pytest.raises(CommandError):
            call_command("draw", *wrong)
