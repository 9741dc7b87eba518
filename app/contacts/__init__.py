"""Whom to call for a person, one after the other."""
