// One power-cap output: on in duty_i of every 256 ms, spread evenly over them.
//
// It counts tick_1ms_i, so it is a clock enable for something that computes, not a tone. A new duty holds from the next
// period on, so that no pulse is cut short; only without power is the output off at once, and the next period begins
// anew.
// Timing: on_o changes one clock after a tick, and falls with is_powered_i.

module cap_output (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic [8:0] duty_i,        // 0 to 256
  input logic       is_powered_i,  // the rails that it caps are good

  output logic       on_o,
  output logic [8:0] duty_o,    // in effect; 0 without power
  output logic       settled_o  // nothing changes before the next tick or change of an input
);

  logic [7:0] phase_q;  // ms of the period that have begun, 0 before the first
  logic [7:0] owed_q;   // in 1/256 ms
  logic [8:0] duty_q, duty;
  logic on_q;

  assign duty = (phase_q == '0) ? duty_i : duty_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q <= '0;
      owed_q  <= '0;
      duty_q  <= '0;
      on_q    <= 1'b0;
    end else if (!is_powered_i) begin
      phase_q <= '0;
      owed_q  <= '0;
      duty_q  <= '0;
      on_q    <= 1'b0;

      DarkIsOff: assert (!on_o);
    end else if (tick_1ms_i) begin
      phase_q        <= phase_q + 1'b1;
      duty_q         <= duty;
      {on_q, owed_q} <= {1'b0, owed_q} + duty;

      NothingOwed: assert (phase_q != '0 || owed_q == '0);
    end
  end

  assign on_o      = on_q && is_powered_i;
  assign duty_o    = is_powered_i ? duty_q : '0;
  assign settled_o = is_powered_i || (phase_q == '0 && duty_q == '0 && !on_q);

endmodule
