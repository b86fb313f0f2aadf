"""Reading: the record of outages, the inventory under it, forecasts that were made."""
