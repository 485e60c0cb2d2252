// What is proven of the whole controller at its pins, whatever the serial line and the other pins do.
//
// Nothing is assumed, not even that there was a reset: it holds from any values that the flip-flops may have.

module payload_ctrl_fv (
  input logic clk_i,
  input logic por_ni,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic uart_rx_i,
  input logic [7:0] power_good_i,
  input logic [7:0] overcurrent_i,
  input logic bus_good_i,
  input logic [2:0] adc_dout_i
);

  logic quiescent_o, uart_tx_o, irq_o, adc_cs_no, adc_sclk_o, adc_din_o;
  logic [15:0] bus_threshold_mv_o;
  logic [7:0] rails_o;
  logic [1:0] cap_o;
  payload_ctrl dut (.*);

  logic [1:0] low_q = '0;
  always_ff @(posedge clk_i) low_q <= rst_ni ? {low_q[0], !bus_good_i} : '0;

  // One clock ago: the highest TARGET that might be, whether the watchdog was enabled, and with which window.
  logic ran_q = '0;
  logic enabled_q = '0;
  logic [3:0] highest_q;
  logic [31:0] window_q;
  always_ff @(posedge clk_i) begin
    ran_q     <= rst_ni;
    enabled_q <= rst_ni && dut.watchdog_enable && dut.watchdog_armed;
    highest_q <= dut.highest_target;
    window_q  <= {dut.watchdog_open_ms, dut.watchdog_close_ms};
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // Two clocks after the bus is seen to be too low every rail is off, whatever the registers say.
      UnderVoltageIsDark: assert (!low_q[1] || rails_o == '0);

      // In the clock in which the watchdog bites every rail is off.
      BiteIsDark: assert (!dut.bite || rails_o == '0);

      // TARGET is never above what might be in the clock before: what the proof of rail_power assumes.
      TargetFollows: assert (!ran_q || dut.target <= highest_q);

      // The window of an armed watchdog stays: what the proof of window_watchdog assumes.
      WindowStays: assert (!enabled_q || {dut.watchdog_open_ms, dut.watchdog_close_ms} == window_q);
    end
  end

endmodule
