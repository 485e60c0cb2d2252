import pytest

from flightsw.mission import ThermalNode
from hil.environment.sunlight import Light
from hil.environment.thermal import STEFAN_BOLTZMANN_W_PER_M2_K4, ThermalNetwork

DARK = Light(0.0, 0.0, 0.0, 0.0)


def _network(**changes: object) -> ThermalNetwork:
    plain: dict[str, object] = {"heat_capacity_j_per_k": 500.0, "conduction_w_per_k": {}}
    return ThermalNetwork(
        {
            "payload": ThermalNode(**{**plain, "conduction_w_per_k": {"radiator": 2.0}}),
            "radiator": ThermalNode(**{**plain, "radiating_m2": 0.1, "emissivity": 0.9, **changes}),
        },
        celsius=20.0,
    )


@pytest.mark.req("SKY-003")
def test_what_is_dissipated_is_radiated_and_flows_down_the_strap() -> None:
    network = _network()
    for _ in range(40_000):
        network.step(DARK, {"payload": 20.0})
    kelvin = (20.0 / (0.9 * 0.1 * STEFAN_BOLTZMANN_W_PER_M2_K4)) ** 0.25
    assert network.celsius("radiator") == pytest.approx(kelvin - 273.15, abs=0.01)
    assert network.celsius("payload") - network.celsius("radiator") == pytest.approx(10.0, abs=0.01)


@pytest.mark.req("SKY-003")
def test_a_plate_in_the_sun_near_the_earth_is_as_warm_as_its_colour_says() -> None:
    network = _network(sun_m2=0.1, earth_m2=0.05, absorptivity=0.2)
    light = Light(sun_w_per_m2=1361.0, incidence=0.3, albedo_w_per_m2=300.0, earth_w_per_m2=200.0)
    for _ in range(40_000):
        network.step(light, {})
    absorbed_w = 0.2 * (0.1 * 1361 + 0.05 * 300) + 0.9 * 0.05 * 200
    kelvin = (absorbed_w / (0.9 * 0.1 * STEFAN_BOLTZMANN_W_PER_M2_K4)) ** 0.25
    assert network.celsius("radiator") == pytest.approx(kelvin - 273.15, abs=0.01)


@pytest.mark.req("SKY-003")
def test_without_a_surface_heat_only_spreads() -> None:
    network = _network(radiating_m2=0.0, heat_capacity_j_per_k=1500.0)
    network.set_celsius(60.0, "payload")
    before_j = network.stored_j
    for _ in range(20_000):
        network.step(DARK, {})
    assert network.stored_j == pytest.approx(before_j, rel=1e-12)
    assert network.celsius("payload") == pytest.approx(30.0)
    assert network.celsius("radiator") == pytest.approx(30.0)


@pytest.mark.req("SKY-003")
def test_a_node_too_light_for_the_steps_is_refused() -> None:
    with pytest.raises(ValueError, match=r"radiator: 5\.0 J/K follows its surroundings"):
        _network(heat_capacity_j_per_k=5.0)
