"""The services door of terminals (`/terminal/v1/<operation>` beside the pages): the slow operations of kiosks, doors and POS.

Owns the frame: who asks, signature, clock, sequence, once and only once, the answer byte for byte. What an operation does
belongs to the part that registers it (`<part>/operations.py`). Payments are not here: they go through the gateway.
"""
