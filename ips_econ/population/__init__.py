"""Who comes: clients, their attributes, and the luck they are dealt."""
