// Addresses of the writable registers, and what fits into them. Generated from payload_ctrl.rdl by
// `python -m hil.rtl.generate`; do not edit.

package payload_ctrl_addr_pkg;

  // Of an array, its first register's.
  localparam logic [15:0] Target = 16'h010;
  localparam logic [15:0] FaultClear = 16'h040;
  localparam logic [15:0] LockoutClear = 16'h044;
  localparam logic [15:0] WatchdogKick = 16'h048;
  localparam logic [15:0] WatchdogCtrl = 16'h04C;
  localparam logic [15:0] WatchdogOpenMs = 16'h050;
  localparam logic [15:0] WatchdogCloseMs = 16'h054;
  localparam logic [15:0] SamplePeriodMs = 16'h058;
  localparam logic [15:0] AverageShift = 16'h05C;
  localparam logic [15:0] UnderVoltageLimit = 16'h060;
  localparam logic [15:0] WatchdogDisarm = 16'h064;
  localparam logic [15:0] CountersClear = 16'h068;
  localparam logic [15:0] RailCtrl = 16'h200;
  localparam logic [15:0] RailLimitMa = 16'h204;
  localparam logic [15:0] RailTripClocks = 16'h208;
  localparam logic [15:0] RailBlankingMs = 16'h20C;
  localparam logic [15:0] RailStaggerMs = 16'h210;
  localparam logic [15:0] RailPowerGoodTimeoutMs = 16'h214;
  localparam logic [15:0] RailRetryMs = 16'h218;
  localparam logic [15:0] MailboxScrubMs = 16'h308;
  localparam logic [15:0] MailboxInject = 16'h310;
  localparam logic [15:0] CapMode = 16'h320;
  localparam logic [15:0] CapRails = 16'h324;
  localparam logic [15:0] CapDuty = 16'h330;

  // The bits that a writable register's fields take; all of them for any other address.
  function automatic logic [31:0] field_mask(input logic [15:0] address);
    unique case (address)
      16'h010: field_mask = 32'h0000000F;
      16'h040: field_mask = 32'h000FFFFF;
      16'h044: field_mask = 32'hFFFFF0FF;
      16'h048: field_mask = 32'h000FFFFF;
      16'h04C: field_mask = 32'h00000001;
      16'h050: field_mask = 32'h0000FFFF;
      16'h054: field_mask = 32'h0000FFFF;
      16'h058: field_mask = 32'h0000FFFF;
      16'h05C: field_mask = 32'h00000007;
      16'h060: field_mask = 32'h0FFFFFFF;
      16'h064: field_mask = 32'h000FFFFF;
      16'h068: field_mask = 32'h000FFFFF;
      16'h200, 16'h220, 16'h240, 16'h260, 16'h280, 16'h2A0, 16'h2C0, 16'h2E0: field_mask = 32'h00000073;
      16'h204, 16'h224, 16'h244, 16'h264, 16'h284, 16'h2A4, 16'h2C4, 16'h2E4: field_mask = 32'h0000FFFF;
      16'h208, 16'h228, 16'h248, 16'h268, 16'h288, 16'h2A8, 16'h2C8, 16'h2E8: field_mask = 32'h000000FF;
      16'h20C, 16'h22C, 16'h24C, 16'h26C, 16'h28C, 16'h2AC, 16'h2CC, 16'h2EC: field_mask = 32'h0000FFFF;
      16'h210, 16'h230, 16'h250, 16'h270, 16'h290, 16'h2B0, 16'h2D0, 16'h2F0: field_mask = 32'h0000FFFF;
      16'h214, 16'h234, 16'h254, 16'h274, 16'h294, 16'h2B4, 16'h2D4, 16'h2F4: field_mask = 32'h0000FFFF;
      16'h218, 16'h238, 16'h258, 16'h278, 16'h298, 16'h2B8, 16'h2D8, 16'h2F8: field_mask = 32'h0000FFFF;
      16'h308: field_mask = 32'h0000FFFF;
      16'h310: field_mask = 32'h3F3F03FF;
      16'h320: field_mask = 32'h00000003;
      16'h324: field_mask = 32'h000000FF;
      16'h330, 16'h334, 16'h338, 16'h33C: field_mask = 32'h01FF01FF;
      default: field_mask = '1;
    endcase
  endfunction

endpackage
