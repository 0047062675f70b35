"""The hasher (核对进程): Argon2id in a small process of its own, so that a rush of sign-ins leaves the pages alive.

`server` is that process: it knows nothing of accounts and loads no Django. `client` asks it from a web worker over a
socket only this user may open. hashing.py stands before both and works in the web worker itself when nobody listens.
"""
