"""The worker makes one effect of every task, and keeps a copy of the accounts."""
