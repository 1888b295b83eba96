"""Live games: rooms, answers, scores. Speaks Socket.IO to browsers and the bus to its siblings."""
