"""What terminals ask about a card at the services endpoint (`platforms.terminals`): `card/look` and `card/balance`, and what the library's desks do: `rights/check`
and `rights/list` (`library.py`).

Owns the card's guard of that endpoint (guesses, cards made in a day); has no table of its own. The endpoint itself, keys, sequences, kiosks
and their pages belong to terminals. Payments are not here: they go through the gateway.
"""
