"""What is asked: a region, its clients, a programme, its comparator and the economics."""
