"""The channel between ground and satellite: rates, light time, bit errors, and the truth about them."""

from hil.channel.bit_errors import BitErrors
from hil.channel.channel import Channel, ChannelPlan, ChannelTruth
from hil.channel.pace import Pace
from hil.channel.passes import AlwaysInContact, Contact, Passes

__all__ = ["AlwaysInContact", "BitErrors", "Channel", "ChannelPlan", "ChannelTruth", "Contact", "Pace", "Passes"]
