"""How every payload controller begins anew, model and RTL alike, and why; and what its watchdog takes for a kick."""

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import (
    BootCause,
    EventCode,
    FaultClearKey,
    WatchdogCause,
    WatchdogDisarmKey,
    WatchdogKickKey,
)


def bite(controller) -> None:
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    controller.write(regs.WATCHDOG_KICK, key=WatchdogKickKey.KICK)


@pytest.mark.req("RTL-035")
def test_every_cause_is_told_and_counted(controller) -> None:
    assert controller.read(regs.BOOT) == {"cause": BootCause.POWER_ON, "count": 0}
    bite(controller)
    assert controller.read(regs.BOOT) == {"cause": BootCause.WATCHDOG, "count": 1}
    controller.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert controller.read(regs.BOOT) == {"cause": BootCause.WATCHDOG, "count": 1}
    controller.device.set_bus_mv(4000)
    controller.run(1)
    assert controller.read(regs.BOOT) == {"cause": BootCause.UNDER_VOLTAGE, "count": 2}
    controller.device.set_bus_mv(8000)
    controller.device.reset()
    assert controller.read(regs.BOOT) == {"cause": BootCause.EXTERNAL_RESET, "count": 3}


@pytest.mark.req("RTL-035")
def test_a_reset_begins_anew_but_for_what_is_kept(controller) -> None:
    controller.write_word(regs.MAILBOX.address + 40, 0xFEED)
    controller.write(regs.MAILBOX_SCRUB_MS, value=77)
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    controller.device.set_power_good(0b1)
    controller.write(regs.TARGET, count=1)
    controller.run(100)
    assert controller.device.rails == 1
    controller.device.reset()
    controller.run(1)
    assert controller.device.rails == 0
    assert controller.device.peek("uptime_ms") == 1
    for register in (regs.TARGET, regs.MAILBOX_SCRUB_MS, regs.WATCHDOG_CTRL, regs.FAULT, regs.LINK_ERRORS):
        assert controller.read_word(register.address) == register.reset
    assert controller.read_word(regs.MAILBOX.address + 40) == 0xFEED
    assert controller.read(regs.STATUS)["power_good"] == 1
    boots = [controller.read(regs.EVENT) for _ in range(3)]
    assert [(event["code"], event["argument"]) for event in boots] == [
        (EventCode.BOOT, BootCause.POWER_ON),
        (EventCode.BOOT, BootCause.EXTERNAL_RESET),
        (EventCode.NONE, 0),
    ]


@pytest.mark.req("RTL-036")
def test_only_the_key_disarms(controller, refused) -> None:
    controller.write(regs.WATCHDOG_CTRL, enable=0)
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    with pytest.raises(refused, match="REFUSED"):
        controller.write(regs.WATCHDOG_CTRL, enable=0)
    with pytest.raises(refused, match="BAD_VALUE"):
        controller.write_word(regs.WATCHDOG_DISARM.address, WatchdogKickKey.KICK)
    assert controller.read(regs.WATCHDOG_CTRL) == {"enable": 1}
    controller.write(regs.WATCHDOG_DISARM, key=WatchdogDisarmKey.DISARM)
    assert controller.read(regs.WATCHDOG_CTRL) == {"enable": 0}
    controller.run(6000)
    assert controller.read(regs.WATCHDOG_CAUSE) == {"cause": WatchdogCause.NONE}


@pytest.mark.req("RTL-036")
@pytest.mark.parametrize("key", [0, WatchdogDisarmKey.DISARM, WatchdogKickKey.KICK | 1 << 20, 0xFFFF_FFFF])
def test_a_wrong_key_bites(controller, refused, key: int) -> None:
    with pytest.raises(refused, match="BAD_VALUE"):
        controller.write_word(regs.WATCHDOG_KICK.address, key)
    assert controller.read(regs.WATCHDOG_CAUSE) == {"cause": WatchdogCause.NONE}
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    controller.run(200)
    with pytest.raises(refused, match="BAD_VALUE"):
        controller.write_word(regs.WATCHDOG_KICK.address, key)
    assert controller.read(regs.STATUS)["watchdog_bitten"] == 1
    assert controller.read(regs.WATCHDOG_CAUSE) == {"cause": WatchdogCause.WRONG_KEY}


@pytest.mark.req("RTL-036")
def test_each_bite_has_its_cause_and_clearing_leaves_it(controller) -> None:
    bite(controller)
    assert controller.read(regs.WATCHDOG_CAUSE) == {"cause": WatchdogCause.TOO_EARLY}
    controller.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert controller.read(regs.WATCHDOG_CAUSE) == {"cause": WatchdogCause.TOO_EARLY}
    controller.run(5001)
    assert controller.read(regs.WATCHDOG_CAUSE) == {"cause": WatchdogCause.TOO_LATE}


@pytest.mark.req("RTL-035")
def test_what_the_pins_do_at_once_comes_before_the_start(controller) -> None:
    controller.device.set_bus_mv(4000)
    controller.run(1)
    controller.device.reset()
    assert controller.read(regs.BOOT) == {"cause": BootCause.EXTERNAL_RESET, "count": 3}
    events = [controller.read(regs.EVENT)["code"] for _ in range(4)]
    assert events == [EventCode.BOOT, EventCode.UNDER_VOLTAGE, EventCode.UNDER_VOLTAGE, EventCode.BOOT]
