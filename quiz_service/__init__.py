"""Quizzes, the files they show, what imports them, and the reports of the games played with them."""
