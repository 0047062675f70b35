"""Numbers of documents: none twice, none left out, and each as its series says."""

import random
from contextlib import suppress

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.numbering.errors import NoSuchNumberError, NumberTakenError, NumberVoidError
from nanhu.kernel.numbering.models import NumberCounter, TakenNumber
from nanhu.kernel.numbering.series import Series, check_digit, check_holds, registered_series
from nanhu.kernel.numbering.services import take, take_many, void

BY = Actor.system("test")


@pytest.fixture(autouse=True)
def own_series(monkeypatch):
    """What a test declares is gone after it."""
    monkeypatch.setattr(registered_series, "_entries", dict(registered_series._entries))


def letters(**changes):
    return Series(**{"key": "test.letter", "pattern": "湖理〔{year}〕{n}号", "gapless": True, **changes})


def taken(series, **options):
    with transaction.atomic():
        return take(by=BY, series=series, target="letter:1", **options).number


@pytest.mark.django_db
def test_it_counts_anew_each_year():
    series = letters()
    assert [taken(series, year=2026), taken(series, year=2026), taken(series, year=2027), taken(series, year=2026)] == [
        "湖理〔2026〕1号",
        "湖理〔2026〕2号",
        "湖理〔2027〕1号",
        "湖理〔2026〕3号",
    ]


@pytest.mark.django_db
def test_each_scope_counts_by_itself():
    series = letters(pattern="{scope}〔{year}〕{n:03}号")
    said = [taken(series, year=2026, scope=scope) for scope in ("校政发", "校党发", "校政发")]
    assert said == ["校政发〔2026〕001号", "校党发〔2026〕001号", "校政发〔2026〕002号"]
    with pytest.raises(ValueError, match="scope"):
        taken(series, year=2026)


@pytest.mark.django_db
def test_what_is_rolled_back_gives_its_number_back():
    series = letters(pattern="{n}")
    assert taken(series) == "1"
    with suppress(RuntimeError), transaction.atomic():
        assert take(by=BY, series=series, target="letter:2").number == "2"
        raise RuntimeError
    assert taken(series) == "2"


@pytest.mark.django_db(transaction=True)
def test_a_number_is_taken_in_a_transaction_only():
    with pytest.raises(transaction.TransactionManagementError, match=r"test\.letter"):
        take(by=BY, series=letters(), target="letter:1")
    assert not NumberCounter.objects.exists()


@pytest.mark.django_db
def test_a_sparse_series_ascends_and_has_no_counter():
    series = letters(pattern="ZC{n:08}", gapless=False)
    said = [taken(series) for _time in range(5)]
    assert said == sorted(set(said))
    assert not NumberCounter.objects.exists()


@pytest.mark.django_db
def test_many_are_taken_at_once_each_by_its_document():
    series = letters(pattern="{year}-{scope}-{n:06}-{check}", gapless=False)
    targets = [f"letter:{number}" for number in range(20)]
    with transaction.atomic():
        said = take_many(by=BY, series=series, targets=targets, scope="A02", year=2026)
    assert list(TakenNumber.objects.order_by("place").values_list("target", "number")) == list(
        zip(targets, said, strict=True)
    )
    assert said == sorted(set(said))
    assert all(check_holds(number) for number in said)
    with transaction.atomic():
        assert take(by=BY, series=series, target="letter:20", scope="A02", year=2026).number > said[-1]


@pytest.mark.django_db(transaction=True)
def test_many_are_taken_of_a_sparse_series_in_a_transaction_only():
    with pytest.raises(transaction.TransactionManagementError):
        take_many(by=BY, series=letters(pattern="ZC{n:08}", gapless=False), targets=["letter:1"])
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        take_many(by=BY, series=letters(key="test.other"), targets=["letter:1"])


@pytest.mark.django_db
def test_a_void_number_keeps_its_reason_and_is_not_given_again():
    series = letters(pattern="{n:04}")
    taken(series)
    with pytest.raises(ReasonMissingError):
        void(by=BY, series=series, number="0001", reason=" ")
    void(by=BY, series=series, number="0001", reason="打印时卡纸")
    assert taken(series) == "0002"
    found = TakenNumber.objects.get(number="0001")
    assert (found.why_void, found.voided_by_name) == ("打印时卡纸", BY.name)
    said = AuditEntry.objects.get(action="numbering.void")
    assert (said.target, said.reason) == ("number:test.letter:0001", "打印时卡纸")
    with pytest.raises(NumberVoidError, match="打印时卡纸"):
        void(by=BY, series=series, number="0001", reason="再作废一次")
    with pytest.raises(NoSuchNumberError, match="0009"):
        void(by=BY, series=series, number="0009", reason="没有的")


@pytest.mark.django_db
def test_a_number_that_another_way_led_to_is_refused_and_takes_no_place():
    TakenNumber.objects.create(
        series="test.letter", scope="old", place=1, number="1", target="letter:0", taken_by_name="x"
    )
    with pytest.raises(NumberTakenError, match="1"):
        taken(letters(pattern="{n}"))
    assert not NumberCounter.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM kernel_number",
        "UPDATE kernel_number SET number = 'x'",
        "UPDATE kernel_number SET place = place + 1",
        "UPDATE kernel_number SET voided_at = now(), voided_by_name = 'x'",
        "DELETE FROM kernel_number_counter",
        "UPDATE kernel_number_counter SET last = last + 2",
        "UPDATE kernel_number_counter SET last = last - 1",
        "UPDATE kernel_number_counter SET last = last + 1",
        "INSERT INTO kernel_number_counter (series, scope, last) VALUES ('test.other', '', 1)",
        "INSERT INTO kernel_number_counter (series, scope, last) VALUES ('test.other', '', 7)",
    ],
)
def test_the_database_holds_it_whoever_writes(statement):
    taken(letters())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
@pytest.mark.parametrize(("scope", "place"), [("2026", 3), ("2026", 9), ("2027", 1), ("", 1)])
def test_no_number_stands_ahead_of_its_counter_whoever_writes(scope, place):
    series = letters()
    taken(series, year=2026)
    taken(series, year=2026)
    with pytest.raises(DatabaseError), transaction.atomic():
        TakenNumber.objects.create(
            series=series.key, scope=scope, place=place, number="x", target="letter:0", taken_by_name="x"
        )
    assert taken(series, year=2026) == "湖理〔2026〕3号"


@pytest.mark.django_db
def test_a_series_that_begins_to_count_has_no_number_ahead_of_it():
    TakenNumber.objects.create(
        series="test.letter", scope="", place=7, number="x", target="letter:0", taken_by_name="x"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        taken(letters(pattern="{n}"))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "pattern",
    [
        "号",
        "{n",
        "{n}{n}",
        "{number}",
        "{check}{n}",
        "{n}{check}9",
        "{scope}{n}",
        "{scope}1{n}",
        "{scope}-1{n}",
        "{scope}{year}-{n}",
        "{check:0}{n}",
        "{check:0}-{n}",
        "{n}-{check:0}",
        "{year!s}-{n}",
        "{n!r}",
        "{n:x}",
        "{n:{year}}",
    ],
)
def test_a_pattern_that_would_double_or_mislead_is_refused(pattern):
    with pytest.raises(ImproperlyConfigured):
        letters(pattern=pattern)


@pytest.mark.parametrize(("digits", "check"), [("79462", 3), ("00200667308", 5)])
def test_the_check_digit_is_that_of_the_standard(digits, check):
    """Worked examples of ISO/IEC 7064, MOD 11-10, as python-stdnum has them."""
    assert check_digit(digits) == check
    assert check_holds(f"{digits}{check}")


@given(number=st.integers(1, 10**9), place=st.integers(0, 20), wrong=st.integers(1, 9))
def test_the_check_digit_finds_each_wrong_digit(number, place, wrong):
    digits = f"2026{number}"
    digits += str(check_digit(digits))
    place %= len(digits)
    mistyped = f"{digits[:place]}{(int(digits[place]) + wrong) % 10}{digits[place + 1 :]}"
    assert check_holds(digits)
    assert not check_holds(mistyped)


@pytest.mark.parametrize(
    "pattern", ["{n}", "{n:06}{check}", "DZ{year}-{n:08}-{check}", "{scope}〔{year}〕{n:03}号", "{scope}-1-{n}"]
)
def test_a_pattern_that_reads_in_one_way_is_taken(pattern):
    assert letters(pattern=pattern).has("n")


def test_a_year_has_four_digits():
    with pytest.raises(ValueError, match="year"):
        letters().counted_in(year=20260, scope="")


def test_a_number_with_a_check_digit_is_checked_as_it_is_printed():
    number = letters(pattern="湖理证〔{year}〕{n:06}-{check}").number(19, year=2026, scope="")
    assert check_holds(number)
    assert not check_holds(number.replace("19", "91"))


@pytest.mark.django_db
@given(seed=st.integers(0, 2**32), gapless=st.booleans())
def test_whatever_is_rolled_back_a_series_has_no_double_and_a_gapless_one_no_gap(seed, gapless):
    chance = random.Random(seed)
    key = f"test.{'gapless' if gapless else 'sparse'}"
    registered_series._entries.pop(key, None)
    series = letters(key=key, pattern="{scope}-{n}", gapless=gapless)
    scope = f"s{seed}-{gapless}"
    given_out = []
    for _time in range(chance.randrange(1, 12)):
        with suppress(RuntimeError), transaction.atomic():
            number = take(by=BY, series=series, target="letter:1", scope=scope)
            if chance.random() < 0.4:
                raise RuntimeError
            given_out.append(number.place)
    assert len(set(given_out)) == len(given_out)
    if gapless:
        known = TakenNumber.objects.filter(series=series.key, scope=scope).count()
        assert sorted(TakenNumber.objects.filter(scope=scope).values_list("place", flat=True)) == list(
            range(1, known + 1)
        )
