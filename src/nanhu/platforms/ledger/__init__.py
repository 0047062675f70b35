"""Money (总账): accounts, transfers between them, balances.

Owns the append-only double entry: every row moves one sum from one account to another, so the sum over all accounts
is zero by construction; the database itself refuses changes, removals and a guarded balance below its floor.
Knows no card, terminal or fee: rooms above open accounts here and post to them through `api`.
Stands on people (an account may belong to a person) and the kernel.
"""
