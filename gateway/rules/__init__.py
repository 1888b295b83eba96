"""What the gateway decides without asking anybody: codes, folding, passwords, refresh tokens."""
