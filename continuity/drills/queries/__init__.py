"""What the pages of drills, schedules and scenarios read."""
