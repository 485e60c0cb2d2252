"""Which housekeeping reports are due, and what stands in them."""

from flightsw.commanding import Commanding
from flightsw.devices.controller_reading import UNMEASURED
from flightsw.devices.power_board import BoardReading
from flightsw.fault_watch import FaultWatch
from flightsw.mission import Housekeeping, HousekeepingPlan, RailFault
from flightsw.operations import Operations
from flightsw.payload import ModeReason
from flightsw.telemetry import Telemetry

FALLBACK_PERIOD_MS = 10_000
"""Of a structure that the mission only plans on request, once ground enables it."""

_U16, _U32 = (1 << 16) - 1, (1 << 32) - 1
_I16_MIN, _I16_MAX = -(1 << 15), (1 << 15) - 1


class HousekeepingSchedule:
    """Periods by structure; the first report of each is due one period after the first `due`."""

    def __init__(self, plan: HousekeepingPlan) -> None:
        planned = {
            Housekeeping.POWER: plan.power_ms,
            Housekeeping.PAYLOAD: plan.payload_ms,
            Housekeeping.SOFTWARE: plan.software_ms,
            Housekeeping.FAULTS: plan.faults_ms,
            Housekeeping.ORBIT: plan.orbit_ms,
            Housekeeping.COMPUTE: plan.compute_ms,
        }
        self._period_us = {id: 1000 * (period_ms or FALLBACK_PERIOD_MS) for id, period_ms in planned.items()}
        self._is_enabled = {id: period_ms > 0 for id, period_ms in planned.items()}
        self._due_us: dict[Housekeeping, int] = {}

    @property
    def next_deadline_us(self) -> int | None:
        return min(self._due_us.values(), default=None)

    def enable(self, id: Housekeeping, now_us: int, *, is_enabled: bool) -> None:
        """Report a structure periodically, or no longer."""
        self._is_enabled[id] = is_enabled
        if is_enabled:
            self._due_us.setdefault(id, now_us + self._period_us[id])
        else:
            self._due_us.pop(id, None)

    def enable_all(self, now_us: int) -> None:
        """Report every structure periodically."""
        for id in self._is_enabled:
            self.enable(id, now_us, is_enabled=True)

    def start(self, now_us: int) -> None:
        """Count the periods from now on."""
        for id, is_enabled in self._is_enabled.items():
            self.enable(id, now_us, is_enabled=is_enabled)

    def due(self, now_us: int) -> list[Housekeeping]:
        """The structures to report now; one that is late is reported once."""
        due = [id for id, at in self._due_us.items() if at <= now_us]
        for id in due:
            periods = (now_us - self._due_us[id]) // self._period_us[id] + 1
            self._due_us[id] += periods * self._period_us[id]
        return due


def power_values(operations: Operations) -> dict[str, object]:
    """Of structure POWER; zero where the board has not been heard."""
    modes, reading = operations.modes, operations.board.reading or BoardReading()
    return {
        "mode": modes.observed.mode,
        "commanded": modes.commanded.mode,
        "ceiling": modes.ceiling,
        "reason": modes.commanded.reason,
        "battery_mv": _clamp(reading.battery_mv, 0, _U16),
        "battery_ma": reading.battery_ma,
        "charge_permille": _clamp(reading.charge_permille, 0, _U16),
        "sunlight": reading.is_sunlit,
        "temperature_centidegc": _clamp(reading.temperature_centidegc, _I16_MIN, _I16_MAX),
        "battery_centidegc": _clamp(reading.battery_temperature_centidegc, _I16_MIN, _I16_MAX),
        "panel_centidegc": _clamp(reading.panel_temperature_centidegc, _I16_MIN, _I16_MAX),
        "bus_mv": _clamp(reading.bus_mv, 0, _U16),
        "array_mv": _clamp(reading.array_mv, 0, _U16),
        "array_ma": reading.array_ma,
        "array_mw": reading.array_mw,
        "load_mw": reading.load_mw,
        "heater_mw": reading.heater_mw,
        "payload_switch": reading.is_payload_on,
        "heater_switch": reading.is_heater_on,
        "auxiliary_switch": reading.is_auxiliary_on,
        "shed": reading.is_shed,
        "heater_held": reading.is_heater_held,
        "trips": reading.trips,
    }


def payload_values(operations: Operations) -> dict[str, object]:
    """Of structure PAYLOAD; zero where the controller has not been heard."""
    controller, running = operations.controller, operations.answers.jobs.running
    status = controller.reading.status if controller.reading else None
    rails = controller.reading.rail if controller.reading else UNMEASURED
    return {
        **{f"rail{number}_mv": rail.mv for number, rail in enumerate(rails)},
        **{f"rail{number}_ma": rail.ma for number, rail in enumerate(rails)},
        **{f"rail{number}_centidegc": rail.centidegc for number, rail in enumerate(rails)},
        "rails": status.rails if status else 0,
        "power_good": status.power_good if status else 0,
        "warnings": status.warnings if status else 0,
        "locked_out": controller.locked_out,
        "fault": status.fault if status else RailFault.NONE,
        "rail": status.fault_rail if status else 0,
        "controller_energy_mj": status.energy_mj if status else 0,
        "energy_mj": controller.energy.energy_mj,
        "mailbox_corrected": status.mailbox_corrected if status else 0,
        "mailbox_damaged": status.mailbox_damaged if status else 0,
        "events_lost": status.events_lost if status else 0,
        "computer_state": operations.computer.state,
        "generated_tokens": running.generated_tokens if running else 0,
    }


def software_values(
    operations: Operations, commanding: Commanding, telemetry: Telemetry, uptime_us: int, boots: int
) -> dict[str, object]:
    """Of structure SOFTWARE."""
    accepted, rejected = commanding.frames
    return {
        "uptime_s": uptime_us // 1_000_000 & _U32,
        "unclean_boots": boots,
        "queued_jobs": len(operations.answers.jobs.waiting),
        "last_job": operations.answers.jobs.last_id,
        "frames_accepted": accepted & _U32,
        "frames_rejected": rejected & _U32,
        "commands_rejected": (commanding.counters.rejected + commanding.counters.dropped) & _U32,
        "reports_dropped": sum(telemetry.dropped.values()) & _U32,
        "link_errors": sum(driver.link_errors for driver in operations.drivers) & _U32,
    }


def fault_values(faults: FaultWatch) -> dict[str, object]:
    """Of structure FAULTS."""
    tracks = faults.state.tracks.items()
    return {
        "lasting": sum({1 << fault for (fault, _), track in tracks if track.raised_us is not None}),
        "locking": sum({1 << fault for (fault, _), track in tracks if track.is_locked}),
        "off_by": faults.fault or ModeReason.BOOT,
        "believed_permille": faults.charge_permille,
        "distrusted": faults.distrusted,
        "silent_s": min(faults.silent_us // 1_000_000, _U32),
    }


def orbit_values(operations: Operations, now_us: int) -> dict[str, object]:
    """Of structure ORBIT."""
    sky, elements = operations.sky, operations.prediction.elements

    def in_s(at_us: int | None) -> int:
        return -1 if at_us is None else max(0, (at_us - now_us) // 1_000_000)

    return {
        "is_predicted": sky is not None,
        "is_sunlit": sky is not None and sky.is_sunlit,
        "eclipse_in_s": in_s(sky.eclipse_us if sky else None),
        "sunlight_in_s": in_s(sky.sunlight_us if sky else None),
        "epoch_us": 0 if elements is None else round(elements.epoch_tai_s * 1_000_000),
    }


def compute_values(operations: Operations) -> dict[str, object]:
    """Of structure COMPUTE."""
    values: dict[str, object] = {}
    for mode, metered in operations.meter.by_mode.items():
        name = mode.name.lower()
        values[f"{name}_tokens"] = metered.tokens & _U32
        values[f"{name}_mtokens_per_s"] = min(_U32, metered.mtokens_per_s)
        values[f"{name}_uj_per_token"] = min(_U32, metered.uj_per_token)
    return values


def _clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))
