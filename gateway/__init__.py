"""The only HTTP door: sign-in, classes, limits, validation, routes to the services, and the web app."""
