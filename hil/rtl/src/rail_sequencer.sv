// Brings rails up one at a time, each after the one before is power-good, and down in reverse; drops them on a fault.
//
// target_i says how many rails shall be up. A rail that is not power-good in time, or loses power-good later, is opened at
// once, the others follow in reverse order; a bite opens all. A fault is latched until clear_i, and while it is,
// target_i must read 0. hil/devices/rail_sequencer.py is the same machine as a table.
// Timing: inputs act in the next clock, a bite in the same one; timers count tick_1ms_i from the clock after their start.

module rail_sequencer
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned Rails = 4
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic [$clog2(Rails+1)-1:0] target_i,
  input logic [15:0]                stagger_ms_i,
  input logic [15:0]                timeout_ms_i,
  input logic                       clear_i,  // one clock long
  input logic                       bite_i,

  input  logic [Rails-1:0] power_good_i,  // synchronous to clk_i
  output logic [Rails-1:0] rails_o,

  output State_e                   state_o,
  output logic                     busy_o,
  output FaultCause_e              fault_cause_o,
  output logic [$clog2(Rails)-1:0] fault_rail_o,
  output logic                     settled_o  // nothing moves before the next tick or change of an input
);

  typedef logic [Rails-1:0] mask_t;
  typedef logic [$clog2(Rails)-1:0] rail_t;
  typedef logic [$clog2(Rails+1)-1:0] count_t;

  State_e state_q, state_d;
  FaultCause_e cause_q, cause_d;
  rail_t fault_rail_q, fault_rail_d;
  mask_t switches_q, switches_d;
  mask_t good_q, good_d;  // rails that have been power-good since they were switched on
  logic [15:0] timer_q, timer_d;

  mask_t lost, highest, rising;
  rail_t lowest_lost, highest_rail;
  count_t on;
  logic expired;

  always_comb begin
    lost         = good_q & ~power_good_i;
    rising       = switches_q & ~good_q;
    on           = count_t'($countones(switches_q));
    expired      = timer_q == '0;
    lowest_lost  = '0;
    highest_rail = '0;
    for (int unsigned r = 0; r < Rails; r++) begin
      if (switches_q[r]) highest_rail = rail_t'(r);
      if (lost[Rails-1-r]) lowest_lost = rail_t'(Rails - 1 - r);
    end
    highest = switches_q & (mask_t'(1) << highest_rail);
  end

  always_comb begin
    state_d      = state_q;
    cause_d      = cause_q;
    fault_rail_d = fault_rail_q;
    switches_d   = switches_q & ~lost;
    good_d       = good_q;
    timer_d      = (tick_1ms_i && !expired) ? timer_q - 1'b1 : timer_q;

    unique case (state_q)
      State__STEADY: begin
        if (target_i < on) begin
          state_d    = State__FALLING;
          switches_d = switches_q & ~highest;
          timer_d    = stagger_ms_i;
        end else if (target_i > on) begin
          state_d    = State__RISING;
          switches_d = {switches_q[Rails-2:0], 1'b1};
          timer_d    = timeout_ms_i;
        end
      end
      State__RISING: begin
        if ((rising & power_good_i) != '0) begin
          state_d = State__SETTLING;
          good_d  = switches_q;
          timer_d = stagger_ms_i;
        end else if (target_i < on) begin
          state_d    = State__FALLING;
          switches_d = switches_q & ~highest;
          timer_d    = stagger_ms_i;
        end else if (expired) begin
          state_d      = State__TRIPPING;
          cause_d      = FaultCause__POWER_GOOD_TIMEOUT;
          fault_rail_d = highest_rail;
          switches_d   = switches_q & ~highest;
          timer_d      = stagger_ms_i;
        end
      end
      State__SETTLING, State__FALLING: begin
        if (expired) state_d = State__STEADY;
      end
      State__TRIPPING: begin
        if (lost == '0) begin
          if (on == '0) begin
            state_d = State__TRIPPED;
          end else if (expired) begin
            switches_d = switches_q & ~highest;
            timer_d    = stagger_ms_i;
          end
        end
      end
      State__TRIPPED: begin
        if (clear_i) begin
          state_d      = State__STEADY;
          cause_d      = FaultCause__NONE;
          fault_rail_d = '0;
        end
      end
      default: state_d = State__TRIPPED;
    endcase

    // Losing power-good comes before all of that, a bite before everything; the first fault stays.
    if (lost != '0 && cause_q == FaultCause__NONE) begin
      state_d      = State__TRIPPING;
      cause_d      = FaultCause__POWER_GOOD_LOST;
      fault_rail_d = lowest_lost;
      switches_d   = switches_q & ~lost;
      good_d       = good_q;
      timer_d      = stagger_ms_i;
    end
    if (bite_i && state_q != State__TRIPPED) begin
      state_d      = State__TRIPPED;
      cause_d      = (cause_q == FaultCause__NONE) ? FaultCause__WATCHDOG : cause_q;
      fault_rail_d = fault_rail_q;
      switches_d   = '0;
    end
    good_d &= switches_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= State__STEADY;
      cause_q      <= FaultCause__NONE;
      fault_rail_q <= '0;
      switches_q   <= '0;
      good_q       <= '0;
      timer_q      <= '0;
    end else begin
      state_q      <= state_d;
      cause_q      <= cause_d;
      fault_rail_q <= fault_rail_d;
      switches_q   <= switches_d;
      good_q       <= good_d;
      timer_q      <= timer_d;

      OneAtATime:     assert ($countones(switches_d & ~switches_q) <= 1);
      GoodIsOn:       assert ((good_q & ~switches_q) == '0);
      OneIsRising:    assert ($countones(rising) <= 1);
      NoGapUntripped: assert (cause_q != FaultCause__NONE || (switches_q & (switches_q + 1'b1)) == '0);
      NoRiseInFault:  assert (cause_q == FaultCause__NONE || (switches_d & ~switches_q) == '0);
      FaultIsTripped: assert ((cause_q != FaultCause__NONE) == (state_q inside {State__TRIPPING, State__TRIPPED}));
      TrippedIsDark:  assert (state_q != State__TRIPPED || switches_q == '0);
      BittenIsDark:   assert (!bite_i || rails_o == '0);
    end
  end

  assign rails_o       = bite_i ? '0 : switches_q;
  assign state_o       = state_q;
  assign busy_o        = !(state_q inside {State__STEADY, State__TRIPPED}) || (state_q == State__STEADY && target_i != on);
  assign fault_cause_o = cause_q;
  assign fault_rail_o  = fault_rail_q;
  assign settled_o     = (state_d == state_q) && (switches_d == switches_q) && (good_d == good_q)
                       && (cause_q == FaultCause__NONE || target_i == '0);

endmodule
