"""Which failure is whose fault, and so which exit code it ends with: 1 the satellite or a board, 2 the user."""

from serial import SerialException

from flightsw.ccsds import EncodeError
from flightsw.mission import TomlError
from flightsw.shell import StoreError
from hil.ask import RefusedError
from hil.bench import BenchTimeoutError, FlightSoftwareDiedError
from hil.devices import DeviceError
from hil.models import ModelError
from hil.rtl.build import BuildError
from hil.scenario import PictureError

FAILED = 1
WRONG_USAGE = 2


class UsageError(Exception):
    """What the user asked for makes no sense; the message says what would."""


class FailedError(Exception):
    """What the user asked for was tried and did not succeed; the message says why."""


WRONG = (UsageError, TomlError, EncodeError, DeviceError, ModelError, BuildError, StoreError, PictureError)
FAILURES = (FailedError, RefusedError, BenchTimeoutError, FlightSoftwareDiedError, SerialException, OSError)
