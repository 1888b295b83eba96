"""The kit every service carries. It knows no business and imports no service."""
