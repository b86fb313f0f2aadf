"""The product's figures and lists as JSON, for programs: version 1, to read only.

A room above the others: it asks the queries that pages ask and computes nothing itself.

models, services, queries   access tokens: who made them, and what a header opens
http                        problems as programs read them (RFC 9457), and the limit
views                       pages on tokens and on the interface, and its one door
v1                          the addresses, each with its shape; loaded by the first request
"""
