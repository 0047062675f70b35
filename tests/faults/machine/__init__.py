"""The machine of tests/faults/test_every_step.py, by subject: what happens (rules), what must hold (invariants), how a run ends."""
