"""What surrounds the boards: sun, battery, temperature, and the payload's power as it flows through its rails."""

from hil.environment.constant_world import BatteryAndSun, ConstantWorld
from hil.environment.environment import Environment, PowerSystem
from hil.environment.orbit_passes import OrbitPasses
from hil.environment.rails import RAILS, Rail, rail_currents_ma
from hil.environment.sensors import Sensors
from hil.environment.sky import Sky, SkyPlan

__all__ = [
    "RAILS",
    "BatteryAndSun",
    "ConstantWorld",
    "Environment",
    "OrbitPasses",
    "PowerSystem",
    "Rail",
    "Sensors",
    "Sky",
    "SkyPlan",
    "rail_currents_ma",
]
