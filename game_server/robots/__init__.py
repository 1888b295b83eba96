"""Robots that play like a class: for rehearsals, demonstrations and measurements, over the same sockets as people.

They know what a phone knows and nothing more; above all they do not know the answers.
"""
