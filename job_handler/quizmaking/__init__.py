"""How questions are made of a text without a language model, and how they are checked. See README.md."""
