"""Kiosks in the browser: 圈存机, 自助补卡机, 自助查询一体机. Strangers to the house: they speak docs/protocols/terminal.md and
terminal-services.md and nothing else.

A kiosk is one physical thing: what is on its screen lives here and is lost with the power; what it must not forget is on its
disk (memory.py). The browser shows it and presses its keys.
"""
