"""What surrounds the boards: sun, battery, temperature, and the payload's power as it flows through its rails."""

from hil.environment.environment import BatteryAndSun, Environment
from hil.environment.rails import RAILS, Rail, rail_currents_ma

__all__ = ["RAILS", "BatteryAndSun", "Environment", "Rail", "rail_currents_ma"]
