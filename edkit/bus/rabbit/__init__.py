"""The bus over RabbitMQ; see `edkit/bus/SPEC.md`. `broker` is the way in."""
