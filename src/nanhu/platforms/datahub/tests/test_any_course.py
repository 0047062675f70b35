"""Any course of imports, merges, their undoing, roll-backs and replays leaves what the import of what remains would give."""

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from nanhu.platforms.datahub.api import import_file, replay, roll_back
from nanhu.platforms.datahub.models import Batch, KnownDocument, Review
from nanhu.platforms.datahub.services import absences
from nanhu.platforms.datahub.services.reviews import decide_same, part_again
from nanhu.platforms.datahub.tests.conftest import BY, UNITS, id_number, register, student
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person

PASSPORT = {"证件类型": "护照", "国籍地区": "俄罗斯", "name": "Anna Petrova"}
POOL = [
    {"no": "14231100001", "document": "E12345678", **PASSPORT},
    {"no": "14231100002", "document": "E12345687", **PASSPORT},
    {"no": "14231100003", "name": "王芳", "document": id_number(order=3)},
    {"no": "14231100004", "name": "李强", "document": id_number(order=5)},
    {"no": "14231100003", "name": "王芳", "document": id_number(order=7)},
]
PAIR = {POOL[0]["no"], POOL[1]["no"]}
LINES = st.lists(
    st.tuples(
        st.integers(0, len(POOL) - 1),
        st.sampled_from(["13800138001", "13800138002", ""]),
        st.sampled_from(["在读", "休学"]),
        st.sampled_from(["汉族", "土家族", ""]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: POOL[line[0]]["no"],
)


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


class Courses(RuleBasedStateMachine):
    folder = None

    @initialize()
    def begin(self):
        self.space = transaction.atomic()
        self.space.__enter__()
        self.point = transaction.savepoint_create()
        self.files = {}
        self.is_merged = False
        self.count = 0

    def hand_in(self, content):
        self.count += 1
        path = self.folder / f"{self.count}.csv"
        path.write_text(content + "\n" * self.count)
        return import_file(by=BY, path=path, source_key="aa.students")

    @rule(lines=LINES)
    def imports(self, lines):
        rows = [student(**POOL[n], phone=phone, 学籍状态=status, 民族=people) for n, phone, status, people in lines]
        content = register(*rows)
        report = self.hand_in(content)
        assert report.state == "applied"
        self.files[report.batch] = (content, {POOL[n]["no"] for n, *_others in lines})

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def rolls_back(self, data):
        number = data.draw(st.sampled_from(sorted(self.files)))
        left = set().union(*[named for one, (_content, named) in self.files.items() if one != number])
        if self.is_merged and not left >= PAIR:
            return
        roll_back(by=BY, batch_id=number, reason="错")
        del self.files[number]

    @precondition(lambda self: not self.is_merged and open_pair() is not None)
    @rule()
    def merges(self):
        review = open_pair()
        kept = Affiliation.objects.get(campus_no=POOL[0]["no"]).person_id
        decide_same(by=BY, review_id=review.pk, kept_id=kept, reason="同一人")
        self.is_merged = review.pk

    @precondition(lambda self: self.is_merged)
    @rule()
    def parts(self):
        part_again(by=BY, review_id=self.is_merged, reason="两个人")
        self.is_merged = False

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def replays(self, data):
        replay(by=BY, batch_id=data.draw(st.sampled_from(sorted(self.files))))

    def teardown(self):
        if not hasattr(self, "files"):
            return
        try:
            was, files, is_merged = golden(), list(self.files.values()), self.is_merged
            transaction.savepoint_rollback(self.point)
            for content, _named in files:
                self.hand_in(content)
            if is_merged:
                review = open_pair()
                kept = Affiliation.objects.get(campus_no=POOL[0]["no"]).person_id
                decide_same(by=BY, review_id=review.pk, kept_id=kept, reason="同一人")
            assert was == golden()
        finally:
            transaction.set_rollback(True)
            self.space.__exit__(None, None, None)


def open_pair():
    """The question whether the two passports are one person's, while both are there."""
    held = dict(
        Affiliation.objects.filter(campus_no__in=PAIR, state__in=["active", "suspended"]).values_list(
            "person_id", "campus_no"
        )
    )
    found = Review.objects.filter(state="open", row=None, left__in=held, right__in=held)
    return found.first() if set(held.values()) == PAIR else None


@pytest.mark.slow
@pytest.mark.django_db
def test_any_course_equals_the_import_of_what_remains(tmp_path, monkeypatch, hand_in):
    hand_in(UNITS, source_key="org.units", name="机构.csv", encoding="utf-8-sig")
    monkeypatch.setattr(absences, "MOST_LISTS", 99)
    monkeypatch.setattr(Courses, "folder", tmp_path)
    few = settings(max_examples=8, stateful_step_count=8)
    run_state_machine_as_test(Courses, settings=few)
    assert Batch.objects.count() == 1, "every course left the database as it was"
