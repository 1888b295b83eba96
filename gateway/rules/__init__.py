"""What the gateway decides without asking anybody: codes, folding, passwords, rates, refresh tokens."""
