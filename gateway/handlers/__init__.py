"""One function per thing the gateway does with its own rows."""
