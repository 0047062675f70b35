"""Parties outside the school (校外单位), emulated, each in a process of its own: invoices, degrees, DOI records, quotas, and files.

Written from the public forms and docs/protocols/parties.md alone. What goes wrong is chosen on each one's page; it shows what went over the wire.
"""
