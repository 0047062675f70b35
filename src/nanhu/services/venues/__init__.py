"""Venues (场地申请): what may be booked, when it is free, who applied for which hours, the key, and what came of it.

Owns: venues, their opening hours and approvers, applications, bookings, waiting lists, keys. Does not own: rooms and who stands in
them (campus), processes and to-dos (flows), bills (ledger), doors (access). What is offered and what is booked ask one SQL
function, `venues_free`.
"""
