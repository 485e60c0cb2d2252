// Energy of each rail and of all in nJ: adds mV times mA times the milliseconds since the sample before, with one multiplier.
//
// The samples must hold still while busy_o is high. Counter r is rail r's, counter Rails that of all. Reading goes low half
// first: low_read_i latches the high half of the same instant into high_o.
// Timing: the counters are all new 3 * Rails + 1 clocks after sample_i; a sample while busy is lost.

module energy_counter #(
  parameter int unsigned Rails = 8
) (
  input logic clk_i,
  input logic rst_ni,

  input logic                   sample_i,  // one clock long
  input logic [15:0]            elapsed_ms_i,
  input logic [Rails-1:0][15:0] voltage_mv_i,
  input logic [Rails-1:0][15:0] current_ma_i,

  input  logic [Rails:0]       low_read_i,  // one clock long, while low_o is being read
  output logic [Rails:0][31:0] low_o,
  output logic [Rails:0][31:0] high_o,
  output logic                 busy_o
);

  typedef logic [$clog2(Rails)-1:0] rail_t;

  typedef enum logic [1:0] {
    Idle,
    Multiply,
    Scale,
    Add
  } state_e;

  state_e state_q, state_d;
  rail_t rail_q, rail_d;
  logic [47:0] product_q, product_d;
  logic [63:0] energy_q[Rails];
  logic [63:0] total_q;
  logic [Rails:0][31:0] high_q;

  always_comb begin
    state_d   = state_q;
    rail_d    = rail_q;
    product_d = product_q;

    unique case (state_q)
      Idle: begin
        rail_d = '0;
        if (sample_i) state_d = Multiply;
      end
      Multiply: begin
        product_d = 48'(voltage_mv_i[rail_q]) * 48'(current_ma_i[rail_q]);
        state_d   = Scale;
      end
      Scale: begin
        product_d = 48'(product_q[31:0]) * 48'(elapsed_ms_i);
        state_d   = Add;
      end
      Add: begin
        rail_d  = rail_q + 1'b1;
        state_d = (rail_q == rail_t'(Rails - 1)) ? Idle : Multiply;
      end
      default: state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= Idle;
      rail_q    <= '0;
      product_q <= '0;
      energy_q  <= '{default: '0};
      total_q   <= '0;
      high_q    <= '0;
    end else begin
      state_q   <= state_d;
      rail_q    <= rail_d;
      product_q <= product_d;
      if (state_q == Add) begin
        energy_q[rail_q] <= energy_q[rail_q] + 64'(product_q);
        total_q          <= total_q + 64'(product_q);
      end
      if (low_read_i != '0) begin
        for (int unsigned r = 0; r < Rails; r++) if (low_read_i[r]) high_q[r] <= energy_q[r][63:32];
        if (low_read_i[Rails]) high_q[Rails] <= total_q[63:32];
      end

      NoSampleLost: assert (!sample_i || !busy_o);
    end
  end

  always_comb begin
    for (int unsigned r = 0; r < Rails; r++) low_o[r] = energy_q[r][31:0];
    low_o[Rails] = total_q[31:0];
  end

  assign high_o = high_q;
  assign busy_o = state_q != Idle;

endmodule
