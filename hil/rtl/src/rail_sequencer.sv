// Brings rails up one at a time, each after the one before is power-good, and down in reverse; opens them on a fault.
//
// target_i says how many rails shall be up. A closed rail that loses power-good or carries too much, and one that is not
// power-good in time, is opened at once; those above it follow in reverse order, those below stay. Then it waits and is
// tried again, or is locked out: trip_ledger.sv decides. A bite and a bus that is too low open all, until clear_i.
// hil/devices/rail_sequencer.py is the same machine as a table.
// Timing: inputs act in the next clock, a bite and a brownout in the same one; timers count tick_1ms_i from the clock after
// their start.

module rail_sequencer
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned Rails = 8
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  // Commands and settings.
  input logic [$clog2(Rails+1)-1:0] target_i,
  input logic                       clear_i,  // one clock long
  input logic [Rails-1:0][15:0]     stagger_ms_i,
  input logic [Rails-1:0][15:0]     timeout_ms_i,
  input logic [Rails-1:0][15:0]     retry_ms_i,

  // What may open rails.
  input logic             bite_i,
  input logic             brownout_i,
  input logic [Rails-1:0] fast_trip_i,
  input logic [Rails-1:0] slow_trip_i,

  // The load switches.
  input  logic [Rails-1:0] power_good_i,  // synchronous to clk_i
  output logic [Rails-1:0] rails_o,
  output logic [Rails-1:0] good_o,  // closed, and power-good since

  // The ledger of trips.
  output logic                     trip_o,  // one clock long
  output logic [$clog2(Rails)-1:0] trip_rail_o,
  output FaultCause_e              trip_cause_o,
  input  logic [Rails-1:0]         locked_out_i,
  input  logic [Rails-1:0][2:0]    attempts_i,

  // What is seen.
  output State_e                     state_o,
  output logic                       busy_o,
  output logic [Rails-1:0]           tripped_o,  // the rail that is open after a trip and will be tried again
  output logic                       retry_o,    // one clock long: it is tried again now
  output FaultCause_e                fault_cause_o,
  output logic [$clog2(Rails)-1:0]   fault_rail_o,
  output logic [$clog2(Rails+1)-1:0] highest_target_o,
  output logic                       settled_o  // nothing moves before the next tick or change of an input
);

  typedef logic [Rails-1:0] mask_t;
  typedef logic [$clog2(Rails)-1:0] rail_t;
  typedef logic [$clog2(Rails+1)-1:0] count_t;
  typedef logic [21:0] timer_t;  // 16 bits of time, doubled up to 6 times

  State_e state_q, state_d;
  FaultCause_e cause_q, cause_d;
  rail_t fault_rail_q, fault_rail_d;
  rail_t tripped_q, tripped_d;
  mask_t switches_q, switches_d;
  mask_t good_q, good_d;
  timer_t timer_q, timer_d;

  mask_t lost, faults, rising, above;
  rail_t highest, lowest_fault;
  count_t on;
  logic expired, is_own_fault;

  function automatic rail_t lowest_of(mask_t mask);
    lowest_of = '0;
    if (mask != '0) for (int unsigned r = Rails; r > 0; r--) if (mask[r-1]) lowest_of = rail_t'(r - 1);
  endfunction

  function automatic rail_t highest_of(mask_t mask);
    highest_of = '0;
    if (mask != '0) for (int unsigned r = 0; r < Rails; r++) if (mask[r]) highest_of = rail_t'(r);
  endfunction

  always_comb begin
    lost         = good_q & ~power_good_i;
    faults       = lost | (switches_q & (fast_trip_i | slow_trip_i));
    rising       = switches_q & ~good_q;
    on           = count_t'($countones(switches_q));
    expired      = timer_q == '0;
    above        = ~mask_t'((32'd2 << tripped_q) - 1);
    highest      = highest_of(switches_q);
    lowest_fault = lowest_of(faults);
    is_own_fault = (state_q != State__TRIPPING) || (lowest_fault < tripped_q);
  end

  always_comb begin
    state_d      = state_q;
    tripped_d    = tripped_q;
    switches_d   = switches_q;
    good_d       = good_q;
    timer_d      = (tick_1ms_i && !expired) ? timer_q - 1'b1 : timer_q;
    trip_o       = 1'b0;
    trip_rail_o  = highest;
    trip_cause_o = FaultCause__POWER_GOOD_TIMEOUT;
    retry_o      = 1'b0;

    unique case (state_q)
      State__STEADY: begin
        if (target_i < on) begin
          state_d             = State__FALLING;
          switches_d[highest] = 1'b0;
          timer_d             = timer_t'(stagger_ms_i[highest]);
        end else if (target_i > on) begin
          state_d    = State__RISING;
          switches_d = {switches_q[Rails-2:0], 1'b1};
          timer_d    = timer_t'(timeout_ms_i[rail_t'(on)]);
        end
      end
      State__RISING: begin
        if ((rising & power_good_i) != '0) begin
          state_d = State__SETTLING;
          good_d  = switches_q;
          timer_d = timer_t'(stagger_ms_i[highest]);
        end else if (target_i < on) begin
          state_d             = State__FALLING;
          switches_d[highest] = 1'b0;
          timer_d             = timer_t'(stagger_ms_i[highest]);
        end else if (expired) begin
          state_d             = State__TRIPPING;
          tripped_d           = highest;
          switches_d[highest] = 1'b0;
          timer_d             = timer_t'(stagger_ms_i[highest]);
          trip_o              = 1'b1;
        end
      end
      State__SETTLING, State__FALLING: begin
        if (expired) state_d = State__STEADY;
      end
      State__TRIPPING: begin
        if ((switches_q & above) != '0) begin
          if (expired) begin
            switches_d[highest] = 1'b0;
            timer_d             = timer_t'(stagger_ms_i[highest]);
          end
        end else if (locked_out_i[tripped_q]) begin
          state_d = State__STEADY;
        end else begin
          state_d = State__BACKOFF;
          timer_d = timer_t'(retry_ms_i[tripped_q]) << (attempts_i[tripped_q] - 1'b1);
        end
      end
      State__BACKOFF: begin
        if (target_i < on) begin
          state_d             = State__FALLING;
          switches_d[highest] = 1'b0;
          timer_d             = timer_t'(stagger_ms_i[highest]);
        end else if (expired) begin
          state_d = State__STEADY;
          retry_o = target_i > on;
        end
      end
      State__TRIPPED: begin
        if (clear_i) state_d = State__STEADY;
      end
      default: state_d = State__TRIPPED;
    endcase

    // A fault comes before all of that. Above a rail that trips it is a consequence, and not counted.
    if (faults != '0) begin
      state_d    = State__TRIPPING;
      switches_d = switches_q & ~faults;
      good_d     = good_q;
      timer_d    = (tick_1ms_i && !expired) ? timer_q - 1'b1 : timer_q;
      trip_o     = is_own_fault;
      retry_o    = 1'b0;
      if (state_q != State__TRIPPING) timer_d = timer_t'(stagger_ms_i[lowest_fault]);
      if (is_own_fault) tripped_d = lowest_fault;
      trip_rail_o = lowest_fault;
      if (fast_trip_i[lowest_fault]) trip_cause_o = FaultCause__OVERCURRENT;
      else if (slow_trip_i[lowest_fault]) trip_cause_o = FaultCause__SLOW_OVERCURRENT;
      else trip_cause_o = FaultCause__POWER_GOOD_LOST;
    end

    // A bite and a brownout come before everything.
    if ((bite_i || brownout_i) && state_q != State__TRIPPED) begin
      state_d    = State__TRIPPED;
      switches_d = '0;
      trip_o     = 1'b0;
      retry_o    = 1'b0;
    end
    good_d &= switches_d;
  end

  // The first fault stays until it is cleared.
  always_comb begin
    cause_d      = clear_i ? FaultCause__NONE : cause_q;
    fault_rail_d = clear_i ? '0 : fault_rail_q;
    if (cause_d == FaultCause__NONE) begin
      if (state_d == State__TRIPPED && state_q != State__TRIPPED) begin
        cause_d = bite_i ? FaultCause__WATCHDOG : FaultCause__UNDER_VOLTAGE;
      end else if (trip_o) begin
        cause_d      = trip_cause_o;
        fault_rail_d = trip_rail_o;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= State__STEADY;
      cause_q      <= FaultCause__NONE;
      fault_rail_q <= '0;
      tripped_q    <= '0;
      switches_q   <= '0;
      good_q       <= '0;
      timer_q      <= '0;
    end else begin
      state_q      <= state_d;
      cause_q      <= cause_d;
      fault_rail_q <= fault_rail_d;
      tripped_q    <= tripped_d;
      switches_q   <= switches_d;
      good_q       <= good_d;
      timer_q      <= timer_d;

      GoodIsOn: assert ((good_q & ~switches_q) == '0);
      if ((switches_d | switches_q) != '0) begin
        OneAtATime:    assert ($countones(switches_d & ~switches_q) <= 1);
        BelowAreGood:  assert ((switches_d & ~switches_q) == '0 || switches_q == good_q);
        OneIsRising:   assert ($countones(rising) <= 1);
        NoGap:         assert (state_q == State__TRIPPING || (switches_q & (switches_q + 1'b1)) == '0);
        FaultOpens:    assert ((switches_d & faults) == '0);
        NoRiseInTrip:  assert (state_q == State__STEADY || (switches_d & ~switches_q) == '0);
        TrippedIsDark: assert (state_q != State__TRIPPED || switches_q == '0);
        ForcedIsDark:  assert (!(bite_i || brownout_i) || rails_o == '0);
      end
    end
  end

  assign rails_o          = (bite_i || brownout_i) ? '0 : switches_q;
  assign good_o           = good_q;
  assign state_o          = state_q;
  assign busy_o           = (state_q != State__TRIPPED) && !(state_q == State__STEADY && target_i == on);
  assign tripped_o        = (state_q inside {State__TRIPPING, State__BACKOFF}) ? mask_t'(1) << tripped_q : '0;
  assign fault_cause_o    = cause_q;
  assign fault_rail_o     = fault_rail_q;
  assign highest_target_o = (state_q == State__TRIPPED) ? '0
                          : (locked_out_i == '0) ? count_t'(Rails) : count_t'(lowest_of(locked_out_i));
  assign settled_o        = (state_d == state_q) && (switches_d == switches_q) && (good_d == good_q)
                          && (target_i <= highest_target_o);

endmodule
