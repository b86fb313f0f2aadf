"""The inventory as files that the import takes back without a difference.

tables      what is exported: a table per kind, its columns and its rows
json_file   one document, a list for each table

Names of tables and columns are English in every language and do not change: scripts and
the import know them by these names. Lengths read "1 d 2 h 30 min", days 2026-11-22, lists
have one entry a line (in JSON they are lists), and what has no value is empty (null).

Not exported, since a file cannot vouch for it: people and their roles, the scales of
impact, proofs, approvals and reviews, drills, history. Workflows that are archived are not
either, except from the list of archived ones.
"""
