"""Requests (服务大厅): repairs (后勤报修, 网络报修), questions (信息服务, 政策咨询), complaints (投诉受理), reports on opinion (舆情反映).

Owns: a request's life from the form to the rating, crews and what they cover, operators of dormitory networks, and the anonymity
that nobody can lift (blind tokens, sealed replies). Does not own: places (campus), bills (ledger), files (kernel.files), questions
that everybody asks (an answer is handed to the house's `registry.answer_books`).
Stands on: people, identity, campus, ledger, datahub, flows (its working hours alone). Its own life and to-dos, no process of flows:
a process shows each case to whoever leads its unit, and here the accused unit must lose sight of it.
"""
