// The power side of the controller: switches the rails, limits them, and opens them all when it must.
//
// hil/devices/rail_power.py is its twin.
// Timing: a lost power-good opens its rail one clock after power_good_i, too much current RAIL_TRIP_CLOCKS + 1 clocks after
// overcurrent_i, a bite and a bus that is too low all rails in the clock of bite_i and bus_good_i.

module rail_power
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned Rails = 8
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  // Commands and settings.
  input logic [$clog2(Rails+1)-1:0] target_i,
  input logic                       clear_fault_i,    // one clock long
  input logic [Rails-1:0]           clear_lockout_i,  // one clock long
  input logic [Rails-1:0]           fast_trip_i,
  input logic [Rails-1:0]           slow_trip_i,
  input logic [Rails-1:0][2:0]      retries_i,
  input logic [Rails-1:0][15:0]     limit_ma_i,
  input logic [Rails-1:0][7:0]      trip_clocks_i,
  input logic [Rails-1:0][15:0]     blanking_ms_i,
  input logic [Rails-1:0][15:0]     stagger_ms_i,
  input logic [Rails-1:0][15:0]     timeout_ms_i,
  input logic [Rails-1:0][15:0]     retry_ms_i,
  input logic [2:0]                 average_shift_i,
  input logic [15:0]                bus_limit_mv_i,
  input logic [11:0]                bus_hysteresis_mv_i,

  // The pins, synchronous to clk_i.
  input  logic [Rails-1:0] power_good_i,
  input  logic [Rails-1:0] overcurrent_i,
  input  logic             bus_good_i,
  output logic [15:0]      bus_threshold_mv_o,
  output logic [Rails-1:0] rails_o,

  // The watchdog and the measurements.
  input logic                   bite_i,
  input logic                   sampled_i,  // one clock long
  input logic [Rails-1:0][15:0] current_ma_i,

  // What is seen.
  output State_e                     state_o,
  output logic                       busy_o,
  output FaultCause_e                fault_cause_o,
  output logic [$clog2(Rails)-1:0]   fault_rail_o,
  output logic [$clog2(Rails+1)-1:0] highest_target_o,
  output RailState_e [Rails-1:0]     rail_states_o,
  output logic [Rails-1:0]           locked_out_o,
  output logic [Rails-1:0][2:0]      attempts_o,
  output logic [Rails-1:0][3:0]      causes_o,
  output logic [Rails-1:0][7:0]      trips_o,
  output logic [Rails-1:0]           warnings_o,
  output logic [Rails-1:0][15:0]     average_ma_o,
  output logic                       under_voltage_o,
  output logic [7:0]                 lockouts_o,

  // Events, one clock long.
  output logic                     trip_o,
  output logic [$clog2(Rails)-1:0] trip_rail_o,
  output FaultCause_e              trip_cause_o,
  output logic                     retry_o,
  output logic [Rails-1:0]         tripped_o,  // which rail is tried again
  output logic                     brownout_o,

  output logic settled_o  // nothing moves before the next tick, sample or change of an input
);

  logic [Rails-1:0] good, fast_trip, slow_trip, limiters_settled;
  logic sequencer_settled;
  logic [15:0] average_ma[Rails];

  under_voltage u_under_voltage (
    .clk_i,
    .rst_ni,
    .bus_good_i,
    .threshold_mv_o (bus_threshold_mv_o),
    .limit_mv_i     (bus_limit_mv_i),
    .hysteresis_mv_i(bus_hysteresis_mv_i),
    .locked_out_o   (under_voltage_o),
    .started_o      (brownout_o),
    .count_o        (lockouts_o)
  );

  for (genvar r = 0; r < Rails; r++) begin : g_limiter
    current_limiter u_limiter (
      .clk_i,
      .rst_ni,
      .tick_1ms_i,
      .on_i           (rails_o[r]),
      .fast_enable_i  (fast_trip_i[r]),
      .overcurrent_i  (overcurrent_i[r]),
      .trip_clocks_i  (trip_clocks_i[r]),
      .blanking_ms_i  (blanking_ms_i[r]),
      .fast_trip_o    (fast_trip[r]),
      .slow_enable_i  (slow_trip_i[r]),
      .sampled_i,
      .current_ma_i   (current_ma_i[r]),
      .average_shift_i,
      .limit_ma_i     (limit_ma_i[r]),
      .average_ma_o   (average_ma[r]),
      .warning_o      (warnings_o[r]),
      .slow_trip_o    (slow_trip[r]),
      .settled_o      (limiters_settled[r])
    );
  end

  rail_sequencer #(
    .Rails(Rails)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .target_i,
    .clear_i       (clear_fault_i),
    .stagger_ms_i,
    .timeout_ms_i,
    .retry_ms_i,
    .bite_i,
    .brownout_i    (under_voltage_o),
    .fast_trip_i   (fast_trip),
    .slow_trip_i   (slow_trip),
    .power_good_i,
    .rails_o,
    .good_o        (good),
    .trip_o,
    .trip_rail_o,
    .trip_cause_o,
    .locked_out_i  (locked_out_o),
    .attempts_i    (attempts_o),
    .state_o,
    .busy_o,
    .tripped_o,
    .retry_o,
    .fault_cause_o,
    .fault_rail_o,
    .highest_target_o,
    .settled_o     (sequencer_settled)
  );

  trip_ledger #(
    .Rails(Rails)
  ) u_ledger (
    .clk_i,
    .rst_ni,
    .trip_i (trip_o),
    .rail_i (trip_rail_o),
    .cause_i(trip_cause_o),
    .retries_i,
    .clear_i(clear_lockout_i),
    .locked_out_o,
    .attempts_o,
    .causes_o,
    .trips_o
  );

  always_comb begin
    rail_states_o = {Rails{RailState__OFF}};
    average_ma_o  = '0;
    if ((rails_o | locked_out_o | tripped_o) != '0) begin
      for (int unsigned r = 0; r < Rails; r++) begin
        if (locked_out_o[r]) rail_states_o[r] = RailState__LOCKED_OUT;
        else if (rails_o[r]) rail_states_o[r] = good[r] ? RailState__ON : RailState__RISING;
        else if (tripped_o[r]) rail_states_o[r] = RailState__TRIPPED;
        average_ma_o[r] = average_ma[r];
      end
    end
  end

  assign settled_o = sequencer_settled && (&limiters_settled);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
    end else begin
      LockedOutIsOff: assert ((rails_o & locked_out_o) == '0);
      LowIsDark:      assert (bus_good_i || rails_o == '0);
      BittenIsDark:   assert (!bite_i || rails_o == '0);
    end
  end

endmodule
