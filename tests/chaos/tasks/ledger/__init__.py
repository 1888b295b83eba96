"""The ledger takes bookings and hears what became of them."""
