"""The teller is the door of the ledger: HTTP to Requests, as the gateway is for the product."""
