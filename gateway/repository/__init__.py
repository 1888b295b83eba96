"""Rows of accounts, sessions, classes and keys. What belongs to somebody is not reached without saying who asks."""
