"""Fourteen emulated systems of as many vendors (教务, 图书馆, 人事 …) that the data centre reads: over HTTP, from PostgreSQL and a
MariaDB in GBK, from folders behind SFTP; as dirty as such systems are. On its page each is changed, loses a row, or falls silent.
"""
