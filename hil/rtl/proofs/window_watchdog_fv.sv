// What is proven of window_watchdog, whatever window, kicks and ticks it is given.
//
// The age that the rules speak of is counted here anew: ticks since it was enabled, kicked or cleared.

module window_watchdog_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic enable_i,
  input logic [15:0] open_ms_i,
  input logic [15:0] close_ms_i,
  input logic kick_i,
  input logic wrong_kick_i,
  input logic clear_i
);

  logic armed_o, bite_o;
  logic [15:0] age_ms_o;
  payload_ctrl_regs_pkg::WatchdogCause_e cause_o;
  window_watchdog dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  logic [15:0] age_q, open_q, close_q;
  logic enabled_q, bitten_q, early_q, late_q, wrong_q, cleared_q, bitten_again_q;

  always_ff @(posedge clk_i) begin
    open_q    <= open_ms_i;
    close_q   <= close_ms_i;
    enabled_q <= rst_ni && enable_i;
    bitten_q  <= rst_ni && bite_o;
    wrong_q   <= rst_ni && enable_i && !bite_o && wrong_kick_i;
    early_q   <= rst_ni && enable_i && !bite_o && !wrong_kick_i && kick_i && age_q < open_ms_i;
    late_q    <= rst_ni && enable_i && !bite_o && !wrong_kick_i && !kick_i && tick_1ms_i && age_q + 1'b1 >= close_ms_i;
    cleared_q <= rst_ni && clear_i;

    if (!rst_ni || !enable_i || (bite_o ? clear_i : kick_i && !wrong_kick_i && age_q >= open_ms_i)) age_q <= '0;
    else if (tick_1ms_i && !kick_i && !wrong_kick_i && !bite_o) age_q <= age_q + 1'b1;
  end

  always_comb begin
    // The register guard lets nobody change the window of an enabled watchdog.
    if (rst_ni && enabled_q) assume (open_ms_i == open_q && close_ms_i == close_q);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // A kick before the window opens bites in the next clock.
      EarlyBites: assert (!early_q || bite_o);

      // No kick before the window closes bites in the clock after its last tick.
      LateBites: assert (!late_q || bite_o);

      // Nothing holds an enabled watchdog off for longer than its window.
      NeverHeldOff: assert (!enabled_q || bite_o || age_q == '0 || age_q < close_q);

      // A kick with a wrong key bites in the next clock.
      WrongKeyBites: assert (!wrong_q || bite_o);

      // Nothing else makes it bite.
      OnlyOutside: assert (!bite_o || bitten_q || early_q || late_q || wrong_q);

      // It tells why it bit.
      EarlyIsTold: assert (!early_q || cause_o == payload_ctrl_regs_pkg::WatchdogCause__TOO_EARLY);
      LateIsTold:  assert (!late_q || cause_o == payload_ctrl_regs_pkg::WatchdogCause__TOO_LATE);
      WrongIsTold: assert (!wrong_q || cause_o == payload_ctrl_regs_pkg::WatchdogCause__WRONG_KEY);

      // A bite stays until it is cleared.
      StaysBitten: assert (!bitten_q || bite_o || cleared_q);

      // The age that it shows counts the ticks since the window began.
      AgeCounts: assert (age_ms_o == age_q);

      // It can bite again after a bite was cleared.
      BitesAgain: cover (bite_o && bitten_again_q && age_q == 16'd2);
    end
    if (!rst_ni) bitten_again_q <= 1'b0;
    else if (bitten_q && cleared_q) bitten_again_q <= 1'b1;
  end

endmodule
