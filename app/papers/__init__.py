"""Paper on demand: the official forms as Word, the ledgers as Excel, both views of the one record."""
