"""What can be done about a real outage: declared, told, tended until it is over."""
