"""The real thing: an outage is declared, people are told, and asked whether it is over.

Its clocks and marks are those of `outages`, as a drill's are. This room and `drills` do
not know each other.
"""
