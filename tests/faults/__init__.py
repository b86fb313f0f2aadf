"""What must never happen, tried with processes that are killed."""
