// Energy of all rails in nJ: adds the sum of mV times mA once for each sample, with one multiplier.
//
// The samples must hold still while busy_o is high. Reading goes low half first: low_read_i latches the high half of the
// same instant into high_o.
// Timing: total_o changes once a sample, Rails + 1 clocks after sample_i; a sample while busy is lost.

module energy_counter #(
  parameter int unsigned Rails = 4
) (
  input logic clk_i,
  input logic rst_ni,

  input logic                   sample_i,  // one clock long
  input logic [Rails-1:0][15:0] voltage_mv_i,
  input logic [Rails-1:0][15:0] current_ma_i,

  input  logic        low_read_i,  // one clock long, while low_o is being read
  output logic [31:0] low_o,
  output logic [31:0] high_o,
  output logic        busy_o
);

  localparam int unsigned SumWidth = 32 + $clog2(Rails);
  localparam int unsigned RailWidth = $clog2(Rails);
  localparam logic [RailWidth-1:0] LastRail = RailWidth'(Rails - 1);

  typedef enum logic [1:0] {
    Idle,
    Multiply,
    Add
  } state_e;

  state_e state_q, state_d;
  logic [RailWidth-1:0] rail_q, rail_d;
  logic [SumWidth-1:0] sum_q, sum_d;
  logic [63:0] total_q, total_d;
  logic [31:0] high_q, high_d;

  logic [31:0] product;
  assign product = voltage_mv_i[rail_q] * current_ma_i[rail_q];

  always_comb begin
    state_d = state_q;
    rail_d  = rail_q;
    sum_d   = sum_q;
    total_d = total_q;
    high_d  = low_read_i ? total_q[63:32] : high_q;

    unique case (state_q)
      Idle: begin
        if (sample_i) state_d = Multiply;
      end
      Multiply: begin
        sum_d  = sum_q + SumWidth'(product);
        rail_d = rail_q + 1'b1;
        if (rail_q == LastRail) state_d = Add;
      end
      Add: begin
        total_d = total_q + 64'(sum_q);
        rail_d  = '0;
        sum_d   = '0;
        state_d = Idle;
      end
      default: state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      rail_q  <= '0;
      sum_q   <= '0;
      total_q <= '0;
      high_q  <= '0;
    end else begin
      state_q <= state_d;
      rail_q  <= rail_d;
      sum_q   <= sum_d;
      total_q <= total_d;
      high_q  <= high_d;

      NoSampleLost: assert (!sample_i || !busy_o);
      NeverBack:    assert (total_d >= total_q || total_q[63]);
    end
  end

  assign low_o  = total_q[31:0];
  assign high_o = high_q;
  assign busy_o = state_q != Idle;

endmodule
