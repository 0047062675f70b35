"""Phones with the apps that stand outside the school (云闪付, 完美校园, 农业银行), in the browser beside what goes over the wire.

Strangers to the house: they speak docs/protocols/card-apps.md to the campus and to the emulated bank beside them. Secrets stay
in this process; a bank card is kept as its token and last four digits, as a real wallet keeps it.
"""
