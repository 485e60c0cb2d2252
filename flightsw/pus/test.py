"""Service 17, test: is the connection alive? Neither packet has data.

Ref: ECSS-E-ST-70-41C.
"""

from enum import IntEnum


class ConnectionTestSubtype(IntEnum):
    ARE_YOU_ALIVE = 1
    I_AM_ALIVE = 2
