"""Three small services over which the guarantees of messages are proved, and what drives, breaks and records them."""
