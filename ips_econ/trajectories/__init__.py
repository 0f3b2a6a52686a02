"""What happens to people: work, benefit status, service, treatment, death, month by month."""
