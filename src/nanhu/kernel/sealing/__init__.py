"""Sealing rows that are only ever added: finished ones are closed into blocks, each chained to the one before it.

Owns the order (xid, id), the horizon, blocks, their chain and its verification. The audit log and the ledger are two chains of it;
each brings its rows as lines, its table of blocks and how a block's digest is made.
"""
