"""What is known, and how well: parameters with source, date, unit, distribution and grade."""
