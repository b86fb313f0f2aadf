"""What we depend on: tools and what they ride on, the work done with them, and the way out.

the catalogue   providers, tools, upstreams; shipped in `data`, kept true by people
the work        workflows, their dependencies, impact and targets; `imports` brings lists
the way out     alternatives, runbooks, proofs, and who could really use them (access)
what follows    `queries`: readiness, shared fate, knock-out, "what if"

The rules behind the figures are in `domain`; `queries` only fetches their facts.
"""
