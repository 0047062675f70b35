"""Dormitories (宿舍): what living there costs. Beds and nights come later; today it is water and power by room (水电代扣).

Owns: the lists that logistics hands in, what each room used in a month, and each person's share. Does not own: the bills that it
issues (ledger), how they are paid (whoever registered there), and who lives where (each list names it).
Stands on: people, identity, ledger.
"""
