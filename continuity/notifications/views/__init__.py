"""Pages about messages, and about where news goes besides."""
