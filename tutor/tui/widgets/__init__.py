"""Widgets that only paint what the floors below computed."""
