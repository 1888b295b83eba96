"""What the quiz service does, one function for each use."""
