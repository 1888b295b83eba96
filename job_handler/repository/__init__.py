"""Rows of jobs and steps: as their owners see them, and as workers change them."""
