"""What the game server is asked over the bus."""
