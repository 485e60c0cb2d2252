// Under-voltage lock-out: no rail while the bus is too low, whatever any register says.
//
// The bus is watched by a comparator, not by the converters: a comparator has no software, no sampling period and no
// frame that can be lost. Its reference is threshold_mv_o, through a converter on the board: the limit, and while locked
// out the limit + hysteresis, so that the bus must have recovered before the lock-out ends.
// Timing: locked_out_o rises in the clock in which bus_good_i falls.

module under_voltage (
  input logic clk_i,
  input logic rst_ni,

  input  logic        bus_good_i,  // the bus is at or above threshold_mv_o; synchronous to clk_i
  output logic [15:0] threshold_mv_o,

  input  logic [15:0] limit_mv_i,
  input  logic [11:0] hysteresis_mv_i,
  output logic        locked_out_o,
  output logic        started_o,  // one clock long: a lock-out begins
  output logic [7:0]  count_o
);

  logic locked_out_q;
  logic [7:0] count_q;
  logic [16:0] recovered_mv;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      locked_out_q <= 1'b0;
      count_q      <= '0;
    end else begin
      locked_out_q <= !bus_good_i;
      if (started_o && count_q != '1) count_q <= count_q + 1'b1;

      LowIsLockedOut: assert (bus_good_i || locked_out_o);
      LimitHolds:     assert (threshold_mv_o >= limit_mv_i);
    end
  end

  assign recovered_mv   = {1'b0, limit_mv_i} + 17'(hysteresis_mv_i);
  assign threshold_mv_o = !locked_out_q ? limit_mv_i : recovered_mv[16] ? '1 : recovered_mv[15:0];
  assign locked_out_o   = locked_out_q || !bus_good_i;
  assign started_o      = !bus_good_i && !locked_out_q;
  assign count_o        = count_q;

endmodule
