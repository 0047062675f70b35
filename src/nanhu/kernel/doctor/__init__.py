"""The doctor (体检): asks every registered check what is wrong with a deployment, and how to mend it.

Owns `nanhu doctor`, the kernel's own checks and the two health addresses for load balancers.
Rooms add theirs with `registry.checks.add(Check(…))`; nothing here knows a room.
"""
