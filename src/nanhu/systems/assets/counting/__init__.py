"""Counting (资产盘点): who counts what, what was seen where by whom, what follows of it; labels' stranger's page.

Owns: stock takes with their teams and rounds, the list of things as it stood at the opening, the rows that phones bring, the result that
two people sign. Does not own: the things (assets) and the places (campus). Verdicts are one SQL function, `assets_count_verdicts`.
"""
