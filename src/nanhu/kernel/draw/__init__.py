"""The fair draw (公平抽签): a secret promised beforehand, a public value that nobody knows yet, and an order anyone can check.

Opening publishes the secret's SHA-256, closing the Merkle root of the entries. Then a public value named in advance is typed by
one and confirmed by another, and the secret is published: neither who holds it nor a late entry can steer. A secret that is not
published by its hour makes the draw void. `verify_draw.py` repeats it from the published file with Python alone.
Rooms call `services`; the rules stand in `rules`, which know no database.
"""
