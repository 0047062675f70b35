"""A draw from its opening to its result, at its real steps: who may do what and when, and what is found out."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.draw import queries, rules, services
from nanhu.kernel.draw.errors import (
    ClosedLateError,
    DrawPlanError,
    DrawTamperedError,
    EntriesClosedError,
    EntryRefusedError,
    NotClosedYetError,
    SecretLateError,
    ValueMissingError,
    ValueNotKnownYetError,
    ValueRefusedError,
)
from nanhu.kernel.draw.jobs import keep_hours
from nanhu.kernel.draw.models import Draw, DrawEntry, DrawValue, DrawVoid
from nanhu.kernel.draw.tests.conftest import SYSTEM, VALUE
from nanhu.kernel.draw.verify_draw import OPENING, repeated, root_of
from nanhu.kernel.errors import NotTheAuthorError, ReasonMissingError, SamePersonError, WrongStateError
from nanhu.kernel.kit.cases import expire_proposals
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.sealing import merkle

WISHES = {"person:1": "AB", "person:2": "A", "person:3": "AB"}
OTHER = VALUE.replace("3512.44", "3512.45")


def published(draw):
    return json.loads(json.dumps(queries.published(draw)))


def noted(document):
    """As somebody else wrote it down: at the opening, at the closing, from the exchange."""
    return [f"--{key}={document[key]}" for key in ("commitment", "promise", "root", "value")]


def verified(tmp_path, document, *arguments):
    """As a stranger does it: the file, the program, a bare Python."""
    (tmp_path / "draw.json").write_text(document if isinstance(document, str) else json.dumps(document))
    command = [sys.executable, "-I", "-S", str(queries.VERIFIER), str(tmp_path / "draw.json"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_draw_from_its_opening_to_its_result(course):
    one = course()
    entries = one.enter(WISHES)
    assert set(published(one.present)) >= {"commitment", "promise", "value_name", "value_form", "seats", "passes"}
    assert not {"root", "secret", "entries", "value"} & set(published(one.present))
    one.close()
    closed = published(one.present)
    assert closed["entries"] == sorted(entry.as_rule().line for entry in entries.values())
    assert datetime.fromisoformat(closed["closed_at"]) == one.closes_at
    assert not {"secret", "value"} & set(closed)
    one.agree()
    agreed = published(one.present)
    assert (agreed["value"], "secret" in agreed) == (VALUE, False)
    draw = one.lots()
    assert rules.commitment_of(bytes.fromhex(draw.published_secret)) == draw.commitment
    places = [entry.places for entry in draw.entries.all()]
    assert sorted(map(len, places)) == [0, 1, 1]


@pytest.fixture
def document(course):
    """Of a draw that was drawn."""
    one = course()
    one.enter(WISHES)
    return published(one.whole({}))


def test_what_is_promised_stands_in_the_audit_line_of_the_opening(document):
    facts = AuditEntry.objects.get(action="draw.open").facts
    assert facts == {"commitment": document["commitment"], "promise": document["promise"]}


def test_the_program_for_strangers_repeats_it(course, tmp_path):
    one = course(passes=2)
    entries = one.enter(WISHES)
    document = published(one.whole({}))
    code, said = verified(tmp_path, document, *noted(document))
    assert (code, said.splitlines()[-1]) == (0, "sound")
    for shown in (f"P: {VALUE}", "seats: A 1, B 1", "passes: 2", f"value_known_at: {document['value_known_at']}"):
        assert shown in said
    token = entries["person:1"].token
    assert token in verified(tmp_path, document, *noted(document), "--token", token)[1]


@pytest.mark.parametrize("missing", range(4))
def test_without_one_of_the_four_that_were_noted_it_is_unanchored(document, tmp_path, missing):
    given = noted(document)
    del given[missing]
    code, said = verified(tmp_path, document, *given)
    assert (code, said.splitlines()[-1].startswith("UNANCHORED")) == (2, True)


def drawn_again(document, **changes):
    """Who has the secret changes what he likes and makes all the rest anew, so that the file agrees with itself."""
    changed = document | changes
    changed["promise"] = rules.promise_of({key: changed[key] for key in OPENING})
    changed["root"] = root_of(changed["entries"])
    return changed | repeated(changed)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": OTHER},
        {"seats": {"A": 2, "B": 1}},
        {"passes": 2},
        {"value_name": "11月27日上证指数收盘"},
        {"value_form": r"2026-11-26 000001\.SH \d{1,4}\.\d{2}"},
        {"publish_by": "2026-11-27T00:00:00+00:00"},
        {"value_known_at": "2026-11-26T02:00:00+00:00"},
        {"entries": ["0000|1|A"]},
    ],
)
def test_what_was_drawn_again_with_the_secret_is_found(document, tmp_path, changes):
    again = drawn_again(document, **changes)
    assert verified(tmp_path, again, *noted(again))[0] == 0, "it agrees with itself"
    code, said = verified(tmp_path, again, *noted(document))
    assert (code, said.splitlines()[-1]) == (1, "NOT SOUND")


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
    yield "another value", {"value": OTHER}
    yield "another spelling", {"value": f"{VALUE}0"}
    yield "too late", {"published_at": "2027-01-01T00:00:00+08:00"}
    yield "closed when the value was known", {"closed_at": document["value_known_at"]}
    yield "closed early", {"closed_at": "2026-11-26T00:00:00+00:00"}
    yield "drawn before the value", {"published_at": document["closes_at"]}
    yield "no form", {"format": "nanhu-draw-9"}
    yield "rubbish", {"entries": [7]}
    yield "rubbish", {"order": None}
    yield "a void one", {"state": "void"}
    yield "one that is not drawn", {"state": "closed"}
    yield "a key more", {"note": "x"}
    yield "true for one", {"passes": True}
    yield "half a seat", {"seats": {"A": 1.5, "B": 1}}
    yield "true for a seat", {"seats": {"A": True, "B": 1}}
    for line in ("0000|01|A", "|1|A", "0000|1|A,,B", "0000|1|A,A", "0000|1|A,", "0000|1|C", "0000|1|A\n"):
        yield f"a line {line}", {"entries": sorted([*document["entries"], line])}


def test_whatever_is_forged_is_found(document, tmp_path):
    for what, change in forged(document):
        code, said = verified(tmp_path, document | change, *noted(document))
        assert (code, said.splitlines()[-1]) == (1, "NOT SOUND"), what


def test_json_that_can_be_read_in_two_ways_is_refused(document, tmp_path):
    text = json.dumps(document)
    for forgery in (
        text.replace('"passes": 1', '"passes": 2, "passes": 1'),
        text.replace('"passes": 1', '"passes": Infinity'),
        text.replace('"passes": 1', '"passes": 1.0'),
        text.replace('"state": "drawn", ', ""),
    ):
        assert forgery != text
        assert verified(tmp_path, forgery, *noted(document))[0] == 1


def test_no_text_of_a_file_can_say_that_it_is_sound(document, tmp_path):
    said = verified(tmp_path, document | {"value_name": "x\nsound"}, *noted(document))[1]
    assert "sound" not in said.splitlines()


def test_an_entrant_can_prove_his_line_and_is_told_why(course):
    one = course()
    entries = one.enter(WISHES)
    draw = one.whole({})
    for entry in DrawEntry.objects.filter(token__in=[one.token for one in entries.values()]):
        proof = queries.proof_of(entry)
        assert merkle.climb("sha256", merkle.leaf("sha256", proof["line"]), proof["path"]) == draw.root
        assert set(proof["fates"]) == set(entry.wishes)
        assert (proof["of"], proof["rank"]) == (3, entry.rank)


def test_the_program_for_strangers_checks_an_entrants_proof(course, tmp_path, django_assert_num_queries):
    one = course()
    entry = one.enter(WISHES)["person:1"]
    one.close()
    closed = json.loads(json.dumps(queries.proof_of(DrawEntry.objects.select_related("draw").get(pk=entry.pk))))
    root = f"--root={closed['root']}"
    assert [verified(tmp_path, closed, *given)[0] for given in ([root], [], ["--root=" + "0" * 64])] == [0, 2, 1]
    one.agree()
    one.lots()
    entry = DrawEntry.objects.select_related("draw").get(pk=entry.pk)
    with django_assert_num_queries(0):
        proof = json.loads(json.dumps(queries.proof_of(entry)))
    given = [f"--{key}={proof[key]}" for key in ("commitment", "root", "value")]
    assert verified(tmp_path, proof, *given)[0] == 0
    assert verified(tmp_path, proof, *given[:2])[0] == 2
    for change in ({"lot": "0" * 64}, {"line": proof["line"].replace("|1|", "|2|")}, {"token": "0000"}, {"path": []}):
        assert verified(tmp_path, proof | change, *given)[0] == 1, change


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


def test_no_row_is_written_into_an_open_list_after_the_hour(course):
    one = course()
    entry = one.enter({"person:1": "A"})["person:1"]
    late = one.closes_at + timedelta(seconds=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        DrawEntry.objects.create(draw=one.draw, entrant="late", token="late", entered_at=late)
    with pytest.raises(DatabaseError), transaction.atomic():
        DrawEntry.objects.filter(pk=entry.pk).update(wishes=["B"], entered_at=late)


def test_at_its_hour_the_list_closes_by_itself(course):
    one = course()
    one.enter(WISHES)
    keep_hours()
    assert one.present.state == "open"
    one.clock.move_to(one.closes_at)
    keep_hours()
    present = one.present
    assert (present.state, present.closed_at, present.entry_count) == ("closed", one.closes_at, 3)


def test_a_list_that_nobody_closed_before_the_value_was_known_is_void(course):
    one = course()
    one.enter(WISHES)
    one.clock.move_to(one.value_known_at)
    with pytest.raises(ClosedLateError):
        services.close(by=SYSTEM, draw=one.draw)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=one.draw.pk).update(state="closed", root="00" * 32, closed_at=one.value_known_at)
    keep_hours()
    assert (one.present.state, one.present.root) == ("void", "")


def test_a_draw_that_somebody_moved_on_meanwhile_holds_up_no_other(course, monkeypatch):
    one, other = course(), course(key="test.other")
    one.close()
    services.close(by=SYSTEM, draw=other.draw)
    one.clock.move_to(one.publish_by + timedelta(seconds=1))
    real = services.locked

    def locked(draw, *states):
        if draw.pk == one.draw.pk:
            raise WrongStateError(what="x", state="y")
        return real(draw, *states)

    monkeypatch.setattr(services, "locked", locked)
    assert services.void_overdue() == 1
    assert (one.present.state, other.present.state) == ("closed", "void")


def test_it_does_not_close_early(course):
    with pytest.raises(NotClosedYetError):
        services.close(by=SYSTEM, draw=course().draw)


@pytest.mark.parametrize("wishes", ["C", "AA"])
def test_a_wish_that_is_none_is_refused(course, wishes):
    with pytest.raises(EntryRefusedError):
        course().enter({"person:1": wishes})
    assert not DrawEntry.objects.exists()


@pytest.mark.parametrize("number", [0, -1, 1.5, "1", True, 40_000])
def test_a_round_that_is_none_is_refused(course, number):
    with pytest.raises(EntryRefusedError):
        services.enter(by=SYSTEM, draw=course().draw, entrant="person:1", wishes=["A"], round_number=number)


@pytest.mark.parametrize(
    "plan",
    [
        {"seats": {}},
        *({"seats": {"A": seats}} for seats in (-1, 1.5, "3", True, None)),
        {"seats": {"A|B": 1}},
        {"value_name": " "},
        {"value_name": "x\0"},
        {"value_form": r"\d+"},
        *({"passes": passes} for passes in (0, 101, 40_000, 1.5, True)),
    ],
)
def test_a_plan_that_is_none_is_refused(course, plan):
    with pytest.raises(DrawPlanError):
        course(**plan)
    assert not Draw.objects.exists()


@pytest.mark.parametrize(
    ("closes", "known", "publish"),
    [(-1, 60, 120), (60, 60, 120), (60, 69, 120), (60, 120, 120), (60, 50, 120), (120, 90, 60)],
)
def test_hours_in_another_order_are_refused(course, closes, known, publish):
    hours = {"closes_at": closes, "value_known_at": known, "publish_by": publish}
    moment = now()
    with pytest.raises(DrawPlanError):
        course(**{name: moment + timedelta(minutes=minutes) for name, minutes in hours.items()})


def test_a_key_that_is_taken_is_refused(course):
    course()
    with pytest.raises(DrawPlanError):
        course()
    assert Draw.objects.count() == 1


def test_the_public_value_is_known_only_at_its_hour_and_needs_two(course):
    one = course()
    with pytest.raises(WrongStateError):
        services.type_value(by=one.author, draw=one.draw, value=VALUE, token=uuid4())
    one.close()
    with pytest.raises(ValueMissingError):
        one.lots()
    one.clock.move_to(one.value_known_at - timedelta(seconds=1))
    with pytest.raises(ValueNotKnownYetError):
        services.type_value(by=one.author, draw=one.draw, value=VALUE, token=uuid4())
    typed = one.type_value()
    with pytest.raises(WrongStateError):
        one.type_value(OTHER)
    for by in (one.author, SYSTEM):
        with pytest.raises(SamePersonError):
            services.check_value(by=by, typed=typed, value=VALUE)
    with pytest.raises(ValueMissingError):
        one.lots()
    assert services.check_value(by=one.other, typed=typed, value=VALUE).state == "agreed"
    assert one.present.value == VALUE


@pytest.mark.parametrize("value", ["", "3512.44", f"{VALUE}0", f"{VALUE}\0", "x" * 300])
def test_a_value_that_is_spelled_otherwise_is_refused(course, value):
    one = course()
    one.close()
    with pytest.raises(ValueRefusedError, match="000001"):
        one.type_value(value)
    typed = one.type_value(VALUE.replace(" ", "　 "))
    assert typed.value == VALUE
    with pytest.raises(ValueRefusedError):
        services.check_value(by=one.other, typed=typed, value=value)
    assert DrawValue.objects.get().state == "asked"


def test_two_who_read_otherwise_read_anew(course):
    one = course()
    one.close()
    refused = services.check_value(by=one.other, typed=one.type_value(OTHER), value=VALUE)
    assert (refused.state, refused.answer, one.present.value) == ("refused", VALUE, "")
    assert one.agree().state == "agreed"


def test_the_audit_does_not_tell_the_second_what_the_first_typed(course):
    one = course()
    one.close()
    one.type_value()
    assert AuditEntry.objects.get(action="draw.type_value").facts == {}


def test_who_typed_a_value_takes_it_back_himself(course):
    one = course()
    one.close()
    typed = one.type_value(OTHER)
    with pytest.raises(NotTheAuthorError):
        services.take_back(by=one.other, row=typed)
    services.take_back(by=one.author, row=typed)
    assert one.agree().state == "agreed"


def test_the_same_form_types_the_value_once(course):
    one = course()
    one.close()
    one.clock.move_to(one.value_known_at)
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
    keep_hours()
    assert one.present.state == "void"
    with pytest.raises(WrongStateError):
        one.lots()
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=one.draw.pk).update(state="closed", why_void="")


def test_in_its_hour_nothing_is_void(course):
    one = course()
    one.close()
    keep_hours()
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
        Draw.objects.filter(pk=one.draw.pk).update(
            state="drawn", published_secret=one.present.secret, drawn_at=one.value_known_at
        )


def test_a_draw_begins_open_whoever_writes(course):
    one = course()
    one.close()
    copy = one.present
    copy.pk, copy.public_id, copy.key = None, uuid4(), "test.copy"
    with pytest.raises(DatabaseError), transaction.atomic():
        copy.save(force_insert=True)


def test_no_value_counts_that_two_people_did_not_read_whoever_writes(course):
    one = course()
    one.close()
    one.type_value()
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=one.draw.pk).update(value=VALUE)


def test_no_secret_is_published_but_the_promised_one_whoever_writes(course):
    one = course()
    one.close()
    one.agree()
    for secret in ("11" * 32, "zz"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=one.draw.pk).update(
                state="drawn", published_secret=secret, drawn_at=one.value_known_at
            )


def test_an_open_draw_is_given_up_for_a_reason(course):
    one = course()
    with pytest.raises(ReasonMissingError):
        services.void(by=SYSTEM, draw=one.draw, reason="")
    services.void(by=SYSTEM, draw=one.draw, reason="名额有误")
    assert one.present.state == "void"
    with pytest.raises(EntriesClosedError):
        one.enter({"person:1": "A"})


@pytest.mark.parametrize("is_closed", [False, True])
def test_after_its_hour_nobody_gives_a_draw_up_alone(course, is_closed):
    one = course()
    if is_closed:
        one.close()
    one.clock.move_to(one.closes_at)
    with pytest.raises(WrongStateError):
        services.void(by=one.author, draw=one.draw, reason="名额有误")
    if is_closed:
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=one.draw.pk).update(state="void", why_void="x", voided_at=now())


def ask_void(one, reason="名单有误"):
    return services.ask_void(by=one.author, draw=one.draw, reason=reason, token=uuid4())


def test_two_people_give_up_a_closed_draw_and_what_it_would_have_come_to_is_public(course):
    one = course()
    one.enter(WISHES)
    one.close()
    one.agree()
    with pytest.raises(ReasonMissingError):
        ask_void(one, " ")
    asked = ask_void(one)
    with pytest.raises(WrongStateError):
        ask_void(one)
    for by in (one.author, SYSTEM):
        with pytest.raises(SamePersonError):
            services.agree_void(by=by, asked=asked)
    services.agree_void(by=one.other, asked=asked)
    document = published(one.present)
    assert (document["state"], document["why_void"], document["value"]) == ("void", "名单有误", VALUE)
    assert rules.commitment_of(bytes.fromhex(document["secret"])) == document["commitment"]
    assert len(document["entries"]) == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=one.draw.pk).update(why_void="x")


def test_a_voiding_that_is_refused_or_taken_back_changes_nothing(course):
    one = course()
    one.close()
    services.take_back(by=one.author, row=ask_void(one))
    asked = ask_void(one)
    with pytest.raises(ReasonMissingError):
        services.refuse_void(by=one.other, asked=asked, answer="")
    services.refuse_void(by=one.other, asked=asked, answer="名单无误")
    assert one.present.state == "closed"
    for statement in ("UPDATE kernel_draw_void SET reason = 'x'", "DELETE FROM kernel_draw_void"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert DrawVoid.objects.count() == 2


def test_what_nobody_decided_in_time_is_refused_by_the_clock_and_begun_anew(course):
    one = course(publish_by=now() + timedelta(days=90))
    one.close()
    typed, asked = one.type_value(OTHER), ask_void(one)
    assert expire_proposals() == 0
    one.clock.move_to(one.value_known_at + timedelta(days=30))
    with pytest.raises(WrongStateError, match="已过期"):
        services.check_value(by=one.other, typed=typed, value=OTHER)
    again, void_again = one.type_value(), ask_void(one)
    for row in (typed, asked):
        row.refresh_from_db()
        assert (row.state, row.is_expired) == ("refused", True), "it stands in nobody's way before the job comes"
    one.clock.move_to(one.value_known_at + timedelta(days=60))
    assert expire_proposals() == 2
    for row in (again, void_again):
        row.refresh_from_db()
        assert (row.state, row.is_expired) == ("refused", True)
    assert one.agree().state == "agreed"


def test_a_secret_that_was_exchanged_is_not_published_when_the_draw_is_void(course):
    one = course()
    one.close()
    changed = one.present
    changed.secret = "11" * 32
    changed.save(update_fields=["secret"])
    one.clock.move_to(one.publish_by + timedelta(seconds=1))
    keep_hours()
    assert (one.present.state, one.present.published_secret) == ("void", "")


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
