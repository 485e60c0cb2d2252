// What is proven of current_limiter, whatever its settings say from one clock to the next.

module current_limiter_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic on_i,
  input logic fast_enable_i,
  input logic overcurrent_i,
  input logic [7:0] trip_clocks_i,
  input logic [15:0] blanking_ms_i,
  input logic slow_enable_i,
  input logic sampled_i,
  input logic [15:0] current_ma_i,
  input logic [2:0] average_shift_i,
  input logic [15:0] limit_ma_i
);

  logic fast_trip_o, warning_o, slow_trip_o, settled_o;
  logic [15:0] average_ma_o;
  current_limiter dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // Ticks of blanking that are left, clocks of too much current in a row after it, and the highest current sampled.
  logic [15:0] left_q, highest_q;
  logic [7:0] seen_q;
  logic is_over;
  assign is_over = on_i && fast_enable_i && overcurrent_i && left_q == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) left_q <= '0;
    else if (!on_i) left_q <= blanking_ms_i;
    else if (tick_1ms_i && left_q != '0) left_q <= left_q - 1'b1;

    seen_q <= (rst_ni && is_over) ? seen_q + 1'b1 : '0;

    if (!rst_ni || !on_i) highest_q <= '0;
    else if (sampled_i && current_ma_i > highest_q) highest_q <= current_ma_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // Too much current for trip_clocks_i clocks in a row, blanking over, trips in the clock after them.
      TripsInTime: assert (!(is_over && seen_q >= trip_clocks_i) || fast_trip_o);

      // Nothing trips during blanking, nor on less.
      NeverEarlier: assert (!fast_trip_o || (is_over && seen_q >= trip_clocks_i));

      // An open switch neither trips nor warns.
      OpenIsQuiet: assert (on_i || !(fast_trip_o || slow_trip_o || warning_o));

      // The average never rises above the highest current sampled since the switch closed.
      AverageInRange: assert (average_ma_o <= highest_q);

      // It can trip, and the average can reach its limit.
      Trips: cover (fast_trip_o && trip_clocks_i == 8'd3);
      Warns: cover (slow_trip_o && limit_ma_i == 16'd1000);

      // Lemmas, without which induction would start from what can't be.

      BlankingIsLeft: assert (dut.blanking_q == left_q);
      SeenIsCounted:  assert (dut.seen_q == seen_q);
      SumInRange:     assert (dut.average_q <= {highest_q, 7'd0});
    end
  end

endmodule
