"""Conversations from life are played where their file lies beside the checkout."""

from tests.harness.spoken import CASES

collect_ignore = [] if CASES.is_file() else ["test_cases.py"]
