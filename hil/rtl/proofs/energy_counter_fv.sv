// What is proven of energy_counter with two rails, whatever they carry and whenever somebody reads.

module energy_counter_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic sample_i,
  input logic [15:0] elapsed_ms_i,
  input logic [1:0][15:0] voltage_mv_i,
  input logic [1:0][15:0] current_ma_i,
  input logic [2:0] low_read_i
);

  localparam int unsigned Rails = 2;
  localparam int unsigned Clocks = 3 * Rails + 1;

  typedef enum logic [1:0] {
    Idle,
    Multiply,
    Scale,
    Add
  } state_e;

  logic [Rails:0][31:0] low_o, high_o;
  logic busy_o;
  energy_counter #(.Rails(Rails)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // The meter holds its measurements still while they are counted, and a new one comes much later.
  logic held_q;
  logic [79:0] measured, measured_q;
  assign measured = {elapsed_ms_i, voltage_mv_i, current_ma_i};
  always_ff @(posedge clk_i) begin
    held_q     <= rst_ni && (sample_i || busy_o);
    measured_q <= measured;
  end
  always_comb begin
    if (rst_ni && held_q) assume (measured == measured_q);
    if (rst_ni && busy_o) assume (!sample_i);
  end

  // Clocks since a sample came, and from them whose turn it is: a rail has three clocks.
  logic [2:0] clocks_q;
  logic turn;
  assign turn = clocks_q > 3'd3;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) clocks_q <= 3'(Clocks);
    else if (sample_i) clocks_q <= 3'd1;
    else if (clocks_q != 3'(Clocks)) clocks_q <= clocks_q + 1'b1;
  end

  // What is multiplied in a clock, if it is its clock: voltage and current of the rail whose turn it is, then that and time.
  logic [47:0] power_q, energy_q;
  logic [Rails-1:0] added_q;
  always_ff @(posedge clk_i) begin
    power_q  <= 48'(voltage_mv_i[dut.rail_q]) * 48'(current_ma_i[dut.rail_q]);
    energy_q <= 48'(dut.product_q[31:0]) * 48'(elapsed_ms_i);
    added_q  <= {rst_ni && clocks_q == 3'd6, rst_ni && clocks_q == 3'd3};
  end

  // The counters a clock ago, whose low halves were read, and what the high halves were.
  logic [Rails:0][63:0] counters, counters_q;
  logic [Rails:0][31:0] high_q;
  logic [Rails:0] read_q;
  logic [47:0] product_q;
  assign counters = {dut.total_q, dut.energy_q[1], dut.energy_q[0]};
  always_ff @(posedge clk_i) begin
    counters_q <= rst_ni ? counters : '0;
    high_q     <= rst_ni ? high_o : '0;
    product_q  <= dut.product_q;
    read_q     <= rst_ni ? low_read_i : '0;
  end

  logic over_q;
  state_e state_q;
  always_ff @(posedge clk_i) begin
    state_q <= state_e'(dut.state_q);
    over_q  <= rst_ni && (dut.state_q != Idle || sample_i);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // Each rail has its turn of three clocks, and then it is done.
      DoneInTime: assert (busy_o == (clocks_q < 3'(Clocks)));
      TurnIsIts:  assert (!busy_o || dut.rail_q == turn);

      // In the first voltage is multiplied by current, in the second that by the time.
      PowerIsProduct:  assert (!(clocks_q inside {3'd2, 3'd5}) || dut.product_q == power_q);
      EnergyIsProduct: assert (!(clocks_q inside {3'd3, 3'd6}) || dut.product_q == energy_q);

      // In the third the rail's counter grows by the product, and the others' don't; that of all grows each time.
      FirstGrows:  assert (counters[0] == counters_q[0] + (added_q[0] ? 64'(product_q) : '0));
      SecondGrows: assert (counters[1] == counters_q[1] + (added_q[1] ? 64'(product_q) : '0));
      AllGrows:    assert (counters[2] == counters_q[2] + ((added_q != '0) ? 64'(product_q) : '0));

      // A high half is of the instant at which its low half was read, and stays until that is read again.
      HighIsThen:  assert ((read_q[0] ? counters_q[0][63:32] : high_q[0]) == high_o[0]);
      HighIsThen1: assert ((read_q[1] ? counters_q[1][63:32] : high_q[1]) == high_o[1]);
      HighIsThen2: assert ((read_q[2] ? counters_q[2][63:32] : high_q[2]) == high_o[2]);
      LowIsNow:    assert (low_o == {counters[2][31:0], counters[1][31:0], counters[0][31:0]});

      // No state is for ever: each but Idle ends in the next clock, and Idle with a sample.
      StatesEnd: assert (!over_q || dut.state_q != state_q);

      // Every state is reached.
      ReachesMultiply: cover (dut.state_q == Multiply);
      ReachesScale:    cover (dut.state_q == Scale);
      ReachesAdd:      cover (dut.state_q == Add && dut.rail_q != '0);
      ReachesIdle:     cover (dut.state_q == Idle && state_q == Add);

      // Lemmas, without which induction would start from what can't be.

      ClocksAreState: assert (dut.state_q == Idle || clocks_q == 3'd3 * 3'(dut.rail_q) + 3'(dut.state_q));
      RestIsDone:     assert (dut.state_q != Idle || clocks_q == 3'(Clocks));
    end
  end

endmodule
