// Stands before the register block and refuses, with a reason, what may not be accessed or written now.
//
// Combinational: an access that is let through and its reason belong to the same clock.

module register_guard
  import device_link_pkg::*;
  import payload_ctrl_addr_pkg::*;
#(
  parameter int unsigned Rails = 4
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

  // What the rules depend on.
  input logic is_faulted_i,
  input logic is_tripping_i,
  input logic is_watchdog_armed_i
);

  localparam logic [31:0] ClearKey = 32'(payload_ctrl_regs_pkg::FaultClearKey__CLEAR);
  localparam logic [31:0] KickKey  = 32'(payload_ctrl_regs_pkg::WatchdogKickKey__KICK);
  localparam logic [15:0] AddressMask = 16'(payload_ctrl_regs_pkg::PAYLOAD_CTRL_REGS_SIZE - 4);

  nak_e rule;

  always_comb begin
    rule = NakNone;
    if ((addr_i & ~AddressMask) != '0) begin
      rule = NakBadAddress;
    end else if (write_i) begin
      unique case (addr_i)
        Target: begin
          if (wdata_i > Rails) rule = NakBadValue;
          else if (wdata_i != '0 && is_faulted_i) rule = NakRefused;
        end
        FaultClear: begin
          if (wdata_i != ClearKey) rule = NakBadValue;
          else if (is_tripping_i) rule = NakBusy;
        end
        WatchdogCtrl: begin
          if (wdata_i > 32'd1) rule = NakBadValue;
        end
        WatchdogKick: begin
          if (wdata_i != KickKey) rule = NakBadValue;
        end
        WatchdogOpenMs, WatchdogCloseMs: begin
          if (wdata_i > 32'hFFFF) rule = NakBadValue;
          else if (is_watchdog_armed_i) rule = NakRefused;
        end
        StaggerMs, PowerGoodTimeoutMs: begin
          if (wdata_i > 32'hFFFF) rule = NakBadValue;
        end
        default: rule = NakNone;
      endcase
    end
  end

  assign req_o = req_i && rule == NakNone;

  always_comb begin
    reason_o = NakNone;
    if (req_i) begin
      if (rule != NakNone) reason_o = rule;
      else if (error_i) reason_o = NakBadAddress;
    end

    RefusedIsHeldBack: assert (!req_o || rule == NakNone);
  end

endmodule
