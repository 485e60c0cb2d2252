"""What the boards show, as faults that hold and as readings that are believed."""

from collections.abc import Iterator

from flightsw.devices import BoardReading, ControllerReading, PayloadController, PowerBoard
from flightsw.mission import Mission
from flightsw.payload import BatteryReading, Charge, Count, Fault, Power, Rails, Sensor, weigh
from flightsw.payload.fault_responses import Key
from flightsw.payload.thermometers import CREDIBLE_CENTIDEGC, Warmth, warmest


class FaultSigns:
    """Looks at the last readings of the boards. A board that is silent shows nothing."""

    def __init__(self, mission: Mission, controller: PayloadController, board: PowerBoard) -> None:
        self._limits = mission.faults.limits
        self._battery = mission.battery
        self._nominal_mv = tuple(rail.voltage_mv for rail in mission.rails.values())
        self._controller = controller
        self._board = board
        self._count: Count | None = None
        self._weighed: BoardReading | None = None
        self._beyond: frozenset[Key] = frozenset()
        self.charge = Charge(permille=None)
        """What is believed of the battery's charge."""
        self.warmth = Warmth(centidegc=None)
        """What is believed of the payload's temperature."""

    @property
    def power(self) -> Power | None:
        """What the modes depend on, as far as it is believed; None while the power board is silent."""
        reading = self._board.reading
        if reading is None or self._board.is_silent:
            return None
        return Power(
            charge_permille=self.charge.permille,
            payload_centidegc=self.warmth.centidegc,
            battery_centidegc=_believed(reading.battery_temperature_centidegc),
            is_sunlit=reading.is_sunlit,
        )

    def look(self, now_us: int) -> frozenset[Key]:
        """The faults that hold now, each with its part."""
        held: set[Key] = set()
        if self._controller.is_silent:
            held.add((Fault.CONTROLLER_SILENT, 0))
        elif self._controller.reading is not None:
            held.update(self._rails(self._controller.reading))
        if self._board.is_silent:
            held.add((Fault.POWER_BOARD_SILENT, 0))
        elif self._board.reading is not None:
            self._weigh(self._board.reading, now_us)
            self.warmth = warmest(self._thermometers(self._board.reading))
            held.update(self._sensors(self._board.reading))
            held.update(self._beyond_limits(self._board.reading))
        self._beyond = frozenset(held)
        return self._beyond

    def _rails(self, reading: ControllerReading) -> Iterator[Key]:
        limit = self._limits[Fault.RAIL_VOLTAGE]
        for number, (rail, nominal_mv) in enumerate(zip(reading.rail, self._nominal_mv, strict=True)):
            if self._controller.locked_out >> number & 1:
                yield Fault.RAIL_LOCKED_OUT, number
            if reading.status.warnings >> number & 1:
                yield Fault.RAIL_CURRENT, number
            is_on = self._controller.rails is Rails.GOOD
            voltage: Key = (Fault.RAIL_VOLTAGE, number)
            if is_on and limit.is_crossed(rail.mv * 1000 // nominal_mv, voltage in self._beyond):
                yield voltage

    def _weigh(self, reading: BoardReading, now_us: int) -> None:
        """Count the charge on, once for each reading."""
        if reading is not self._weighed:
            self._weighed = reading
            shown = BatteryReading(
                charge_permille=reading.charge_permille, battery_mv=reading.battery_mv, battery_ma=reading.battery_ma
            )
            self._count, self.charge = weigh(self._battery, self._count, shown, now_us)

    def _thermometers(self, board: BoardReading) -> dict[int, int]:
        """All that tell how warm the payload is: the power board's, and each rail's while the controller answers."""
        shown: dict[int, int] = {Sensor.PAYLOAD_TEMPERATURE: board.temperature_centidegc}
        if self._controller.reading is not None and not self._controller.is_silent:
            rails = enumerate(self._controller.reading.rail, Sensor.RAIL_TEMPERATURE)
            shown |= {sensor: rail.centidegc for sensor, rail in rails}
        return shown

    def _sensors(self, reading: BoardReading) -> Iterator[Key]:
        charge = self.charge
        for fault, sensors in (
            (Fault.SENSOR_RANGE, charge.beyond),
            (Fault.SENSOR_STUCK, charge.stuck),
            (Fault.SENSOR_DISAGREES, charge.outvoted),
        ):
            yield from ((fault, sensor) for sensor in sensors)
        yield from ((Fault.SENSOR_RANGE, sensor) for sensor in self.warmth.beyond)
        yield from ((Fault.SENSOR_DISAGREES, sensor) for sensor in self.warmth.outvoted)
        if _believed(reading.battery_temperature_centidegc) is None:
            yield Fault.SENSOR_RANGE, Sensor.BATTERY_TEMPERATURE

    def _beyond_limits(self, reading: BoardReading) -> Iterator[Key]:
        is_voltage_told = Sensor.BATTERY_VOLTAGE not in self.charge.beyond
        values: dict[Key, int | None] = {
            (Fault.BATTERY_VOLTAGE, 0): reading.battery_mv if is_voltage_told else None,
            (Fault.BATTERY_CURRENT, 0): reading.battery_ma,
            (Fault.BATTERY_TEMPERATURE, 0): _believed(reading.battery_temperature_centidegc),
            (Fault.PAYLOAD_TEMPERATURE, 0): self.warmth.centidegc,
        }
        for key, value in values.items():
            if value is not None and self._limits[key[0]].is_crossed(value, key in self._beyond):
                yield key


def _believed(centidegc: int) -> int | None:
    return centidegc if centidegc in CREDIBLE_CENTIDEGC else None
