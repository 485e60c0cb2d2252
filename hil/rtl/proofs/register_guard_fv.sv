// What is proven of register_guard: what may not be written now goes nowhere, whatever is asked of it.

module register_guard_fv
  import device_link_pkg::*;
  import payload_ctrl_addr_pkg::*;
(
  input logic clk_i,
  input logic req_i,
  input logic write_i,
  input logic [15:0] addr_i,
  input logic [31:0] wdata_i,
  input logic error_i,
  input logic is_tripping_i,
  input logic is_under_voltage_i,
  input logic is_limit_written_i,
  input logic is_watchdog_armed_i,
  input logic [3:0] highest_target_i
);

  nak_e reason_o;
  logic req_o, wrong_kick_o;
  register_guard dut (.*);

  logic is_written;
  assign is_written = req_o && write_i;

  always_ff @(posedge clk_i) begin
    // No write that passes sets TARGET above what may be up now.
    TargetMayBe: assert (!is_written || addr_i != Target || wdata_i <= 32'(highest_target_i));

    // While the watchdog is armed no write moves its window or disables it.
    WindowStays: assert (!is_written || !is_watchdog_armed_i || !(addr_i inside {WatchdogOpenMs, WatchdogCloseMs}));
    ArmedStays:  assert (!is_written || !is_watchdog_armed_i || addr_i != WatchdogCtrl || wdata_i == 32'd1);

    // The limit of the bus is written once, and never below 5,000 mV.
    LimitOnce:  assert (!is_written || addr_i != UnderVoltageLimit || !is_limit_written_i);
    LimitIsLow: assert (!is_written || addr_i != UnderVoltageLimit || wdata_i[15:0] >= 16'd5000);

    // No fault is cleared while the bus is too low, or while rails trip.
    NoClearWhileLow:  assert (!is_written || addr_i != FaultClear || !is_under_voltage_i);
    NoClearInTrip:    assert (!is_written || !(addr_i inside {FaultClear, LockoutClear}) || !is_tripping_i);

    // Without its key no command passes.
    KeyClearsFault:  assert (!is_written || addr_i != FaultClear || wdata_i == 32'(payload_ctrl_regs_pkg::FaultClearKey__CLEAR));
    KeyDisarms: assert (!is_written || addr_i != WatchdogDisarm || wdata_i == 32'(payload_ctrl_regs_pkg::WatchdogDisarmKey__DISARM));
  end

endmodule
