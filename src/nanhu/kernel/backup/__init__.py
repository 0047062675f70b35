"""Backup and restore (备份与恢复): database, secrets and media in one folder, with a manifest of sums.

`make_backup` writes the folder at once or not at all; `restore` trusts nothing that the manifest does not prove, changes
the database in one transaction, and afterwards counts the rows and opens a ciphertext of every key.
"""
