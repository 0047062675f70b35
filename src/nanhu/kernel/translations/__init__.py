"""Chinese msgids, a complete English catalogue beside each room, and no GNU gettext on the machine.

`nanhu translations update|compile|check` (or `python -m nanhu.kernel.translations …`, which needs no settings).
Owns the extraction from Python and templates, the .po files' form and the checks that lint runs.
Django reads the compiled catalogues by itself.
"""
