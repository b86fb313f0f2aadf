"""Addresses of drills, and of the reports of outages, rehearsed or real."""
