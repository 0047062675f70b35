"""Payments (收付): parties outside with whom money moves, and what is agreed with them.

Owns: channels (the bank, UnionPay, outside apps) with their keys, the wires they speak, bank agreements of persons (签约) and lists of
them. Does not own: what money is for. A card's load or a refund is an order of the room that asks; it comes here for the line.
Stands on: people, identity.
"""
