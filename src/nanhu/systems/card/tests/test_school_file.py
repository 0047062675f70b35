"""A school's file that the program could not work with is refused at the start and by the doctor, in a sentence that says where."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from nanhu.kernel import registry
from nanhu.kernel.doctor.checks.school import check_school_file, faults
from nanhu.kernel.registry import Verdict
from nanhu.kernel.school import school
from nanhu.kernel.school.tables import SchoolFileError
from nanhu.systems.card.pins.policy import COUNTS, LimitRule, read_own_rules

LIMITS = "from = 2023-01-01\nmeal_fen = 5000"
FAULTS = {
    "more than the database counts": (
        LIMITS,
        "terminal_minute_payments = 2147483648",
        "[[card.limits]] terminal_minute_payments = 2147483648",
    ),
    "more than any limit": (LIMITS, "terminal_day_fen = 2000000001", "[[card.limits]] terminal_day_fen = 2000000001"),
    "unknown": (LIMITS, "offline_rows_ = 0", "[[card.limits]] offline_rows_ = 0"),
    "less than nothing": (LIMITS, "kiosk_day_reissues = -1", "[[card.limits]] kiosk_day_reissues = -1"),
    "a standstill": (LIMITS, "terminal_minute_payments = 0", "[[card.limits]] terminal_minute_payments = 0"),
    "yes for a number": (LIMITS, "offline_days = true", "[[card.limits]] offline_days = True"),
    "text for a number": (LIMITS, 'terminal_minute_misses = "20"', "[[card.limits]] terminal_minute_misses = '20'"),
    "a fraction": (LIMITS, "terminal_minute_fen = 1.5", "[[card.limits]] terminal_minute_fen = 1.5"),
    "a number for yes": (LIMITS, "own_pin_first = 1", "[[card.limits]] own_pin_first = 1"),
    "a meal above what a holder may choose": (
        "meal_max_fen = 20000",
        "meal_max_fen = 4999",
        "[[card.limits]] meal_fen = 5000: expected a whole number from 0 to 4,999",
    ),
    "a day above what a holder may choose": (
        "daily_max_fen = 50000",
        "daily_max_fen = 14999",
        "[[card.limits]] daily_fen = 15000",
    ),
    "a class's above it": (LIMITS, "teacher = { meal_fen = 20001 }", "[[card.limits]] teacher meal_fen = 20001"),
    "a table that nobody reads": (
        "[phones]",
        "[[card_limits]]\nmeal_fen = 1\n[phones]",
        "NANHU_SCHOOL_FILE card_limits = ",
    ),
    "the former list of canteens": (
        "[phones]",
        '[canteens]\nnames = ["南院一食堂"]\n[phones]',
        "NANHU_SCHOOL_FILE canteens = ",
    ),
    "a class's": (LIMITS, "teacher = { meal_fen = -5 }", "[[card.limits]] teacher meal_fen = -5"),
    "a class's unknown": (LIMITS, "teacher = { meal = 5 }", "[[card.limits]] teacher meal = 5"),
    "a class that is no table": (LIMITS, "teacher = 5", "[[card.limits]] teacher = 5"),
    "the counter's": (
        "top_up_max_fen = 50000 ",
        "top_up_max_fen = 99999999999 ",
        "[card] top_up_max_fen = 99999999999",
    ),
    "a preset": ("[5000, 10000, 20000, 50000]", '["5000"]', "[card] top_up_presets_fen = '5000'"),
    "a slip of the pen": ("exception_hours = 24 ", "exception_hour = 24 ", "[card] exception_hour = 24"),
    "a load's": ("smallest_fen = 100", "smallest_fen = true", "[card.bank] smallest_fen = True"),
    "a fee": ("again_fen = 2000", "again_fen = -2000", "[card.fees] again_fen = -2000"),
    "a reissue's": ("frozen_hours = 72 ", 'frozen_hours = "72" ', "[[card.reissue]] frozen_hours = '72'"),
    "a day that is text": ("from = 2026-09-01", 'from = "2026-09-01"', "[[card.reissue]] from = '2026-09-01'"),
    "hours of a meal": (
        'night = "20:30-24:00" }\n\n[[card.meals]]\nfrom = 2023-01-01\nfirst_day = "05-01"',
        'night = "20:30" }\n\n[[card.meals]]\nfrom = 2023-01-01\nfirst_day = "05-01"',
        "[[card.meals]] periods night = '20:30'",
    ),
    "a season": ('last_day = "04-30"', 'last_day = "04-31"', "[[card.meals]] last_day = '04-31'"),
    "the office's hours": ('winter = ["09:00-12:30"', 'winter = ["9-12"', "[card_office.hours] winter = '9-12'"),
    "days of grace": ("temporary = 0", "temporary = -1", "[identity.grace_days] temporary = -1"),
    "a name that is missing": ('domain = "hnist.edu.cn"', "", "school.toml domain = ''"),
}


@pytest.mark.parametrize("which", FAULTS)
def test_what_the_program_could_not_use_is_refused_by_table_member_and_value(which, school_file):
    old, new, said = FAULTS[which]
    school_file({old: f"{old}\n{new}" if old == LIMITS else new})
    assert [one for one in faults() if one.startswith(said)]
    found = check_school_file()
    assert (found.verdict, said in found.message) == (Verdict.FAIL, True)


def test_a_school_may_let_holders_choose_less_than_the_programs_own_limit(school_file):
    """What a holder gets unasked is then that, too."""
    school_file({"meal_fen = 5000\n": "", "meal_max_fen = 20000": "meal_max_fen = 3000"})
    assert faults() == []
    assert read_own_rules()[0][0].meal_fen == 3000


def test_nothing_starts_with_such_a_file(db, school_file):
    school_file({"pin_tries = 5": "pin_tries = 0"})
    with pytest.raises(SystemCheckError, match=r"pin_tries = 0: expected a whole number from 1 to 100"):
        call_command("check")


def test_the_gateway_refuses_it_before_a_payment_does(school_file):
    school_file({"pin_tries = 5": "pin_tries = 3000000000"})
    with pytest.raises(SchoolFileError, match="pin_tries"):
        read_own_rules()


def test_the_sample_is_well_and_every_limit_has_bounds():
    assert faults() == []
    assert check_school_file().verdict == Verdict.OK
    others = {"since", "by_class", "pin_without_id", "own_pin_first"}
    assert {name for name in LimitRule.__dataclass_fields__ if name not in others} == set(COUNTS)


def test_every_table_of_the_sample_that_the_card_reads_is_read_at_the_start():
    """A reader that nobody entered would meet its fault in the middle of work."""
    names = [name for name in ("fees", "bank", "apps", "limits", "meals", "reissue") if name in school().raw["card"]]
    keys = {rules.key for rules in registry.school_rules}
    assert {f"card.{name}" for name in names} - keys == {"card.meals"}, "meals are read with the limits"
