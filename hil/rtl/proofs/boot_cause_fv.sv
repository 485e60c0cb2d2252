// What is proven of boot_cause, whatever resets, bites and under-voltages come, and in which order.

module boot_cause_fv
  import payload_ctrl_regs_pkg::*;
(
  input logic clk_i,
  input logic por_ni,
  input logic rst_ni,
  input logic bite_i,
  input logic under_voltage_i
);

  BootCause_e cause_o, boot_cause_o;
  logic [15:0] count_o;
  logic boot_o, settled_o;
  boot_cause dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!por_ni);

  // Power-on resets all.
  always_comb if (!por_ni) assume (!rst_ni);

  // What is to be remembered: a reset that ended four clocks ago, a bite that begins, an under-voltage.
  logic [3:0] levels_q;  // of rst_ni, the newest lowest
  logic is_released, is_reset, is_bitten, bite_q, booted_q;
  assign is_released = levels_q[3:1] == 3'b011;
  assign is_reset    = is_released && booted_q;
  assign is_bitten   = bite_i && !bite_q;

  // The same one clock ago, and what was seen then.
  logic powered_q, reset_q, bitten_q, low_q;
  BootCause_e cause_q;
  logic [15:0] count_q;

  always_ff @(posedge clk_i) begin
    levels_q  <= por_ni ? {levels_q[2:0], rst_ni} : '0;
    bite_q    <= por_ni && bite_i;
    booted_q  <= por_ni && (booted_q || is_released);
    powered_q <= por_ni;
    reset_q   <= por_ni && is_reset;
    bitten_q  <= por_ni && is_bitten;
    low_q     <= por_ni && under_voltage_i;
    cause_q   <= por_ni ? cause_o : BootCause__POWER_ON;
    count_q   <= por_ni ? count_o : '0;
  end

  logic is_cause;
  assign is_cause = reset_q || bitten_q || low_q;

  always_ff @(posedge clk_i) begin
    if (por_ni && !first_q) begin
      // It begins once behind each reset, three clocks after its end, and the first time after power-on.
      BeginsOnce:   assert (boot_o == is_released);
      FirstIsPower: assert (boot_cause_o == (booted_q ? BootCause__EXTERNAL_RESET : BootCause__POWER_ON));

      // A reset but the first is remembered in the clock after that.
      ResetIsTold: assert (!reset_q || cause_o == BootCause__EXTERNAL_RESET);

      // An under-voltage is remembered in the next clock, and so is a bite when it begins, unless a reset or, for a bite, an
      // under-voltage comes in the same one.
      LowIsTold:  assert (!low_q || reset_q || cause_o == BootCause__UNDER_VOLTAGE);
      BiteIsTold: assert (!bitten_q || reset_q || low_q || cause_o == BootCause__WATCHDOG);

      // Nothing else changes what is remembered: not the reset while it lasts, nor a bite that goes on.
      NothingElse: assert (is_cause || cause_o == cause_q);

      // All that is remembered is counted, up to the highest count.
      EachIsCounted: assert (count_o == ((is_cause && count_q != '1) ? count_q + 1'b1 : count_q));

      // Each cause is remembered after another.
      Remembers: cover (count_o == 16'd3 && cause_o == BootCause__EXTERNAL_RESET && cause_q == BootCause__UNDER_VOLTAGE);

      // Lemmas, without which induction would start from what can't be.

      LevelsFollow: assert (dut.was_reset_q == !(levels_q[2] && levels_q[3]) && dut.reset == !(levels_q[1] && levels_q[2]));
      FirstFollows: assert (dut.u_synchronizer.first_q == !(levels_q[0] && levels_q[1]));
      NewestFollow: assert (dut.reset_q == !(levels_q[0] && rst_ni));
      BootedAgree:  assert (dut.booted_q == booted_q && dut.bite_q == bite_q);
    end
  end

endmodule
