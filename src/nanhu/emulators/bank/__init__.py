"""The bank outside the school (银行) and the acquirer beside it (银联): strangers that speak docs/protocols/bank.md and ACP 5.1.

Own their accounts, agreements and orders, in a file beside their configuration that survives a kill at any moment. Faults
(no answer after the debit, late, twice, killed in the middle) are switched on by whoever tests a campus against them.
"""
