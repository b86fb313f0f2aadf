"""Planning drills, opening them when they are due, and conducting them."""
