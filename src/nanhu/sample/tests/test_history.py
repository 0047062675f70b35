"""The past looks like a living campus, and nobody ever paid with money he did not have."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nanhu.sample import cast, history, rhythm

UNTIL = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)  # 20:30 on the campus


@pytest.fixture(scope="module")
def eaters(truth):
    return history.eaters_of(truth)


@pytest.fixture(scope="module")
def past(eaters):
    return history.campus_past(seed=7, eaters=eaters, until=UNTIL)


@pytest.fixture(scope="module")
def local(past):
    clock = pl.col("occurred_at").dt.convert_time_zone("Asia/Shanghai")
    return past.rows.with_columns(hour=clock.dt.hour(), day=clock.dt.date())


def test_no_wallet_ever_goes_below_zero(past):
    signed = pl.when(pl.col("kind") == "top_up").then(pl.col("amount_fen")).otherwise(-pl.col("amount_fen"))
    running = past.rows.with_columns(balance=signed.cum_sum().over("campus_no"))
    assert running["balance"].min() >= 0
    last = dict(running.group_by("campus_no", maintain_order=True).agg(pl.col("balance").last()).iter_rows())
    assert last == {no: balance for no, balance in past.balances.items() if no in last}
    assert {past.balances[no] for no in past.balances.keys() - last.keys()} <= {0}


def test_it_keeps_to_the_asked_size_and_the_asked_days(past):
    assert 150_000 < past.rows.height < 200_000
    moments = past.rows["occurred_at"]
    assert moments.is_sorted()
    assert moments.max() < UNTIL
    assert moments.min() >= UNTIL - timedelta(days=91)


def test_the_same_seed_gives_the_same_past(eaters):
    some = eaters[:200]
    one = history.campus_past(seed=7, eaters=some, until=UNTIL)
    two = history.campus_past(seed=7, eaters=some, until=UNTIL)
    assert_frame_equal(one.rows, two.rows)
    assert one.rows.height != history.campus_past(seed=8, eaters=some, until=UNTIL).rows.height


def test_lunch_is_the_peak_and_the_night_is_empty(local):
    by_hour = dict(local.filter(pl.col("kind") == "purchase").group_by("hour").len().iter_rows())
    assert max(by_hour, key=by_hour.get) in {11, 12}
    assert by_hour[12] + by_hour[11] > 4 * (by_hour[14] + by_hour[15])
    assert by_hour[7] > 3 * by_hour[9]
    assert by_hour[17] > 3 * by_hour[15]
    assert sum(by_hour.get(hour, 0) for hour in (0, 1, 2, 3, 4)) == 0


def test_holidays_and_weekends_are_quieter(local):
    by_day = dict(local.group_by("day").len().iter_rows())
    tuesday, sunday, holiday, summer = date(2026, 11, 17), date(2026, 11, 15), date(2026, 10, 3), date(2026, 8, 28)
    assert by_day[sunday] < by_day[tuesday] * 0.9
    assert by_day[holiday] < by_day[tuesday] * 0.4
    assert by_day.get(summer, 0) < by_day[tuesday] * 0.2


def test_men_eat_more(local, eaters):
    sex = pl.DataFrame({"campus_no": [one.campus_no for one in eaters], "sex": [one.sex for one in eaters]})
    meals = local.filter(pl.col("merchant_key").str.starts_with("canteen") & (pl.col("hour") == 12)).join(
        sex, on="campus_no"
    )
    mean = dict(meals.group_by("sex").agg(pl.col("amount_fen").mean()).iter_rows())
    assert mean["1"] > mean["2"] * 1.1


def test_meals_cost_between_three_and_twenty_five_yuan(local):
    meals = local.filter(pl.col("merchant_key").str.starts_with("canteen"))["amount_fen"]
    assert meals.min() >= 300
    assert meals.max() <= 2500


def test_every_purchase_names_a_terminal_of_its_merchant(past):
    pairs = {(one.key, terminal.number) for one in history.merchants() for terminal in one.terminals}
    purchases = past.rows.filter(pl.col("kind") == "purchase").select("merchant_key", "terminal_no").unique()
    assert set(purchases.iter_rows()) <= pairs
    tops = past.rows.filter(pl.col("kind") == "top_up").select("merchant_key", "terminal_no").unique()
    assert set(tops.iter_rows()) == {("", "")}


def test_terminal_numbers_are_unique_and_well_formed():
    numbers = [terminal.number for one in history.merchants() for terminal in one.terminals]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"[0-9A-Z]{4,16}", number) for number in numbers)
    keys = [one.key for one in history.merchants()]
    assert len(set(keys)) == len(keys)
    assert {"南院一食堂", "南院二食堂", "东院三食堂", "北院食堂"} <= {one.canteen for one in history.merchants()}


def test_the_cast_lives_here_and_the_newcomer_has_not_begun(past):
    seen = dict(past.rows.group_by("campus_no").len().iter_rows())
    assert seen[cast.CAST["student"].campus_no] > 100
    assert seen[cast.CAST["teacher"].campus_no] > 20
    assert cast.CAST["newcomer"].campus_no not in seen


def test_nobody_eats_before_arriving(past, eaters):
    first = dict(past.rows.group_by("campus_no").agg(pl.col("occurred_at").min()).iter_rows())
    since = {one.campus_no: one.since for one in eaters if one.since}
    assert all(first[no].astimezone(rhythm.SHANGHAI).date() >= day for no, day in since.items() if no in first)


@pytest.mark.parametrize(("target", "people"), [(1_000, 300), (10_000, 300), (1_000_000, 300)])
def test_the_target_bounds_the_rows(target, people, eaters):
    height = history.campus_past(seed=1, eaters=eaters[100 : 100 + people], until=UNTIL, target_rows=target).rows.height
    most = {1_000: 1_300, 10_000: 11_500, 1_000_000: 100_000}[target]  # few people: luck weighs more
    assert min(target * 0.5, 30_000) < height < most


def test_a_year_the_calendar_does_not_know_follows_the_week():
    assert not rhythm.is_free(date(2031, 6, 4))
    assert rhythm.is_free(date(2031, 6, 7))
    assert rhythm.day_of(date(2031, 10, 2)).students < 0.3
