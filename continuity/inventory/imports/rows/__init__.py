"""From drafts to planned rows, a planner for each kind.

base        what all kinds share: faults, repeats, changes, the order of a list
places      whose a row is: teams, and the workflow that it belongs to
workflows   workflows with their tools
catalogue   teams, providers, tools, upstreams
below       what belongs to a workflow: alternatives, runbook steps, impact, points
"""
