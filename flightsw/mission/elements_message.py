"""Orbit elements as the whole numbers of a telecommand and of a record."""

from collections.abc import Mapping

from flightsw.orbit import Elements

_SCALES = {
    "epoch_us": ("epoch_tai_s", 10**6),
    "mean_motion_e8_rev_per_day": ("mean_motion_rev_per_day", 10**8),
    "eccentricity_e9": ("eccentricity", 10**9),
    "inclination_e7_deg": ("inclination_deg", 10**7),
    "raan_e7_deg": ("raan_deg", 10**7),
    "argument_of_perigee_e7_deg": ("argument_of_perigee_deg", 10**7),
    "mean_anomaly_e7_deg": ("mean_anomaly_deg", 10**7),
    "bstar_e9": ("bstar", 10**9),
}
"""Argument → the element's name, and how many of the argument's units are one of the element's."""


def elements_arguments(elements: Elements) -> dict[str, int]:
    """The arguments of `upload_elements`, rounded; a TLE's own digits are kept."""
    return {name: round(getattr(elements, field) * scale) for name, (field, scale) in _SCALES.items()}


def read_elements(arguments: Mapping[str, int]) -> Elements:
    """Raises ElementsError for numbers out of range, KeyError for one that is missing."""
    values: dict[str, float] = {field: arguments[name] / scale for name, (field, scale) in _SCALES.items()}
    return Elements(**values)
