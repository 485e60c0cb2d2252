"""The packet layer's fast paths against the construct layouts that they are held equal to."""

from contenders import compare

from flightsw.ccsds import ASM, TM_FRAME_LENGTH, Clcw, SpacePacket, TmFrame, TmReceiver, TmSender

SCID, VCID = 0x1A5, 0
FRAMES = 500
OCF = Clcw(vcid=VCID).encode()
PACKET = SpacePacket(is_telecommand=False, has_secondary_header=False, apid=100, seq_count=0, data=bytes(93)).encode()
DATA_OCTETS = TM_FRAME_LENGTH - 12


def main() -> None:
    idle = b"".join(TmSender(SCID, VCID).next_frame(lambda: None, OCF) for _ in range(FRAMES))
    full = b"".join(TmSender(SCID, VCID).next_frame(lambda: PACKET, OCF) for _ in range(FRAMES))
    size = len(ASM) + TM_FRAME_LENGTH
    frames = [full[at + len(ASM) : at + size] for at in range(0, len(full), size)]
    sender = TmSender(SCID, VCID)

    def declared_frames() -> float:
        for count in range(FRAMES):
            TmFrame(
                scid=SCID,
                vcid=VCID,
                mc_count=count % 256,
                vc_count=count % 256,
                first_header_pointer=0,
                data=bytes(DATA_OCTETS),
                ocf=OCF,
            ).encode()
        return FRAMES

    def sent_frames(is_idle: bool) -> float:
        for _ in range(FRAMES):
            sender.next_frame(lambda: None if is_idle else PACKET, OCF)
        return FRAMES

    def read_frames() -> float:
        for frame in frames:
            TmFrame.decode(frame)
        return FRAMES

    def received_frames(octets: bytes) -> float:
        TmReceiver(SCID, VCID).receive(octets)
        return FRAMES

    compare(
        "telemetry frames made",
        "frames",
        {
            "as declared in construct": declared_frames,
            "sender, full of packets": lambda: sent_frames(False),
            "sender, only idle": lambda: sent_frames(True),
        },
    )
    compare(
        "telemetry frames read",
        "frames",
        {
            "as declared in construct": read_frames,
            "receiver, packets taken out": lambda: received_frames(full),
            "receiver, only idle": lambda: received_frames(idle),
        },
    )


if __name__ == "__main__":
    main()
