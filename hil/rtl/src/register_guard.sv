// Stands before the register block and refuses, with a reason, what may not be accessed or written now.
//
// Combinational: an access that is let through and its reason belong to the same clock.

module register_guard
  import device_link_pkg::*;
  import payload_ctrl_addr_pkg::*;
#(
  parameter int unsigned Rails = 8
) (
  // The device link.
  input  logic        req_i,
  input  logic        write_i,
  input  logic [15:0] addr_i,
  input  logic [31:0] wdata_i,
  output nak_e        reason_o,

  // The register block.
  output logic req_o,
  input  logic error_i,

  output logic wrong_kick_o,  // somebody kicks the watchdog with a wrong key

  // What the rules depend on.
  input logic                       is_tripping_i,
  input logic                       is_under_voltage_i,
  input logic                       is_limit_written_i,
  input logic                       is_watchdog_armed_i,
  input logic [$clog2(Rails+1)-1:0] highest_target_i
);

  localparam logic [31:0] FaultClearKey     = 32'(payload_ctrl_regs_pkg::FaultClearKey__CLEAR);
  localparam logic [19:0] LockoutClearKey   = 20'(payload_ctrl_regs_pkg::LockoutClearKey__CLEAR);
  localparam logic [31:0] WatchdogKickKey   = 32'(payload_ctrl_regs_pkg::WatchdogKickKey__KICK);
  localparam logic [31:0] WatchdogDisarmKey = 32'(payload_ctrl_regs_pkg::WatchdogDisarmKey__DISARM);
  localparam logic [31:0] CountersClearKey  = 32'(payload_ctrl_regs_pkg::CountersClearKey__CLEAR);
  localparam logic [15:0] MinLimitMv        = 16'd5000;
  localparam logic [5:0] HighestBit         = 6'(secded_pkg::WordBits - 1);
  localparam logic [8:0] FullDuty           = 9'd256;

  nak_e rule;
  logic [15:0] headroom_mv;

  always_comb begin
    rule        = NakNone;
    headroom_mv = ~wdata_i[15:0];  // what may come on top of the limit
    if (req_i && write_i) begin
      unique case (addr_i)
        Target: begin
          if (wdata_i > Rails) rule = NakBadValue;
          else if (wdata_i > 32'(highest_target_i)) rule = NakRefused;
        end
        FaultClear: begin
          if (wdata_i != FaultClearKey) rule = NakBadValue;
          else if (is_tripping_i) rule = NakBusy;
          else if (is_under_voltage_i) rule = NakRefused;
        end
        LockoutClear: begin
          if (wdata_i[31:12] != LockoutClearKey) rule = NakBadValue;
          else if (is_tripping_i) rule = NakBusy;
        end
        WatchdogKick: begin
          if (wdata_i != WatchdogKickKey) rule = NakBadValue;
        end
        WatchdogCtrl: begin
          if (wdata_i == '0 && is_watchdog_armed_i) rule = NakRefused;
        end
        WatchdogDisarm: begin
          if (wdata_i != WatchdogDisarmKey) rule = NakBadValue;
        end
        CountersClear: begin
          if (wdata_i != CountersClearKey) rule = NakBadValue;
        end
        WatchdogOpenMs, WatchdogCloseMs: begin
          if (is_watchdog_armed_i) rule = NakRefused;
        end
        SamplePeriodMs: begin
          if (wdata_i == '0) rule = NakBadValue;
        end
        UnderVoltageLimit: begin
          if (wdata_i[15:0] < MinLimitMv || 16'(wdata_i[27:16]) > headroom_mv) rule = NakBadValue;
          else if (is_limit_written_i) rule = NakRefused;
        end
        MailboxInject: begin
          if (wdata_i[21:16] > HighestBit || wdata_i[29:24] > HighestBit) rule = NakBadValue;
        end
        CapDuty, CapDuty + 16'h4, CapDuty + 16'h8, CapDuty + 16'hC: begin
          if (wdata_i[8:0] > FullDuty || wdata_i[24:16] > FullDuty) rule = NakBadValue;
        end
        default: rule = NakNone;
      endcase
      if ((wdata_i & ~field_mask(addr_i)) != '0) rule = NakBadValue;
    end
  end

  assign req_o        = req_i && rule == NakNone;
  assign wrong_kick_o = req_i && write_i && addr_i == WatchdogKick && wdata_i != WatchdogKickKey;

  always_comb begin
    reason_o = NakNone;
    if (req_i) begin
      if (rule != NakNone) reason_o = rule;
      else if (error_i) reason_o = NakBadAddress;
    end

    RefusedIsHeldBack: assert (!req_o || rule == NakNone);
  end

endmodule
