import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.devicelink.registers import payload_ctrl, power_board

MAPS = [payload_ctrl, power_board]


@pytest.mark.parametrize("map_", MAPS)
def test_registers_are_distinct_and_aligned(map_) -> None:
    addresses = [register.address for register in map_.REGISTERS]
    assert addresses == sorted(set(addresses))
    assert all(address % 4 == 0 for address in addresses)
    assert len({register.name for register in map_.REGISTERS}) == len(map_.REGISTERS)


@pytest.mark.parametrize("map_", MAPS)
def test_fields_do_not_overlap(map_) -> None:
    for register in map_.REGISTERS:
        masks = [field.mask << field.lsb for field in register.fields]
        assert sum(masks) < 1 << 32
        assert all(not a & b for i, a in enumerate(masks) for b in masks[:i]), register.name


@pytest.mark.parametrize("map_", MAPS)
def test_the_id_register_holds_the_device_id(map_) -> None:
    assert map_.ID.unpack(map_.ID.reset) == {"device_id": map_.DEVICE_ID}


def test_status_unpacks_by_name() -> None:
    word = payload_ctrl.STATUS.pack(state=payload_ctrl.State.RISING, busy=1, rails=0b0111, power_good=0b0011)
    assert word == 0x030709
    assert payload_ctrl.STATUS.unpack(word)["state"] is payload_ctrl.State.RISING


@given(st.integers(-(2**31), 2**31 - 1))
def test_signed_round_trip(value: int) -> None:
    word = power_board.BATTERY_MA.pack(value=value)
    assert 0 <= word < 1 << 32
    assert power_board.BATTERY_MA.unpack(word) == {"value": value}


@pytest.mark.parametrize(
    ("register", "values"),
    [
        (payload_ctrl.TARGET, {"count": 16}),
        (payload_ctrl.TARGET, {"count": -1}),
        (payload_ctrl.TARGET, {"rails": 1}),
        (payload_ctrl.FAULT_CLEAR, {"key": 1}),
        (power_board.BATTERY_MA, {"value": 2**31}),
    ],
)
def test_what_does_not_fit_is_refused(register, values) -> None:
    with pytest.raises(ValueError, match=r"TARGET|FaultClearKey|BATTERY_MA"):
        register.pack(**values)


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="State"):
        payload_ctrl.STATUS.unpack(7)
