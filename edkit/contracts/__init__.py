"""The published language: what services, browsers and outside clients say to each other. Pydantic and nothing else."""
