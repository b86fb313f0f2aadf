"""One's own machine: everything starts with one command and ends with it.

`embedded` runs PostgreSQL and Valkey from their wheels, `supervisor` the group of `up`, and
`pytest_plugin` gives each run of the tests servers of its own.
"""
