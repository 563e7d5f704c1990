"""Numbered changes of the tables in ClickHouse.

A migration is a module `NNNN_name.py` with `forwards` and `backwards`, lists of SQL statements. Each statement can be run
again after a crash in the middle (IF NOT EXISTS), and a migration that is out is never edited: a change is a new one.
"""
