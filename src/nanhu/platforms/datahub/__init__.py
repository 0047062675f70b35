"""datahub (数据共享与清洗): from the files of the offices to the golden record.

Owns: sources (who hands in what, and whose word counts for which field), batches, landing rows as they came, findings,
the review queue, the code tables of the information standard; the shared tables by which systems know of each other.
Does not own: the golden record itself (people), accounts (identity).
The way: reading → landing → cleaning → matching → golden (people.apply_records). `api.import_file` walks it.
"""
