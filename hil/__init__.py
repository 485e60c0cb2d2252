"""The bench: simulated and real devices, the channel, the ground station, and the clock that drives them."""
