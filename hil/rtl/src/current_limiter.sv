// The digital half of one rail's latching current limiter: when the switch is to be opened, and when to warn.
//
// Fast: the comparator has seen too much current for trip_clocks_i clocks in a row, not counting the first blanking_ms_i
// after the switch closed (inrush). Slow: the average of the sampled currents is at or above limit_ma_i. While the switch
// is open nothing trips and the average is 0.
// Timing: fast_trip_o rises trip_clocks_i clocks after overcurrent_i and the end of blanking; the average follows sampled_i
// by one clock. Blanking of n ms ends with the nth tick after the switch closed.

module current_limiter (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic on_i,

  // Fast.
  input  logic        fast_enable_i,
  input  logic        overcurrent_i,  // synchronous to clk_i
  input  logic [7:0]  trip_clocks_i,
  input  logic [15:0] blanking_ms_i,
  output logic        fast_trip_o,

  // Slow.
  input  logic        slow_enable_i,
  input  logic        sampled_i,  // one clock long
  input  logic [15:0] current_ma_i,
  input  logic [2:0]  average_shift_i,
  input  logic [15:0] limit_ma_i,
  output logic [15:0] average_ma_o,
  output logic        warning_o,
  output logic        slow_trip_o,

  output logic settled_o  // nothing changes before the next tick, sample or change of an input
);

  localparam int unsigned Fraction = 7;
  localparam int unsigned Width    = 16 + Fraction;

  logic [15:0] blanking_q;
  logic [7:0] seen_q;
  logic [Width-1:0] average_q, average_d;
  logic signed [Width:0] distance;
  logic is_counting;

  always_comb begin
    is_counting = 1'b0;
    warning_o   = 1'b0;
    if (on_i) begin
      is_counting = fast_enable_i && overcurrent_i && blanking_q == '0;
      warning_o   = average_ma_o >= limit_ma_i;
    end
  end

  assign fast_trip_o = is_counting && seen_q >= trip_clocks_i;
  assign slow_trip_o = warning_o && slow_enable_i;

  // The average moves by a fraction of the distance; the sum can't leave the range between both.
  assign distance  = $signed({1'b0, current_ma_i, Fraction'(0)}) - $signed({1'b0, average_q});
  assign average_d = Width'($signed({1'b0, average_q}) + (distance >>> average_shift_i));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      blanking_q <= '0;
      seen_q     <= '0;
      average_q  <= '0;
    end else if (on_i) begin
      if (tick_1ms_i && blanking_q != '0) blanking_q <= blanking_q - 1'b1;
      seen_q <= is_counting ? seen_q + 1'b1 : '0;
      if (sampled_i) average_q <= average_d;

      BlankedIsDeaf: assert (blanking_q == '0 || !fast_trip_o);
      NoLateTrip:    assert (!is_counting || fast_trip_o || seen_q < trip_clocks_i);
    end else begin
      blanking_q <= blanking_ms_i;
      seen_q     <= '0;
      average_q  <= '0;
    end
  end

  assign average_ma_o = average_q[Width-1:Fraction];
  assign settled_o    = !is_counting && seen_q == '0 && (on_i || (blanking_q == blanking_ms_i && average_q == '0));

endmodule
