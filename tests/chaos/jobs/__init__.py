"""The proof of long jobs: M2, M7 and M8 of the invariants, from a teacher's wish to the notification in the window."""
