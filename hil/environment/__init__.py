"""What surrounds the boards: sun, battery, temperature, and the payload's power as it flows through its rails."""

from hil.environment.constant_world import BatteryAndSun, ConstantWorld
from hil.environment.environment import Environment, PowerSystem
from hil.environment.rails import RAILS, Rail, rail_currents_ma
from hil.environment.sensors import Sensors

__all__ = [
    "RAILS",
    "BatteryAndSun",
    "ConstantWorld",
    "Environment",
    "PowerSystem",
    "Rail",
    "Sensors",
    "rail_currents_ma",
]
