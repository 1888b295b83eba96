"""A whole installation on one machine: its servers and every process of the product, in one folder, on loopback."""
