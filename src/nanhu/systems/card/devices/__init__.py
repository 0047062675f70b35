"""What terminals ask about a card at the services endpoint (`platforms.terminals`), and the pages of the kiosks (自助终端).

Owns the card's guard of that endpoint (guesses, cards made in a day), `card/look` and `card/balance`; has no table of its own. The
endpoint itself, keys, sequences and kiosks belong to terminals. Payments are not here: they go through the gateway.
"""
