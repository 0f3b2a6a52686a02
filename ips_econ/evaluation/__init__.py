"""What it is worth: outcomes, perspectives, the programme as staffed, what matters most."""
