// Remembers, over every reset but the first, why all rails last began from nothing.
//
// por_ni is the power-on reset, of this module and of what shall survive the other; rst_ni resets everything else, at
// power-on, too. A bite and an under-voltage reset nothing, but they are causes: they open every rail.
// Timing: a cause is seen one clock after the bite or the under-voltage, and three after rst_ni has risen; boot_o is high
// in the clock before.

module boot_cause
  import payload_ctrl_regs_pkg::*;
(
  input logic clk_i,
  input logic por_ni,
  input logic rst_ni,

  input logic bite_i,
  input logic under_voltage_i,  // one clock long

  output BootCause_e  cause_o,
  output logic [15:0] count_o,  // causes since power-on
  output logic        boot_o,   // one clock long: everything but this begins anew
  output BootCause_e  boot_cause_o,
  output logic        settled_o
);

  logic reset_q;  // rst_ni was low; falls with a clock
  logic reset, reset_settled, was_reset_q, booted_q, bite_q;
  logic is_reset, is_bitten;
  BootCause_e cause_q, cause_d;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) reset_q <= 1'b1;
    else reset_q <= 1'b0;
  end

  synchronizer #(
    .ResetValue(1'b1)
  ) u_synchronizer (
    .clk_i,
    .rst_ni   (por_ni),
    .d_i      (reset_q),
    .d_o      (reset),
    .settled_o(reset_settled)
  );

  assign boot_o       = was_reset_q && !reset;
  assign boot_cause_o = booted_q ? BootCause__EXTERNAL_RESET : BootCause__POWER_ON;
  assign is_reset     = boot_o && booted_q;
  assign is_bitten    = bite_i && !bite_q;

  always_comb begin
    cause_d = cause_q;
    if (is_bitten) cause_d = BootCause__WATCHDOG;
    if (under_voltage_i) cause_d = BootCause__UNDER_VOLTAGE;
    if (is_reset) cause_d = BootCause__EXTERNAL_RESET;
  end

  saturating_counter u_count (
    .clk_i,
    .rst_ni (por_ni),
    .clear_i(1'b0),
    .add_i  (is_reset || is_bitten || under_voltage_i),
    .count_o
  );

  always_ff @(posedge clk_i or negedge por_ni) begin
    if (!por_ni) begin
      was_reset_q <= 1'b1;
      booted_q    <= 1'b0;
      bite_q      <= 1'b0;
      cause_q     <= BootCause__POWER_ON;
    end else begin
      was_reset_q <= reset;
      booted_q    <= booted_q || boot_o;
      bite_q      <= bite_i;
      cause_q     <= cause_d;

      CauseIsCounted: assert (cause_d == cause_q || is_reset || is_bitten || under_voltage_i);
      PowerOnOnce:    assert (cause_d != BootCause__POWER_ON || cause_q == BootCause__POWER_ON);
    end
  end

  assign cause_o   = cause_q;
  assign settled_o = reset_settled && was_reset_q == reset && bite_q == bite_i;

endmodule
