"""What the job handler is asked."""
