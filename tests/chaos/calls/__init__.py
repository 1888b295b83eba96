"""Requests over HTTP while what stands behind the gateways is broken: one effect each, an answer in time, nobody's but
one's own."""
