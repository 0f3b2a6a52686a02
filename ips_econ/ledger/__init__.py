"""Who pays whom: categories, payers, and the walk that posts every person-month."""
