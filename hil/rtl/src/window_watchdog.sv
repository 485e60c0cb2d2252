// Window watchdog: bites unless it is kicked, with the right key, inside its window.
//
// While enabled, counts tick_1ms_i since it was enabled, kicked or cleared. A kick at an age below open_ms_i, a kick with a
// wrong key, or reaching close_ms_i raises bite_o, which only clear_i lowers; the age is held until then, the cause until
// the next bite.
// Timing: bite_o rises one clock after the tick or kick that caused it.

module window_watchdog
  import payload_ctrl_regs_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic        enable_i,
  input logic [15:0] open_ms_i,
  input logic [15:0] close_ms_i,

  input logic kick_i,        // one clock long
  input logic wrong_kick_i,  // one clock long
  input logic clear_i,       // one clock long

  output logic           armed_o,  // enable_i of the clock before
  output logic [15:0]    age_ms_o,
  output logic           bite_o,
  output WatchdogCause_e cause_o  // of the last bite
);

  logic [15:0] age_q, age_d;
  logic bite_q, bite_d;
  logic armed_q;
  WatchdogCause_e cause_q, cause_d;

  always_comb begin
    age_d   = age_q;
    bite_d  = bite_q;
    cause_d = cause_q;
    if (bite_q) begin
      bite_d = !clear_i;
      if (clear_i) age_d = '0;
    end else if (enable_i && wrong_kick_i) begin
      bite_d  = 1'b1;
      cause_d = WatchdogCause__WRONG_KEY;
    end else if (enable_i && kick_i) begin
      bite_d = age_q < open_ms_i;
      if (!bite_d) age_d = '0;
      if (bite_d) cause_d = WatchdogCause__TOO_EARLY;
    end else if (enable_i && tick_1ms_i) begin
      age_d  = age_q + 1'b1;
      bite_d = age_d >= close_ms_i;
      if (bite_d) cause_d = WatchdogCause__TOO_LATE;
    end
    if (!enable_i) age_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      age_q   <= '0;
      bite_q  <= 1'b0;
      armed_q <= 1'b0;
      cause_q <= WatchdogCause__NONE;
    end else begin
      age_q   <= age_d;
      bite_q  <= bite_d;
      armed_q <= enable_i;
      cause_q <= cause_d;

      // Once bitten, bitten until cleared; only an enabled watchdog bites, and never without a cause.
      BiteStays:     assert (!bite_q || bite_d || clear_i);
      BiteIsEnabled: assert (bite_q || !bite_d || enable_i);
      BiteHasCause:  assert (!bite_q || cause_q != WatchdogCause__NONE);
      CauseIsBites:  assert (cause_d == cause_q || (bite_d && !bite_q));
      AgeIsEnabled:  assert (enable_i || age_d == '0);
    end
  end

  assign armed_o  = armed_q;
  assign age_ms_o = age_q;
  assign bite_o   = bite_q;
  assign cause_o  = cause_q;

endmodule
