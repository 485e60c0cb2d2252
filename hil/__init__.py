"""The bench: simulated and real devices, the channel, the ground station, and the clock that drives them.

Importing it lets pyserial open the simulated devices by URL: `serial.serial_for_url("model://payload_ctrl")`.
"""

import serial

_URLS = "hil.devices.urls"
if _URLS not in serial.protocol_handler_packages:
    serial.protocol_handler_packages.append(_URLS)
