"""Terminals (终端): devices of every kind that speak to the campus.

Owns a device's number, kind, place and state, its key and the next one, the frame of a signed request, where and when it was
heard of, what was refused of it, and the desk where devices are registered, switched off and taken away. Knows no shop and no
card: who sells with a device (a till), what a door opens or what a kiosk writes onto a card belongs to the systems, which hold a
row of their own beside the terminal's.
Stands on: identity (who registered and accepted it) and the kernel.
"""
