"""Rows of quizzes, files and reports. Nothing is reached without saying on whose behalf."""
