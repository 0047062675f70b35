"""The gate: wrong files change nothing before somebody saw what they would do, and leave nothing behind when taken back."""

import random
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db.models import F

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub import jobs
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.batches import releasing, rollback
from nanhu.platforms.datahub.errors import OvertakenError, ReleaseRefusedError
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.models import Batch, GateLimit, LimitRequest, Missing, Release
from nanhu.platforms.datahub.services import absences
from nanhu.platforms.datahub.services.aliases import add_alias
from nanhu.platforms.datahub.services.imports import finish
from nanhu.platforms.datahub.services.limits import put_in_force
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.conftest import BY, brought_in, id_number, register, signed_in, student, with_units
from nanhu.platforms.datahub.tests.test_strangers_files import values
from nanhu.platforms.people.models import Affiliation, Person
from nanhu.testing.database import school_fixture

pytestmark = pytest.mark.django_db
SIZE = 54
NAMES = "伟芳娜敏静强磊军洋勇艳杰涛明超秀霞平刚桂英华文辉力"


def person(n, **other):
    birth = f"200{4 + n % 3}{1 + n % 12:02d}{1 + n % 28:02d}"
    document = id_number(birth=birth, order=n + 1)
    return {
        "no": f"142311{n:05d}",
        "name": f"{'王李张刘陈杨赵黄周吴'[n % 10]}{NAMES[n % 25]}{NAMES[(n * 7 + 3) % 25]}",
        "document": document,
        "phone": f"139{n:08d}",
        "性别": "男" if int(document[16]) % 2 else "女",
        "出生日期": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
        **other,
    }


PEOPLE = [person(n) for n in range(SIZE)]
RIGHT = register(*(student(**one) for one in PEOPLE))


def moved(*keys):
    return [one | {key: PEOPLE[n - 1][key] for key in keys} for n, one in enumerate(PEOPLE)]


def in_order(key):
    listed = sorted(one[key] for one in PEOPLE)
    random.Random(7).shuffle(listed) if listed == [one[key] for one in PEOPLE] else None
    return [one | {key: value} for one, value in zip(PEOPLE, listed, strict=True)]


def listed(people):
    return register(*(student(**one) for one in people))


def shifted_columns():
    cells = [student(**one).split(",") for one in PEOPLE]
    return register(*(",".join([row[0], *row[2:], row[1]]) for row in cells))


WRONG = {
    "name column sorted": listed(in_order("name")),
    "id column sorted": listed(in_order("document")),
    "id column moved by one": listed(moved("document")),
    "all graduated": listed([one | {"学籍状态": "毕业"} for one in PEOPLE]),
    "a fifth less": listed(PEOPLE[: SIZE * 4 // 5]),
    "one row": listed(PEOPLE[:1]),
    "cleared column": listed([one | {"phone": ""} for one in PEOPLE]),
    "last year's": listed([person(n) for n in range(20)] + [person(n + 500) for n in range(34)]),
    "one sheet of three": listed(PEOPLE[:20]),
    "another school's": listed([person(n + 300) for n in range(SIZE)]),
    "shifted columns": shifted_columns(),
    "broken off": RIGHT[: len(RIGHT) * 2 // 3].rsplit("\n", 1)[0] + "\n",
}


def with_the_right_list():
    with_units()
    assert brought_in(RIGHT).state == "applied"
    return values()


right = school_fixture(with_the_right_list)


def let_pass(batch_id):
    """As a steward would, or two."""
    Batch.objects.filter(id=batch_id).update(is_released=True, state="landed")
    return finish(by=BY, batch_id=batch_id)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_held_and_after_a_roll_back_the_right_one_is_right(right, hand_in, what):
    report = hand_in(WRONG[what], name="错.csv")
    assert (report.state, values()) == ("waiting", right), "nothing golden before somebody saw it"
    assert let_pass(report.batch).state == "applied"
    roll_back(by=BY, batch_id=report.batch, reason="交错了")
    assert values() == right, "what it did is undone"
    again = hand_in(RIGHT + "\n", name="对.csv")
    if again.state == "waiting":
        let_pass(again.batch)
    assert values() == right
    assert Person.objects.filter(is_void=False).count() == SIZE
    assert not Missing.objects.exists()


def test_after_a_wrong_first_file_the_right_one_goes_by_itself(hand_in, units):
    wrong = hand_in(WRONG["all graduated"])
    roll_back(by=BY, batch_id=wrong.batch, reason="交错了")
    report = hand_in(RIGHT)
    assert (report.state, report.counts["created"], report.counts["changed"]) == ("applied", SIZE, 0)


def test_a_usual_file_goes_by_itself(right, hand_in):
    people = [one | ({"phone": "13700000000"} if n < 5 else {}) for n, one in enumerate(PEOPLE[:-1])]
    report = hand_in(listed([*people, person(99)]))
    assert (report.state, report.counts["created"]) == ("applied", 1)


def test_the_first_file_of_a_source_needs_no_release(right):
    assert len(right) == SIZE


def test_where_nothing_waits_the_page_says_what_would_and_where_the_limits_stand(steward):
    page = steward.get("/datahub/gate/").content.decode()
    assert ["没有等着放行的文件" in page, "见“放行标准”" in page] == [True, True]
    steward.post("/preferences/language/en")
    page = steward.get("/datahub/gate/").content.decode()
    assert [re.search(rf">\s*{tab}\s*<", page) is not None for tab in ("Large table", "large table")] == [True, False]


@pytest.fixture
def second(db):
    return signed_in("管二号", "0020209009", "datahub.steward")


def test_where_the_office_has_nobody_red_is_let_pass_by_two_stewards_and_not_by_one(
    steward, second, hand_in, run_jobs, right
):
    report = hand_in(WRONG["one row"])
    at = f"/datahub/batches/{report.batch}/"
    page = steward.get(at).content.decode()
    assert "上一批 54 行，这一批 1 行，少了 53 人" in page
    assert PEOPLE[5]["name"] in page, "who is gone is listed"
    assert "负责部门“教务处”没有人能确认（机构名册里没有这个部门）" in page
    assert steward.post(f"{at}release/", {"reason": "对的"}).status_code == 409
    said = at_red.filled_in(steward, f"{at}ask-release/")
    for _time in range(2):
        assert steward.post(f"{at}ask-release/", said).status_code == 302
    asked = Release.objects.get()
    assert at_red.agreed(steward, report.batch).status_code == 409
    asked.refresh_from_db()
    assert (asked.state, values()) == ("asked", right)
    for client in (steward, second):
        assert "教务处：机构名册里没有这个部门" in client.get(f"/datahub/gate/{asked.public_id}/").content.decode()
    at_red.agreed(second, report.batch)
    run_jobs()
    assert at_red.state_of(report.batch) == "applied"
    assert Missing.objects.filter(back_in=None).count() == SIZE - 1
    told = AuditEntry.objects.filter(action__in=["datahub.ask_release", "datahub.agree_release"])
    assert {one.facts["vacancy"] for one in told} == {"no_unit"}


def test_amber_is_let_pass_by_one(steward, hand_in, run_jobs, right):
    report = hand_in(listed(PEOPLE[:-3]))
    batch = Batch.objects.get(id=report.batch)
    assert (batch.state, batch.gate_level) == ("waiting", "amber")
    steward.post(f"/datahub/batches/{report.batch}/release/", {"reason": "退学三人"})
    run_jobs()
    batch.refresh_from_db()
    assert batch.state == "applied"


def test_a_wrong_file_is_discarded(steward, hand_in, right):
    report = hand_in(WRONG["one row"])
    steward.post(f"/datahub/batches/{report.batch}/discard/", {"reason": "交错了"})
    assert Batch.objects.get(id=report.batch).state == "refused"
    assert values() == right


def test_nobody_decides_what_they_asked(steward, hand_in, second, right):
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity.models import Account

    one = Account.objects.order_by("id").first()
    by = Actor(account_id=one.pk, name="管数据")
    report = hand_in(WRONG["one row"])
    said = {"by": by, "batch_id": report.batch, "reason": "x"}
    said["seen"] = releasing.seen_of(Batch.objects.get(pk=report.batch))
    asked = releasing.ask_release(token="6c6e7ab4-0000-4000-8000-000000000001", **said)
    with pytest.raises(SamePersonError):
        releasing.agree(by=by, asked=asked)
    with pytest.raises(ReleaseRefusedError):
        releasing.ask_release(token="6c6e7ab4-0000-4000-8000-000000000002", **said)


def test_a_rehearsal_says_that_it_would_wait(steward, hand_in, right):
    report = hand_in(WRONG["all graduated"], dry_run=True)
    assert report.state == "rehearsed"
    seen = AuditEntry.objects.filter(action="datahub.look_shared_rows")
    assert not seen.exists()
    assert "生效时会等放行" in steward.get(f"/datahub/batches/{report.batch}/").content.decode()
    shown = {one["campus_no"] for one in Batch.objects.get(id=report.batch).differences[:50]}
    assert {one.facts["campus_no"] for one in seen} == shown != set(), "whose changes were shown finds it"


def test_a_looser_limit_holds_when_a_second_steward_agreed_and_a_stricter_one_at_once(steward, second, hand_in, right):
    said = {"token": str(uuid4()), "measure": "gone", "source": "aa.students", "reason": "分院交名册"}
    at, own = "/datahub/gate/limits/set/", GateLimit.objects.filter(source="aa.students", withdrawn_at=None)
    assert steward.post(at, said | {"amber": "7o", "red": "60"}).status_code == 422
    for _turn in range(2):
        assert steward.post(at, said | {"amber": "50", "red": "60"}).status_code == 302
    asked = f"/datahub/limits/{LimitRequest.objects.get().public_id}/"
    assert steward.post(asked + "approve/").status_code in {403, 409, 422}
    assert not own.exists()
    assert hand_in(WRONG["a fifth less"]).state == "waiting", "alone nobody opens the gate"
    Batch.objects.filter(state="waiting").update(state="refused")
    assert second.post(asked + "approve/").status_code == 302
    assert own.get().amber == 500
    assert hand_in(WRONG["a fifth less"] + "\n").state == "applied"
    assert steward.post(at, said | {"token": str(uuid4()), "amber": "1", "red": "2"}).status_code == 302
    assert own.get().amber == 10


def test_what_grew_since_it_was_agreed_to_is_held_anew(steward, hand_in, run_jobs, right):
    agreed = hand_in(listed([one | {"name": "王改名"} if n < 2 else one for n, one in enumerate(PEOPLE)]))
    assert Batch.objects.get(id=agreed.batch).gate_level == "amber"
    Batch.objects.filter(id=agreed.batch).update(gate=[one | {"count": 1} for one in agreed_gate(agreed)])
    steward.post(f"/datahub/batches/{agreed.batch}/release/", {"reason": "两人改名"})
    run_jobs()
    batch = Batch.objects.get(id=agreed.batch)
    assert (batch.state, batch.is_released, values()) == ("waiting", False, right)
    assert "同意放行时是 1" in steward.get(f"/datahub/batches/{agreed.batch}/").content.decode()


def agreed_gate(report):
    return Batch.objects.get(id=report.batch).gate


def test_an_overtaken_list_is_not_released_and_whom_it_lacks_is_not_gone(steward, hand_in, run_jobs, right):
    stale = hand_in(listed(PEOPLE[:-3]))
    rehearsed = hand_in(listed(PEOPLE[:-1]), dry_run=True)
    assert stale.state == "waiting"
    queued = hand_in(listed(PEOPLE[:-2]))
    assert hand_in(listed([*PEOPLE, person(99)])).state == "applied"
    assert steward.post(f"/datahub/batches/{stale.batch}/release/", {"reason": "对的"}).status_code == 409
    assert steward.post(f"/datahub/batches/{rehearsed.batch}/take/").status_code == 409
    with pytest.raises(OvertakenError):
        let_pass(queued.batch)
    assert Batch.objects.get(id=queued.batch).state == "refused"
    assert not Missing.objects.exists()


def test_refused_rows_do_not_do_at_once_what_a_file_may_not(steward, hand_in, right):
    put_in_force(LimitRequest(measure="refused", amber=1000, red=1000, reason="试"), by=BY)
    renamed = [one | {"name": f"王{one['name'][1:]}甲", "学生类别": "火星生"} for one in PEOPLE]
    report = hand_in(listed(renamed))
    assert (report.state, report.counts["rejected"]) == ("applied", SIZE)
    add_alias(by=BY, table="person_category", value="火星生", code="undergraduate")
    assert steward.post(f"/datahub/batches/{report.batch}/replay/").status_code == 409
    assert values() == right


def test_a_source_of_parts_is_measured_among_all_and_a_small_file_by_many_rows(right, hand_in):
    head = "学号,姓名,手机号码\n"
    lines = [f"{one['no']},{one['name']},{one['phone']}" for one in PEOPLE[:20]]
    assert hand_in(head + "\n".join(lines), source_key="sa.contacts", name="电话.csv").state == "applied"
    shifted = [f"{one['no']},{one['name']},{PEOPLE[n + 1]['phone']}" for n, one in enumerate(PEOPLE[:20])]
    assert hand_in(head + "\n".join(shifted), source_key="sa.contacts", name="错.csv").state == "waiting"
    assert values() == right


def test_faults_of_a_released_file_are_not_what_is_usual(right, hand_in):
    bad = listed([one | ({"name": "王?"} if n < 20 else {}) for n, one in enumerate(PEOPLE)])
    assert let_pass(hand_in(bad).batch).state == "applied"
    assert hand_in(bad + "\n").state == "waiting"


def test_a_roll_back_makes_anew_only_whom_the_batch_changed(right, hand_in):
    report = hand_in(listed([one | ({"phone": "13700000000"} if n < 3 else {}) for n, one in enumerate(PEOPLE)]))
    batch = Batch.objects.get(id=report.batch)
    assert len(rollback.touched_by(batch)) == 3
    roll_back(by=BY, batch_id=report.batch, reason="错")
    assert values() == right


def test_numbers_opened_for_a_file_that_is_held_leave_a_line(right, hand_in):
    before = AuditEntry.objects.filter(action="people.open_documents").count()
    others = [one | {"document": person(n + 300)["document"]} for n, one in enumerate(PEOPLE)]
    assert hand_in(listed(others)).state == "waiting"
    assert AuditEntry.objects.filter(action="people.open_documents").count() == before + 1


# Deletes


@pytest.fixture
def tolerant(right):
    put_in_force(LimitRequest(measure="gone", amber=1000, red=1000, reason="试"), by=BY)


def without_last(n=0):
    return listed(PEOPLE[:-1]) + "\n" * n


def a_day_passes():
    Batch.objects.update(finished_at=F("finished_at") - timedelta(days=1))


def last_tie():
    return Affiliation.objects.get(campus_no=PEOPLE[-1]["no"])


def test_who_is_not_named_any_more_is_missing_then_ended_and_back_when_named(hand_in, tolerant):
    before = values()
    for n in range(2):
        for again in (n, n + 10):
            hand_in(without_last(again))
            assert last_tie().state == "active", "two lists of one day are one"
        a_day_passes()
    assert len(Missing.objects.get().lacked_by) == 4
    third = hand_in(without_last(2))
    assert last_tie().state == "ended"
    roll_back(by=BY, batch_id=third.batch, reason="早了")
    assert last_tie().state == "active"
    again = hand_in(without_last(3))
    assert last_tie().state == "ended"
    a_day_passes()
    hand_in(without_last(4))
    roll_back(by=BY, batch_id=again.batch, reason="又早了")
    assert (last_tie().state, Missing.objects.get().ended_in.state) == ("ended", "applied"), "the next lacked him too"
    a_day_passes()
    hand_in(RIGHT + "\n\n")
    assert (values(), Missing.objects.filter(back_in=None).count()) == (before, 0)


def test_who_is_missing_for_days_is_over_without_another_list(hand_in, tolerant):
    hand_in(without_last())
    assert absences.end_overdue() == 0
    Missing.objects.update(since=F("since") - timedelta(days=400))
    waiting = hand_in(WRONG["shifted columns"])
    assert (waiting.state, absences.end_overdue()) == ("waiting", 0), "it may name them"
    releasing.discard(by=BY, batch_id=waiting.batch, reason="错")
    jobs.end_missing()
    assert last_tie().state == "ended"
    assert jobs.end_missing() is None
    assert absences.end_overdue() == 0
    head, _mark, last = RIGHT.rpartition(",在读,")
    assert hand_in(f"{head},,{last}").state == "applied"
    assert last_tie().state == "active", "a list without a state names who is there"


def test_days_of_absence_begin_with_the_first_list_that_was_not_taken_back(hand_in, tolerant):
    wrong = hand_in(without_last())
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        hand_in(without_last(1))
    roll_back(by=BY, batch_id=wrong.batch, reason="交错了")
    for days, state in ((4, "active"), (6, "ended")):
        with time_machine.travel(now() + timedelta(days=days), tick=False):
            jobs.end_missing()
        assert last_tie().state == state


def test_an_end_by_absence_stands_when_an_older_batch_is_taken_back(hand_in, tolerant):
    touched = hand_in(listed([*PEOPLE[:-1], PEOPLE[-1] | {"phone": "13700000000"}]))
    for n in range(3):
        hand_in(without_last(n))
        a_day_passes()
    assert last_tie().state == "ended"
    roll_back(by=BY, batch_id=touched.batch, reason="错")
    assert (last_tie().state, last_tie().person.phone) == ("ended", PEOPLE[-1]["phone"])


def test_whom_later_lists_lack_too_is_not_back_when_the_first_ones_are_taken_back(hand_in, units, monkeypatch):
    monkeypatch.setattr(absences, "MOST_LISTS", 2)
    monkeypatch.setattr(absences, "MOST_KEPT", 2)
    hand_in(listed(PEOPLE[:2]))
    lists = []
    for n in range(4):
        lists.append(hand_in(listed(PEOPLE[:1]) + "\n" * n).batch)
        a_day_passes()
    for n in range(3):
        missing = Missing.objects.get()
        assert (second_tie().state, missing.lacked_by) == ("ended", lists[n : n + 2])
        assert missing.ended_in.state == "applied"
        if n < 2:
            roll_back(by=BY, batch_id=lists[n], reason="错")
    named = hand_in(listed(PEOPLE[:2]) + "\n").batch
    assert second_tie().state == "active"
    roll_back(by=BY, batch_id=lists[2], reason="错")
    roll_back(by=BY, batch_id=named, reason="错")
    assert (second_tie().state, Missing.objects.get().lacked_by) == ("active", lists[3:]), "one list is not enough"


def second_tie():
    return Affiliation.objects.get(campus_no=PEOPLE[1]["no"])


LEFT = {"学籍状态": "退学"}
UNSAID = {"学籍状态": ""}


@pytest.mark.parametrize(
    "before",
    [[[], [LEFT]], [[{"预计毕业日期": "2024-06-30"}], [LEFT | {"预计毕业日期": "2024-06-30"}]], [[LEFT]]],
    ids=["whom a list lacked", "whose last day was over", "who was there"],
)
def test_who_left_by_the_office_s_own_word_is_not_back_by_a_list_without_a_state(hand_in, units, monkeypatch, before):
    monkeypatch.setattr(absences, "MOST_LISTS", 1)
    hand_in(listed(PEOPLE[:2]))
    for said in before:
        told = hand_in(listed([PEOPLE[0], *(PEOPLE[1] | one for one in said)]))
        assert (told.state, second_tie().state) == ("applied", "ended")
    silent = hand_in(listed([PEOPLE[0], PEOPLE[1] | UNSAID]))
    assert (silent.state, second_tie().state) == ("applied", "ended")
    roll_back(by=BY, batch_id=told.batch, reason="没有退学")
    assert second_tie().state == "active", "that word is taken back: the list names who is there"


def test_a_source_that_is_silent_says_since_when(steward, units):
    Batch.objects.update(created_at="2024-02-29T08:00:00Z")
    assert "自 2024年2月29日 起未更新" in steward.get("/datahub/").content.decode()


def worker(n, **other):
    """Of sec.temporary, whose files are parts of a list."""
    one = person(n)
    cells = {"证号": f"L24{n:05d}", "姓名": one["name"], "证件类型": "居民身份证", "证件号码": one["document"]}
    cells |= {
        "单位代码": "11",
        "类型": "临时工",
        "有效期起": "2026-01-01",
        "有效期止": f"{campus_today().year + 1}-12-31",
        "电话": one["phone"],
    }
    return ",".join((cells | other).values())


def workers(*lines):
    return "\n".join(["证号,姓名,证件类型,证件号码,单位代码,类型,有效期起,有效期止,电话", *lines]) + "\n"


def test_small_files_of_one_source_are_summed_over_a_day(hand_in, units):
    """Ten lines at a time a wrong list goes in unseen; the third file of the morning waits."""
    everybody = workers(*(worker(n) for n in range(SIZE)))
    assert hand_in(everybody, source_key="sec.temporary", name="全部.csv").state == "applied"
    states = []
    for part in range(5):
        ten = range(part * 10, part * 10 + 10)
        wrong = workers(*(worker(n, 电话=f"1370000{n:04d}") if n % 10 < 3 else worker(n) for n in ten))
        states.append(hand_in(wrong, source_key="sec.temporary", name=f"{part}.csv").state)
    assert states[:3] == ["applied"] * 3
    assert states[3:] == ["waiting"] * 2
    held = Batch.objects.filter(state="waiting").order_by("id").first()
    assert (held.gate[0]["measure"], held.gate[0]["count"], held.gate[0]["files"]) == ("changed", 12, 4)
    assert sentences_of(held.gate)[0].startswith("一天里的 4 批合起来：12 人的“电话”改了")
    Batch.objects.filter(state="applied").update(finished_at=now() - timedelta(days=1, minutes=1))
    wrong = workers(*(worker(n, 电话=f"1370000{n:04d}") for n in range(40, 43)), *(worker(n) for n in range(43, 50)))
    assert hand_in(wrong, source_key="sec.temporary", name="明天.csv").state == "applied", "tomorrow is another day"


def test_a_wrong_list_of_temporary_staff_is_held(hand_in, units):
    assert (
        hand_in(workers(*(worker(n) for n in range(SIZE))), source_key="sec.temporary", name="1.csv").state == "applied"
    )
    names = [person(n)["name"] for n in range(SIZE)]
    wrong = workers(*(worker(n, 姓名=names[n - 1]) for n in range(SIZE)))
    report = hand_in(wrong, source_key="sec.temporary", name="2.csv")
    assert (report.state, Batch.objects.get(pk=report.batch).gate_level) == ("waiting", "red")
