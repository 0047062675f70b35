"""The chip without plastic: a software card with an e-purse, a PSAM, and the link that puts the card into a PC/SC reader.

Written from the published commands (JR/T 0025, CJ/T 304); a stranger to the house, with its own cryptography. State lies in
one file for each chip, written so that a power cut at any byte leaves the purse as it was or as it should be.
"""
