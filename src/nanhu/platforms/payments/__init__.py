"""Payments (收付): parties outside with whom money moves, and what is agreed with them.

Owns: channels (the bank, UnionPay, outside apps) with their keys and wires, bank agreements of persons (签约), payouts to bank cards,
the other side's statements and what differs in them. Does not own: what money is for; a load or a refund is an order of the room that asks.
Stands on: people, identity, ledger.
"""
