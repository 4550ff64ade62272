"""Greetings, prompts and reply texts of real servers, as data."""
