"""What the API answers: one module per family of addresses. A route builds a message; the service behind it decides."""
