"""Flight software for satellites that compute: a value that bytes and time flow through."""

from flightsw.core import PORTS, FlightSoftware
from flightsw.effects import Completion, Effect, Restart, Store, Stored

__all__ = ["PORTS", "Completion", "Effect", "FlightSoftware", "Restart", "Store", "Stored"]
