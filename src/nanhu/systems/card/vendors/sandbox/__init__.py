"""The sandbox: the same questions in the same order as card_pay asks them, of test cards in tables of its own.

Imports no ledger, no wallet, no card: what happens here can reach none (tests/test_sandbox.py holds both code and tables to that).
"""
