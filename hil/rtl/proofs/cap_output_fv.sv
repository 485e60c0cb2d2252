// What is proven of cap_output, whatever duty is asked for, and whenever its power comes and goes.

module cap_output_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic [8:0] duty_i,
  input logic is_powered_i
);

  logic on_o, settled_o;
  logic [8:0] duty_o;
  cap_output dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // The register guard lets no higher duty pass.
  always_comb assume (duty_i <= 9'd256);

  // Milliseconds that have begun since the period did, those of them in which it is on, and their number times the duty.
  logic [8:0] begun_q, on_q, duty_q, next;
  logic [16:0] product_q;
  logic last_q, tick_q, powered_q;
  assign next = begun_q + 1'b1;

  always_ff @(posedge clk_i) begin
    last_q    <= on_o;
    tick_q    <= rst_ni && tick_1ms_i;
    powered_q <= rst_ni && is_powered_i;
    if (!rst_ni || !is_powered_i) begin
      {begun_q, on_q, duty_q, product_q} <= '0;
    end else if (tick_1ms_i) begin
      if (begun_q == '0 || begun_q == 9'd256) begin
        begun_q   <= 9'd1;
        duty_q    <= duty_i;
        product_q <= 17'(duty_i);
        on_q      <= 9'(duty_i == 9'd256);
      end else begin
        begun_q   <= next;
        product_q <= product_q + 17'(duty_q);
        on_q      <= 9'((product_q + 17'(duty_q)) >> 8);
      end
    end
  end

  // Arithmetic that the solver is told, for it would take minutes to find out: 256 times the duty is the duty, 8 bits up.
  always_comb if (begun_q == 9'd256) assume (product_q == {duty_q, 8'd0});

  // What has been on, counted at the pin.
  logic [8:0] seen_q;
  logic [8:0] seen;
  assign seen = (tick_q && powered_q) ? ((begun_q == 9'd1) ? '0 : seen_q) + 9'(on_o) : seen_q;
  always_ff @(posedge clk_i) seen_q <= (rst_ni && is_powered_i) ? seen : '0;

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // Of the milliseconds of a period that have begun it is on in as many as are due, to the last whole one, and so of all
      // 256 in exactly its duty.
      OnIsDue:     assert (!is_powered_i || seen == on_q);
      DutyIsExact: assert (!is_powered_i || begun_q != 9'd256 || seen == duty_q);

      // The duty that it shows is the one that was asked for when the period began.
      DutyIsHeld: assert (duty_o == (is_powered_i ? duty_q : '0));

      // It changes only with a tick, or with its power.
      ChangesWithTick: assert (on_o == last_q || tick_q || !is_powered_i || !powered_q);

      // Without power it is off, in that clock.
      DarkIsOff: assert (is_powered_i || !on_o);

      // Half a duty is on in every other millisecond.
      HalfIsOn: cover (duty_q == 9'd128 && begun_q == 9'd4 && on_o && seen == 9'd2);

      // Lemmas, without which induction would start from what can't be.

      PhaseIsBegun: assert (dut.phase_q == begun_q[7:0]);
      OwedIsRest:   assert ({on_q, dut.owed_q} == product_q);
      InPeriod:     assert (begun_q <= 9'd256 && duty_q <= 9'd256 && dut.duty_q == duty_q);
      StaysDark:    assert (begun_q != '0 || {on_q, duty_q, product_q} == '0);
    end
  end

endmodule
