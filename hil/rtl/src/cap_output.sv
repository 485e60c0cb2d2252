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
  output logic [8:0] duty_o  // in effect; 0 without power
);

  logic [7:0] phase_q, phase_d;  // ms of the period that have begun, 0 before the first
  logic [7:0] owed_q, owed_d;    // in 1/256 ms
  logic [8:0] duty_q, duty_d;
  logic on_q, on_d;

  always_comb begin
    phase_d = phase_q;
    owed_d  = owed_q;
    duty_d  = duty_q;
    on_d    = on_q;
    if (!is_powered_i) begin
      phase_d = '0;
      owed_d  = '0;
      duty_d  = '0;
      on_d    = 1'b0;
    end else if (tick_1ms_i) begin
      phase_d = phase_q + 1'b1;
      if (phase_q == '0) duty_d = duty_i;
      {on_d, owed_d} = {1'b0, owed_q} + duty_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q <= '0;
      owed_q  <= '0;
      duty_q  <= '0;
      on_q    <= 1'b0;
    end else begin
      phase_q <= phase_d;
      owed_q  <= owed_d;
      duty_q  <= duty_d;
      on_q    <= on_d;

      if (tick_1ms_i) begin
        DutyInRange:    assert (duty_i > 9'd256 || duty_d <= 9'd256 || duty_q > 9'd256);
        NothingOwed:    assert (phase_q != '0 || owed_q == '0);
        ChangesAtStart: assert (duty_d == duty_q || phase_q == '0 || !is_powered_i);
        DarkIsOff:      assert (is_powered_i || !on_o);
      end
    end
  end

  assign on_o   = on_q && is_powered_i;
  assign duty_o = is_powered_i ? duty_q : '0;

endmodule
