"""The overview and the rows behind it, one's own page, and screens on a wall."""
