"""What can be done to the inventory: one verb, one transaction, one line of history."""
