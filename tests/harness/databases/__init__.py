"""Stores of both engines, and what may happen to them.

A fixture that several rooms need makes them (`tests/conftest.py`).

    stores      stores that count what is asked of them, are away, or are of an earlier version
    postgres    a PostgreSQL of the tests' own, its replica and its archive
    plans       how SQLite goes about what it is asked
    drills      the machine is gone, and comes back from what was kept elsewhere
"""
