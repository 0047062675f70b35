"""The sample campus: a university made from a seed.

Owns: the generator of the offices' (dirty) files with the truth beside them, the scoring of cleaning against that truth,
the campus's past (spending, notices) and portraits. Does not own any table: the demo hands what is made here to the rooms'
own doors. Everything is pure and deterministic; docs/rooms/sample.md is the contract of the files.
"""
