"""The smallest service there can be: it counts what it is told, so that tests can see effects happen once."""
