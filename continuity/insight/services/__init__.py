"""Asking for a forecast, computing it, calling it off."""
