// The device link's numbers. Generated from firmware_bindings/devicelink by `python -m hil.rtl.generate`; do not edit.

package device_link_pkg;

  localparam logic [7:0] SyncFirst    = 8'hA5;
  localparam logic [7:0] SyncSecond   = 8'h5A;
  localparam logic [7:0] ReplyBit     = 8'h80;
  localparam logic [7:0] Nak          = 8'hFF;
  localparam logic [15:0] LinkVersion = 16'd1;

  localparam int unsigned MaxRegisters   = 16;
  localparam int unsigned FrameTimeoutMs = 20;

  typedef enum logic [7:0] {
    OpSync = 8'h00,
    OpRead = 8'h01,
    OpWrite = 8'h02
  } op_e;

  // 0 is not on the wire: nothing was refused.
  typedef enum logic [7:0] {
    NakNone = 8'd0,
    NakBadOperation = 8'd1,
    NakBadLength = 8'd2,
    NakBadAddress = 8'd3,
    NakBadValue = 8'd4,
    NakNotReady = 8'd5,
    NakBusy = 8'd6,
    NakRefused = 8'd7,
    NakCorrupt = 8'd8
  } nak_e;

endpackage
