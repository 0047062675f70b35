"""A point of sale (消费机) in the browser: a stranger to the house that speaks docs/protocols/terminal.md and nothing else.

Owns its sequence counters, stored rows and open requests, in a file beside its configuration (`nanhu card_emulator` writes
that). Never tells the browser a key.
"""
