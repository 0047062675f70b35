"""Any course of imports, merges, their undoing, roll-backs and replays, each cut off anywhere and begun anew, leaves what the import of what
remains would give."""

from contextlib import contextmanager
from operator import itemgetter

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nanhu.platforms.datahub.api import import_file, replay, roll_back
from nanhu.platforms.datahub.models import Batch, KnownDocument, LandingRow, Review
from nanhu.platforms.datahub.services import absences
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.services.reviews import decide_same, part_again
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person

first = itemgetter(0)
PASSPORT = {"证件类型": "护照", "国籍地区": "俄罗斯", "name": "Anna Petrova"}
POOL = [
    {"no": "14231100001", "document": "E12345678", **PASSPORT},
    {"no": "14231100002", "document": "E12345687", **PASSPORT},
    {"no": "14231100003", "name": "王芳", "document": id_number(order=3)},
    {"no": "14231100004", "name": "李强", "document": id_number(order=5)},
    {"no": "14231100003", "name": "王芳", "document": id_number(order=7)},
]
STAFF = [
    f"20190123,李强,{id_number(order=5)}",
    f"20190124,王芳,{id_number(order=3)}",
    f"20190125,王方,{id_number(order=3)}",
]
PHONES = st.sampled_from(["13800138001", "13800138002", ""])
TORN, CLASS = POOL[3]["no"], "11032301"
OWN = {POOL[n]["no"] for n in (0, 1, 3)}
"""Numbers that two people do not claim."""
PAIR = {POOL[0]["no"], POOL[1]["no"]}


def lines_with(*states):
    return st.lists(
        st.tuples(
            st.integers(0, len(POOL) - 1),
            PHONES,
            st.sampled_from(states),
            st.sampled_from(["汉族", "土家族", ""]),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda line: POOL[line[0]]["no"],
    )


LINES = lines_with("在读", "休学")
CUT = st.none() | st.integers(0, 150)
"""Before which of its statements the power goes, if it does: the longest course of one has some hundred and fifty."""


class PowerCut(BaseException):
    """As kill -9: nobody below catches it, and the database undoes what was not committed."""


@contextmanager
def power_cut(after):
    left = after

    def ask(execute, sql, *others):
        nonlocal left
        if not str(sql).startswith(
            ("SAVEPOINT", "RELEASE", "ROLLBACK")
        ):  # the database's own part, which it does all the same
            left -= 1
            if left < 0:
                raise PowerCut
        return execute(sql, *others)

    with connection.execute_wrapper(ask):
        yield


def at_last(cut, act, is_done=lambda: False):
    """Done, though it was cut off on the way: somebody looks whether it is, and begins it anew where it is not."""
    if cut is None:
        return act()
    try:
        with power_cut(cut):
            return act()
    except PowerCut:
        with connection.cursor() as cursor:
            cursor.execute("DISCARD TEMP")  # what a connection takes with it that is cut
        return None if is_done() else act()


def golden():
    """By campus number; and who is one."""
    ties = Affiliation.objects.filter(campus_no__in=[one["no"] for one in POOL]).exclude(state="ended")
    rows = {}
    together = {}
    for tie in ties.select_related("person"):
        who = tie.person
        rows[tie.campus_no] = (
            who.name,
            who.phone,
            who.ethnicity,
            who.sex,
            str(who.birth_date),
            tie.status_name,
            tie.state,
        )
        together.setdefault(who.pk, set()).add(tie.campus_no)
    documents = {frozenset(numbers): Person.objects.get(pk=pk).id_number for pk, numbers in together.items()}
    return rows, documents, questions(together), known_documents(together)


def questions(together):
    """Pairs of living persons that a steward is, or was, asked about; who is one is in the other part."""
    asked = Review.objects.filter(row=None).exclude(state="same").values_list("left_id", "right_id")
    return {
        frozenset(map(frozenset, (together[left], together[right])))
        for left, right in asked
        if {left, right} <= together.keys()
    }


def known_documents(together):
    """Besides the one that stands in the record."""
    heirs = people.heirs(set(KnownDocument.objects.values_list("person_id", flat=True)))
    current = {one[:2] for one in people.current_documents(together)}
    found = {(heirs.get(one.person_id, one.person_id), bytes(one.index)) for one in KnownDocument.objects.all()}
    return {(frozenset(together.get(person, ())), index) for person, index in found - current}


class Course(RuleBasedStateMachine):
    """`files`: by batch, what is in effect of what was handed in."""

    folder = None

    @initialize()
    def begin(self):
        self.space = transaction.atomic()
        self.space.__enter__()
        self.point = transaction.savepoint_create()
        self.files, self.said, self.torn = {}, {}, {}
        self.is_merged = False
        self.count = 0

    def hand_in(self, content, source_key="aa.students", cut=None):
        self.count += 1
        path = self.folder / f"{self.count}.csv"
        path.write_text(content + "\n" * self.count)
        report = at_last(cut, lambda: import_file(by=BY, path=path, source_key=source_key))
        assert report.state == "applied" or (cut is not None and report.state == "duplicate")
        return report

    @precondition(lambda self: self.files)
    @rule(data=st.data(), cut=CUT)
    def replays(self, data, cut):
        number = data.draw(st.sampled_from(sorted(self.files)))
        at_last(cut, lambda: replay(by=BY, batch_id=number))

    def take_back(self, number, cut):
        was = Batch.objects.filter(pk=number, state="rolled_back")
        at_last(cut, lambda: roll_back(by=BY, batch_id=number, reason="错"), was.exists)
        assert was.exists()
        del self.files[number]

    def teardown(self):
        if not hasattr(self, "files"):
            return
        try:
            self.compare()
        finally:
            transaction.set_rollback(True)
            self.space.__exit__(None, None, None)


class Courses(Course):
    """`torn`: by batch, the file whose row of one of them could be read, until it is mended."""

    @rule(lines=LINES, is_torn=st.booleans(), cut=CUT)
    def imports(self, lines, is_torn, cut):
        rows = [student(**POOL[n], phone=phone, 学籍状态=status, 民族=people) for n, phone, status, people in lines]
        content = register(*rows)
        torn = register(*(row.replace(CLASS, "没有的班") if TORN in row and is_torn else row for row in rows))
        report = self.hand_in(torn, cut=cut)
        named = {POOL[n]["no"] for n, *_others in lines}
        self.files[report.batch] = (torn, named)
        if torn != content:
            self.torn[report.batch] = (content, named)

    @precondition(lambda self: self.torn)
    @rule(data=st.data(), cut=CUT)
    def mends(self, data, cut):
        number = data.draw(st.sampled_from(sorted(self.torn)))
        row = LandingRow.objects.get(batch=number, state="rejected")
        was = LandingRow.objects.filter(pk=row.pk, state="accepted")
        at_last(cut, lambda: mend_row(by=BY, row_id=row.pk, values={"班级代码": CLASS}), was.exists)
        assert was.exists()
        self.files[number] = self.torn.pop(number)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), cut=CUT)
    def rolls_back(self, data, cut):
        number = data.draw(st.sampled_from(sorted(self.files)))
        left = set().union(*[named for one, (_content, named) in self.files.items() if one != number])
        if self.is_merged and not left >= PAIR:
            return
        self.take_back(number, cut)
        self.torn.pop(number, None)

    @precondition(lambda self: not self.is_merged and open_pair() is not None)
    @rule(cut=CUT)
    def merges(self, cut):
        review = open_pair()
        kept = Affiliation.objects.get(campus_no=POOL[0]["no"]).person_id
        was = Review.objects.filter(pk=review.pk, state="same")
        at_last(cut, lambda: decide_same(by=BY, review_id=review.pk, kept_id=kept, reason="同一人"), was.exists)
        assert was.exists()
        self.is_merged = review.pk

    @precondition(lambda self: self.is_merged)
    @rule(cut=CUT)
    def parts(self, cut):
        merged = Review.objects.filter(pk=self.is_merged, state="same")
        act = lambda: part_again(by=BY, review_id=self.is_merged, reason="两个人")  # noqa: E731
        at_last(cut, act, lambda: not merged.exists())
        assert not merged.exists()
        self.is_merged = False

    def compare(self):
        was, files, is_merged = golden(), list(self.files.values()), self.is_merged
        transaction.savepoint_rollback(self.point)
        for content, _named in files:
            self.hand_in(content)
        if is_merged:
            review = open_pair()
            kept = Affiliation.objects.get(campus_no=POOL[0]["no"]).person_id
            decide_same(by=BY, review_id=review.pk, kept_id=kept, reason="同一人")
        assert was == golden()


class Offices(Course):
    """Three offices, two of which say no state; the third may leave it empty. Who is refused because another file is not there yet comes by a replay at the end."""

    @invariant()
    def nobody_is_back_whom_the_registrar_sent_away(self):
        """Until he says otherwise: by a list without a state nobody is, whatever else was told of them before."""
        last = {}
        for number in sorted(self.said.keys() & self.files.keys()):
            accepted = LandingRow.objects.filter(batch=number, state="accepted").values("person")
            heard = Affiliation.objects.filter(person__in=accepted, campus_no__in=OWN & self.said[number].keys())
            last |= {tie.campus_no: self.said[number][tie.campus_no] for tie in heard}
        gone = [number for number, status in last.items() if status == "退学"]
        assert not Affiliation.objects.filter(kind="student", campus_no__in=gone).exclude(state="ended").exists()

    def take(self, source_key, content, cut):
        report = self.hand_in(content, source_key, cut)
        self.files[report.batch] = (content, source_key)

    @rule(lines=lines_with("在读", "退学", ""), cut=CUT)
    def registrar(self, lines, cut):
        lines = [(n, phone, status if POOL[n]["no"] in OWN else "在读", people) for n, phone, status, people in lines]
        rows = [student(**POOL[n], phone=phone, 学籍状态=status, 民族=people) for n, phone, status, people in lines]
        self.take("aa.students", register(*rows), cut)
        self.said[max(self.files)] = {POOL[n]["no"]: status for n, _phone, status, _people in lines if status}

    @rule(
        lines=st.lists(
            st.tuples(st.integers(0, 2), PHONES, st.sampled_from(["在编", "派遣"])), min_size=1, unique_by=first
        ),
        cut=CUT,
    )
    def personnel(self, lines, cut):
        rows = [f"{STAFF[n]},11,{category},2019-09-01,{phone}\n" for n, phone, category in lines]
        self.take("hr.staff", "".join(["工号,姓名,证件号码,部门代码,人员类别,来校日期,手机\n", *rows]), cut)

    @rule(lines=st.lists(st.tuples(st.integers(2, 3), PHONES), min_size=1, unique_by=first), cut=CUT)
    def students_office(self, lines, cut):
        rows = [f"{POOL[n]['no']},{POOL[n]['name']},{phone}\n" for n, phone in lines]
        self.take("sa.contacts", "".join(["学号,姓名,手机号码\n", *rows]), cut)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), cut=CUT)
    def rolls_back(self, data, cut):
        self.take_back(data.draw(st.sampled_from(sorted(self.files))), cut)

    def compare(self):
        was, files = self.settled(self.files), [self.files[number] for number in sorted(self.files)]
        transaction.savepoint_rollback(self.point)
        again = [self.hand_in(*one).batch for one in files]
        assert was == self.settled(again)

    def settled(self, numbers):
        for number in sorted(numbers) * 2:
            replay(by=BY, batch_id=number)
        ties = Affiliation.objects.exclude(state="ended").select_related("person")
        facts = {
            tie.campus_no: (
                tie.person.name,
                tie.person.phone,
                tie.person.ethnicity,
                tie.person.id_number,
                tie.state,
                tie.status_name,
                tie.category,
                tie.starts_on,
            )
            for tie in ties
        }
        together = {}
        for tie in ties:
            together.setdefault(tie.person_id, set()).add(tie.campus_no)
        return facts, set(map(frozenset, together.values()))


def open_pair():
    """The question whether the two passports are one person's, while both are there."""
    held = dict(
        Affiliation.objects.filter(campus_no__in=PAIR, state__in=["active", "suspended"]).values_list(
            "person_id", "campus_no"
        )
    )
    found = Review.objects.filter(state="open", row=None, left__in=held, right__in=held)
    return found.first() if set(held.values()) == PAIR else None


@pytest.mark.django_db
@pytest.mark.parametrize("after", [0, 10, 30])
def test_a_power_cut_leaves_an_import_to_begin_anew(after, tmp_path, units):
    path = tmp_path / "学籍.csv"
    path.write_text(register(student(**POOL[0])))
    with pytest.raises(PowerCut), power_cut(after):
        import_file(by=BY, path=path, source_key="aa.students")
    assert not Affiliation.objects.filter(campus_no=POOL[0]["no"]).exists()
    assert import_file(by=BY, path=path, source_key="aa.students").state == "applied"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("course", "lists"), [(Courses, 99), (Offices, 1)], ids=["one office", "three offices"])
def test_any_course_equals_the_import_of_what_remains(course, lists, tmp_path, monkeypatch, units):
    monkeypatch.setattr(absences, "MOST_LISTS", lists)
    monkeypatch.setattr(absences, "MOST_KEPT", 1)
    monkeypatch.setattr(Course, "folder", tmp_path)
    few = settings(max_examples=5, stateful_step_count=8)  # more by hand; those of the run's seed
    run_state_machine_as_test(course, settings=few)
    assert Batch.objects.count() == 1, "every course left the database as it was"
