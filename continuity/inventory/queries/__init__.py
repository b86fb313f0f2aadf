"""Reading the inventory: frozen results, a fixed number of queries."""
