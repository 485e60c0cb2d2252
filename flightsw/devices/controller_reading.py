"""What the payload controller shows, from the words of its registers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from flightsw.mission import RailFault
from flightsw.payload import Rails

RAILS = len(regs.VOLTAGE_MV)
ALL_RAILS = (1 << RAILS) - 1
DARK_MV = 500
"""Below this a rail is off."""

STATUS_RUN: tuple[Register, ...] = (
    regs.UPTIME_MS,
    regs.STATUS,
    regs.TARGET,
    regs.FAULT,
    regs.ENERGY_LO_NJ,
    regs.ENERGY_HI_NJ,
    regs.SAMPLES,
    regs.UNDER_VOLTAGE_STATUS,
    regs.WATCHDOG_AGE_MS,
    regs.BOOT,
    regs.WATCHDOG_CAUSE,
    regs.EVENT_STATUS,
    regs.MAILBOX_ERRORS,
)
"""Reading the energy's low half latches the high one."""
MEASUREMENT_RUNS: tuple[tuple[Register, ...], ...] = (
    (*regs.VOLTAGE_MV, *regs.CURRENT_MA),
    (*regs.TEMPERATURE_CENTIDEGC, *regs.RAIL_STATUS),
)

_NJ_PER_MJ = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerStatus:
    """What the controller does. `rails`, `power_good` and `warnings`: bit r for rail r."""

    uptime_ms: int
    state: regs.State
    rails: int
    power_good: int
    warnings: int
    has_locked_out: bool
    is_under_voltage: bool
    is_bitten: bool
    target: int
    fault: RailFault
    fault_rail: int
    energy_mj: int
    under_voltage_count: int
    boot_cause: regs.BootCause
    watchdog_cause: regs.WatchdogCause
    events_waiting: int
    events_lost: int
    mailbox_corrected: int
    mailbox_damaged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RailReading:
    """One rail: what was measured, its state, why it last tripped and how often."""

    mv: int
    ma: int
    centidegc: int
    state: regs.RailState
    cause: RailFault
    trips: int


UNMEASURED = (RailReading(mv=0, ma=0, centidegc=0, state=regs.RailState.OFF, cause=RailFault.NONE, trips=0),) * RAILS
"""The rails of a controller that has not been asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerReading:
    """The last status, and the last measurements of each rail."""

    status: ControllerStatus
    rail: tuple[RailReading, ...]

    @property
    def state(self) -> Rails:
        status = self.status
        if status.rails == 0 and max(rail.mv for rail in self.rail) < DARK_MV:
            return Rails.DARK
        is_good = status.state is regs.State.STEADY and status.rails == status.power_good == ALL_RAILS
        return Rails.GOOD if is_good else Rails.MOVING

    def alarms(self, old: "ControllerReading | None") -> Iterator[tuple[RailFault, int]]:
        """The faults that have happened since an older reading; None: since the controller began."""
        before = old.status if old else None
        if self.status.is_bitten and not (before and before.is_bitten):
            yield RailFault.WATCHDOG, 0
        if self.status.under_voltage_count > (before.under_voltage_count if before else 0):
            yield RailFault.UNDER_VOLTAGE, 0
        for number, (rail, was) in enumerate(zip(self.rail, old.rail if old else UNMEASURED, strict=True)):
            if rail.trips > was.trips and rail.cause is not RailFault.NONE:
                yield rail.cause, number


def read_status(words: Sequence[int]) -> ControllerStatus:
    """The words of STATUS_RUN → status. Raises ValueError for a state or a cause that is none."""
    shown = {register.name: register.unpack(word) for register, word in zip(STATUS_RUN, words, strict=True)}
    status, under_voltage = shown["STATUS"], shown["UNDER_VOLTAGE_STATUS"]
    energy_nj = shown["ENERGY_HI_NJ"]["value"] << 32 | shown["ENERGY_LO_NJ"]["value"]
    return ControllerStatus(
        uptime_ms=shown["UPTIME_MS"]["value"],
        state=regs.State(status["state"]),
        rails=status["rails"],
        power_good=status["power_good"],
        warnings=status["warnings"],
        has_locked_out=bool(status["locked_out"]),
        is_under_voltage=bool(status["under_voltage"]),
        is_bitten=bool(status["watchdog_bitten"]),
        target=shown["TARGET"]["count"],
        fault=RailFault(shown["FAULT"]["cause"]),
        fault_rail=shown["FAULT"]["rail"],
        energy_mj=energy_nj // _NJ_PER_MJ,
        under_voltage_count=under_voltage["count"],
        boot_cause=regs.BootCause(shown["BOOT"]["cause"]),
        watchdog_cause=regs.WatchdogCause(shown["WATCHDOG_CAUSE"]["cause"]),
        events_waiting=shown["EVENT_STATUS"]["count"],
        events_lost=shown["EVENT_STATUS"]["lost"],
        mailbox_corrected=shown["MAILBOX_ERRORS"]["corrected"],
        mailbox_damaged=shown["MAILBOX_ERRORS"]["uncorrectable"],
    )


def read_rails(words: Sequence[int]) -> tuple[RailReading, ...]:
    """The words of MEASUREMENT_RUNS, one after the other → rails. Raises ValueError as `read_status`."""
    mv, ma, centidegc, status = (words[at : at + RAILS] for at in range(0, len(words), RAILS))
    return tuple(_rail(*four) for four in zip(mv, ma, centidegc, status, strict=True))


def _rail(mv: int, ma: int, centidegc: int, status: int) -> RailReading:
    shown = regs.RAIL_STATUS[0].unpack(status)
    return RailReading(
        mv=regs.VOLTAGE_MV[0].unpack(mv)["value"],
        ma=regs.CURRENT_MA[0].unpack(ma)["value"],
        centidegc=regs.TEMPERATURE_CENTIDEGC[0].unpack(centidegc)["value"],
        state=regs.RailState(shown["state"]),
        cause=RailFault(shown["cause"]),
        trips=shown["trips"],
    )
