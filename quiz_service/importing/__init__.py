"""Files from elsewhere, read into questions of ours. `TABLE.md` says what becomes of every construct of each."""
