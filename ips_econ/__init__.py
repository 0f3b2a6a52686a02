"""ips-econ: a Monte Carlo microsimulation of Individual Placement and Support in Finland."""
