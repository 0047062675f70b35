"""Campus card (校园卡, 一卡通): cards, wallets, merchants, tills, receipts.

Owns what a card may do and what a terminal is told; the money itself lies in the ledger, moved by `card_pay` and its
sisters in the database (sql/). `gateway` is a program of its own beside the pages: the terminals' protocol, version 1.
Knows no person's data beyond an id: people tells by events who needs a card. Stands on people, identity, ledger, terminals, openapi.
"""
