"""Agreements of support, care and guardianship, and whether they are kept."""
