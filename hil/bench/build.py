"""From a bench file to the world it describes."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flightsw.mission import Mission, TomlError
from flightsw.orbit import Orbit
from hil.bench.config import AUTO, BenchConfig
from hil.bench.serial_line import SerialLine
from hil.bench.world import GroundEnd, World
from hil.channel import Channel
from hil.devices import Device, DeviceError, PayloadController, PoweredComputer, is_port, make_device
from hil.devices.power_board import ModelPowerBoard
from hil.environment import ConstantWorld, Environment, OrbitPasses, Sky, SkyPlan
from hil.rtl.build import VerilatorMissingError, verilator_root

MakeComputer = Callable[[str], Device]
"""The model's file, empty for the default one → a payload computer that is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boards:
    """The devices of a bench, and the URLs that they were made from."""

    devices: dict[str, Device]
    urls: dict[str, str]


def make_boards(config: BenchConfig, make_computer: MakeComputer, make_port: Callable[[str], Device] | None) -> Boards:
    """The three devices; a port is opened with `make_port`, or refused if that is None. Raises DeviceError.

    The computer is first and the controller last: a missing model is said before the RTL is built.
    """
    named = config.devices
    urls = {
        "payload_computer": named.payload_computer,
        "power_board": named.power_board,
        "payload_ctrl": named.payload_ctrl,
    }
    devices: dict[str, Device] = {}
    for name, url in urls.items():
        if url == AUTO:
            urls[name], devices[name] = _best_controller()
        elif is_port(url):
            if make_port is None:
                raise DeviceError(f"{name} = {url} is a port, which lives on the wall clock: use --realtime")
            devices[name] = make_port(url)
        elif name == "payload_computer":
            devices[name] = make_computer(_model_of(url) or config.model)
        else:
            devices[name] = make_device(url)
    return Boards(devices=devices, urls=urls)


def make_world(boards: Boards, config: BenchConfig, mission: Mission, ground: GroundEnd) -> World:
    """Everything around the flight software."""
    sky, passes = (None, None) if config.sky is None else _sky(config.sky, mission)
    controller, computer = boards.devices["payload_ctrl"], boards.devices["payload_computer"]
    board = boards.devices["power_board"]
    environment = Environment(
        ConstantWorld(config.environment) if sky is None else sky,
        mission.compute,
        controller if isinstance(controller, PayloadController) else None,
        computer if isinstance(computer, PoweredComputer) else None,
        board if isinstance(board, ModelPowerBoard) else None,
        config.seed,
    )
    if config.sky is not None:
        environment.sensors.add_noise("battery_mv", config.sky.voltage_noise_mv)
    return World(
        lines={name: SerialLine(device) for name, device in boards.devices.items()},
        environment=environment,
        channel=Channel(config.channel, config.seed, passes),
        ground=ground,
    )


def _sky(plan: SkyPlan, mission: Mission) -> tuple[Sky, OrbitPasses]:
    """The sky, and who sees the satellite in it. Raises TomlError for a mission without an orbit or a satellite."""
    flown = plan.orbit or mission.orbit
    if flown is None or mission.satellite is None:
        raise TomlError("the bench has a [sky]: the mission needs an [orbit] and a [satellite]")
    orbit = Orbit(flown.elements())
    sky = Sky(plan, mission.satellite, orbit)
    return sky, OrbitPasses(orbit, mission.stations, sky.start_tai_s)


def _best_controller() -> tuple[str, Device]:
    """The RTL where Verilator is installed, else the model."""
    try:
        verilator_root()
    except VerilatorMissingError:
        return "model://payload_ctrl", make_device("model://payload_ctrl")
    return "rtl://payload_ctrl", make_device("rtl://payload_ctrl")


def _model_of(url: str) -> str:
    """The `model` of a URL's query; empty if it has none."""
    return parse_qs(urlsplit(url).query).get("model", [""])[0]
