"""people (人员主数据): who is who, and nothing else.

Owns: persons, their affiliations with dates (学生 / 教职工 / 临时人员), the units of the school, and the
history of every change to them, so that any set of changes can be taken back.
Does not own: accounts and passwords (identity), where the data come from and which office wins (datahub).
Stands on: the kernel only. Everyone above reads `people.api`; the bulk import for writing is `apply_records`.
"""
