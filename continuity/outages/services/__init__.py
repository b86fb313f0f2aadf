"""What can be done to an outage: its course, the marks of its recoveries, its journal."""
