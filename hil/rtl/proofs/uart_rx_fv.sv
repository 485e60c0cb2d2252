// What is proven of uart_rx, at four clocks a bit, whatever is on the line.

module uart_rx_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic rx_i
);

  typedef enum logic [2:0] {
    Idle,
    Start,
    Data,
    Stop,
    Break
  } state_e;

  logic [7:0] data_o;
  logic valid_o, idle_o;
  uart_rx #(.ClocksPerBit(4)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // How many clocks the state has lasted, the line a clock ago, and the last bits sampled in the middle of theirs.
  logic [2:0] state_q;
  logic [5:0] lasted_q, lasted;
  logic rx_q;
  logic [9:0] sampled_q;
  assign lasted = (dut.state_q == state_q) ? lasted_q + 6'(lasted_q != '1) : '0;

  always_ff @(posedge clk_i) begin
    state_q  <= rst_ni ? dut.state_q : Break;
    lasted_q <= rst_ni ? lasted : '0;
    rx_q     <= rx_i;
    if (!rst_ni) sampled_q <= '1;
    else if (dut.timer_q == '0 && dut.state_q inside {Start, Data, Stop}) sampled_q <= {rx_i, sampled_q[9:1]};
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // An octet is handed out only with its stop bit, and is what the line was in the middle of its eight bits.
      OctetIsWhole: assert (!valid_o || (rx_i && dut.state_q == Stop && data_o == sampled_q[9:2] && !sampled_q[1]));

      // No state is for ever: a start bit, eight data bits and a stop bit last what they should, ...
      StartEnds: assert (dut.state_q != Start || lasted <= 6'd1);
      DataEnds:  assert (dut.state_q != Data || lasted <= 6'd31);
      StopEnds:  assert (dut.state_q != Stop || lasted <= 6'd3);

      // ... and Idle ends when the line falls, Break when it rises.
      IdleEnds:  assert (!(state_q == Idle && !rx_q) || dut.state_q != Idle);
      BreakEnds: assert (!(state_q == Break && lasted != '0 && rx_q) || dut.state_q != Break);

      // Every state is reached.
      ReachesIdle:  cover (dut.state_q == Idle && sampled_q != '1);
      ReachesStart: cover (dut.state_q == Start);
      ReachesData:  cover (dut.state_q == Data);
      ReachesStop:  cover (dut.state_q == Stop);
      ReachesBreak: cover (dut.state_q == Break);

      // Lemmas, without which induction would start from what can't be.

      StateIsOne:  assert (dut.state_q <= Break);
      StartsAtNone: assert (dut.state_q != Start || dut.index_q == '0);
      BitsAreKept: assert (dut.state_q != Data || ((dut.data_q ^ sampled_q[9:2]) >> (4'd8 - 4'(dut.index_q))) == '0);
      AllAreKept:  assert (dut.state_q != Stop || (dut.data_q == sampled_q[9:2] && !sampled_q[1]));
      StartIsLow:  assert (dut.state_q != Data || !sampled_q[4'd9-4'(dut.index_q)]);
      StartCounts: assert (dut.state_q != Start || lasted + 6'(dut.timer_q) == 6'd1);
      DataCounts:  assert (dut.state_q != Data || lasted + 6'(dut.timer_q) == 6'd3 + {1'b0, dut.index_q, 2'b00});
      StopCounts:  assert (dut.state_q != Stop || lasted + 6'(dut.timer_q) == 6'd3);
    end
  end

endmodule
