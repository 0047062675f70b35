"""The books as a plain text journal (plain text accounting, as hledger, ledger and beancount's importers read it), for an auditor's own program.

Written so that a program that knows nothing of this house can prove them: every entry with its legs, each leg's account declared
with its kind, what each account held before as the opening entry, and at the end what the house itself *keeps* as an account's
balance, as an assertion. `hledger check --strict` refuses the journal where an entry does not add up or a kept balance is not
the sum of its entries. Accounts stand there by kind and code, those of people by a number of this house alone; a reference stands as it was
posted, a slip, the number of a card or a reason that somebody wrote. Amounts are yuan; a debit is positive.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db import connection

from nanhu.kernel.clock import campus_time, campus_today, start_of
from nanhu.kernel.money import plain_yuan
from nanhu.platforms.ledger.errors import DayNotOverError, DaysTurnedError
from nanhu.platforms.ledger.services.day_sums import may_be_written

TYPES: Final = {"asset": "A", "liability": "L", "income": "R", "expense": "X", "clearing": "A"}
"""Letters of hledger's account types by our kinds; what is under way between two parties is an asset until it has arrived."""
ACCOUNTS = "SELECT id, kind, code FROM ledger_account ORDER BY kind, code"
MOVED = """
    SELECT account_id, sum(fen)::bigint AS fen FROM (
        SELECT debit_account_id AS account_id, sum(amount_fen) AS fen FROM ledger_transfer WHERE {when} GROUP BY 1
        UNION ALL SELECT credit_account_id, -sum(amount_fen) FROM ledger_transfer WHERE {when} GROUP BY 1) leg
    GROUP BY 1"""
"""Debit minus credit, by account."""
OPENING = MOVED.format(when="posted_at < %(since)s") + " HAVING sum(fen) <> 0 ORDER BY 1"
ENTRIES = """
    SELECT entry_id, posted_at, kind, reference, debit_account_id, credit_account_id, amount_fen FROM ledger_transfer
     WHERE posted_at >= %(since)s AND posted_at < %(until)s ORDER BY posted_at, entry_id, id"""
KEPT = f"""
    SELECT b.account_id, -b.sign * b.balance_fen - coalesce(later.fen, 0) FROM ledger_balance b
      LEFT JOIN ({MOVED.format(when="posted_at >= %(until)s")}) later USING (account_id) ORDER BY 1"""  # noqa: S608  words of our own
"""What is kept beside each guarded account, taken back to the end of the last day; debit minus credit."""
SUMMED = """
    SELECT account_id, sum(debit_fen - credit_fen)::bigint FROM ledger_day_sum
     WHERE account_id IS NOT NULL AND day <= %(last)s AND account_id NOT IN (SELECT account_id FROM ledger_balance)
       AND NOT EXISTS (
           SELECT FROM ledger_transfer WHERE posted_at < %(until)s AND posted_at >= (
               SELECT (max(day) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' FROM ledger_day_sum))
     GROUP BY 1 ORDER BY 1"""
"""Of accounts of nobody, which have no balance of their own: the sums of days that are kept of them, once all those days are summed."""


def journal(first: date, last: date) -> Iterator[str]:
    """Its lines, with their ends, entry by entry as the database gives them. `DayNotOverError` where `last` is today or later, or where
    somebody who began in it may still post: read before that and after it, entries and balances would differ."""
    if last >= campus_today() or may_be_written(last):
        raise DayNotOverError(day=last)
    if first > last:
        raise DaysTurnedError
    return lines(first, last)


def lines(first: date, last: date) -> Iterator[str]:
    span: dict[str, date] = {"since": start_of(first), "until": start_of(last + timedelta(days=1)), "last": last}
    names = {}
    yield f"; Nanhu, {first} – {last}\n\ncommodity 1000.00 CNY\ndecimal-mark .\n\n"
    for account_id, kind, code in rows(ACCOUNTS, span):
        names[account_id] = f"{kind}:{one_line(code)}"
        yield f"account {names[account_id]}  ; type: {TYPES.get(kind, 'A')}\n"
    yield f"\n{first} * opening balances\n"
    for account_id, fen in rows(OPENING, span):
        yield leg(names[account_id], fen)
    for (entry_id, posted_at, kind, reference), legs in groupby(rows(ENTRIES, span), itemgetter(0, 1, 2, 3)):
        said = f"  ; {one_line(reference)}" if reference else ""
        yield f"\n{campus_time(posted_at).date()} * ({entry_id}) {one_line(kind)}{said}\n"
        for *_entry, debit, credit, fen in legs:
            yield leg(names[debit], fen) + leg(names[credit], -fen)
    yield f"\n{last} * kept balances\n"
    for statement in (KEPT, SUMMED):
        for account_id, fen in rows(statement, span):
            if account_id not in names:
                continue  # opened while this was written
            yield f"    {names[account_id]}  0.00 CNY = {amount(fen)}\n"


def rows(statement: str, span: dict[str, date]) -> Iterable[Any]:
    """By a cursor of the server: a year is eight million entries."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, span)
        while found := cursor.fetchmany(5_000):
            yield from found


def leg(account: str, fen: int) -> str:
    return f"    {account}  {amount(fen)}\n"


def amount(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{plain_yuan(abs(fen))} CNY"


def one_line(text: str) -> str:
    """Without line ends, and without what means something in a journal: two spaces end an account, a semicolon begins a comment."""
    return " ".join(text.replace(";", ",").split())
