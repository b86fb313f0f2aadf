"""Drills, schedules and scenarios as pages, one module for each subject."""
