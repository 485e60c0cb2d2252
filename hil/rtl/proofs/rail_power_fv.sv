// What is proven of rail_power, whatever the registers, the commands and the pins say, from one clock to the next.
//
// Commands and settings are free inputs: they may change in every clock to anything.

module rail_power_fv
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned Rails = 8
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic [3:0] target_i,
  input logic clear_fault_i,
  input logic [Rails-1:0] clear_lockout_i,
  input logic [Rails-1:0] fast_trip_i,
  input logic [Rails-1:0] slow_trip_i,
  input logic [Rails-1:0][2:0] retries_i,
  input logic [Rails-1:0][15:0] limit_ma_i,
  input logic [Rails-1:0][7:0] trip_clocks_i,
  input logic [Rails-1:0][15:0] blanking_ms_i,
  input logic [Rails-1:0][15:0] stagger_ms_i,
  input logic [Rails-1:0][15:0] timeout_ms_i,
  input logic [Rails-1:0][15:0] retry_ms_i,
  input logic [2:0] average_shift_i,
  input logic [15:0] bus_limit_mv_i,
  input logic [11:0] bus_hysteresis_mv_i,
  input logic [Rails-1:0] power_good_i,
  input logic [Rails-1:0] overcurrent_i,
  input logic bus_good_i,
  input logic bite_i,
  input logic sampled_i,
  input logic [Rails-1:0][15:0] current_ma_i
);

  typedef logic [Rails-1:0] mask_t;

  mask_t rails_o, locked_out_o, warnings_o, tripped_o;
  logic [15:0] bus_threshold_mv_o;
  State_e state_o;
  FaultCause_e fault_cause_o, trip_cause_o;
  RailState_e [Rails-1:0] rail_states_o;
  logic [2:0] fault_rail_o, trip_rail_o;
  logic [3:0] highest_target_o;
  logic [Rails-1:0][2:0] attempts_o;
  logic [Rails-1:0][3:0] causes_o;
  logic [Rails-1:0][7:0] trips_o;
  logic [Rails-1:0][15:0] average_ma_o;
  logic [7:0] lockouts_o;
  logic busy_o, under_voltage_o, trip_o, retry_o, brownout_o, settled_o;
  rail_power #(.Rails(Rails)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // One clock ago: which rails were on, of which power-good was seen, and what happened.
  mask_t on_q, seen_good_q, power_good_q, fast_q, slow_q, locked_out_q, unlocked_q;

  always_ff @(posedge clk_i) begin
    on_q         <= rst_ni ? rails_o : '0;
    power_good_q <= power_good_i;
    fast_q       <= rst_ni ? dut.fast_trip : '0;
    slow_q       <= rst_ni ? dut.slow_trip : '0;
    locked_out_q <= rst_ni ? locked_out_o : '0;
    unlocked_q   <= clear_lockout_i;
    seen_good_q  <= rst_ni ? rails_o & dut.good : '0;
  end

  // TARGET's register is lowered to what may be in the clock after.
  logic [3:0] highest_target_q;
  always_ff @(posedge clk_i) highest_target_q <= rst_ni ? highest_target_o : '0;
  always_comb if (rst_ni) assume (target_i <= 4'(Rails) && target_i <= highest_target_q);

  // A bite or an under-voltage that no fault-clear has followed.
  logic dark_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) dark_q <= 1'b0;
    else if (dark_q && clear_fault_i) dark_q <= 1'b0;
    else if (bite_i || under_voltage_o) dark_q <= 1'b1;
  end

  // The rail that trips and those below it.
  mask_t to_tripped, below_tripped;
  assign below_tripped = mask_t'((32'd1 << dut.u_sequencer.tripped_q) - 1);
  assign to_tripped    = below_tripped | mask_t'(32'd1 << dut.u_sequencer.tripped_q);

  // What the sequencer waits for in each state, and whether it had come a clock ago.
  logic is_over, over_q, ran_q, follow_q, forced;
  logic [21:0] timer_q;
  State_e state_q;
  mask_t opened, faults_q, highest_q, above;
  assign forced = bite_i || under_voltage_o;
  assign above  = rails_o & ~to_tripped;
  assign opened = on_q & ~rails_o;

  always_comb begin
    unique case (state_o)
      State__STEADY:   is_over = target_i != 4'($countones(rails_o));
      State__RISING:   is_over = (rails_o & ~dut.good & power_good_i) != '0 || dut.u_sequencer.timer_q == '0;
      State__TRIPPING: is_over = above == '0 && dut.u_sequencer.faults == '0;
      State__TRIPPED:  is_over = clear_fault_i;
      default:         is_over = dut.u_sequencer.timer_q == '0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    state_q   <= state_o;
    timer_q   <= dut.u_sequencer.timer_q;
    over_q    <= rst_ni && !forced && is_over;
    ran_q     <= rst_ni && tick_1ms_i && dut.u_sequencer.timer_q != '0 && dut.u_sequencer.state_d == state_o
              && dut.u_sequencer.switches_d == dut.u_sequencer.switches_q;
    follow_q  <= rst_ni && !forced && state_o == State__TRIPPING && above != '0 && dut.u_sequencer.timer_q == '0;
    faults_q  <= rst_ni ? dut.u_sequencer.faults : '0;
    highest_q <= '0;
    for (int unsigned r = 0; r < Rails; r++) if (rails_o[r]) highest_q <= mask_t'(32'd1 << r);
  end

  logic is_foreign;
  always_comb begin
    is_foreign = 1'b0;
    for (int unsigned r = 0; r < Rails; r++) begin
      if (causes_o[r] inside {4'(FaultCause__WATCHDOG), 4'(FaultCause__UNDER_VOLTAGE)}) is_foreign = 1'b1;
    end
  end

  mask_t below_new;
  always_comb begin
    below_new = '0;
    for (int unsigned r = 1; r < Rails; r++) begin
      if (rails_o[r] && !on_q[r]) below_new = mask_t'((32'd1 << r) - 1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // A rail is switched on only when all rails below it are on and power-good.
      PredecessorsGood: assert ((below_new & ~(on_q & power_good_q & seen_good_q)) == '0);

      // At most one rail is switched on in a clock.
      OneAtATime: assert ($countones(rails_o & ~on_q) <= 1);

      // A rail that was good and loses power-good is off in the next clock.
      LostIsOpen: assert ((rails_o & seen_good_q & ~power_good_q) == '0);

      // A rail whose limiter trips is off in the next clock.
      TrippedIsOpen: assert ((rails_o & on_q & (fast_q | slow_q)) == '0);

      // While the bus is too low every rail is off, in that same clock.
      UnderVoltageIsDark: assert (bus_good_i || rails_o == '0);

      // While the watchdog's bite lasts every rail is off.
      BiteIsDark: assert (!bite_i || rails_o == '0);

      // After a bite or an under-voltage no rail comes on before the fault is cleared.
      DarkUntilCleared: assert (!dark_q || rails_o == '0);

      // A rail that is locked out is off, and stays locked out until a command unlocks it.
      LockedOutIsOff: assert ((locked_out_o & rails_o) == '0);
      LockedOutStays: assert ((locked_out_q & ~unlocked_q & ~locked_out_o) == '0);

      // A rail that opens for no fault of its own, and is not forced, is the highest one closed.
      HighestFirst: assert (dark_q || forced || (opened & ~faults_q) == '0 || (opened & ~faults_q) == highest_q);

      // Above a rail that has tripped the next one opens when the stagger is over.
      DependantsFollow: assert (!follow_q || opened != '0);

      // No state is for ever: each ends when what it waits for has come, and its timer runs with each tick.
      StatesEnd: assert (!over_q || state_o != state_q);
      TimerRuns: assert (!ran_q || dut.u_sequencer.timer_q == timer_q - 1'b1);

      // A rail's cause is one of its own, never the watchdog or the bus.
      CauseIsOwn: assert (!is_foreign);

      // Every state is reached.
      ReachesRising:   cover (state_o == State__RISING);
      ReachesSettling: cover (state_o == State__SETTLING);
      ReachesFalling:  cover (state_o == State__FALLING);
      ReachesTripping: cover (state_o == State__TRIPPING);
      ReachesBackoff:  cover (state_o == State__BACKOFF);
      ReachesTripped:  cover (state_o == State__TRIPPED);
      ReachesSteady:   cover (state_o == State__STEADY && rails_o[1]);

      // A rail that tripped is tried again by itself.
      TriesAgain: cover (retry_o && attempts_o[0] != '0);

      // Lemmas, without which induction would start from what can't be.

      StateIsOne: assert (state_o <= State__TRIPPED && state_o != 3'd7);
      BelowIsClosed: assert (state_o != State__TRIPPING || (dut.u_sequencer.switches_q & to_tripped) == below_tripped);
      BelowAreGood:  assert (state_o != State__TRIPPING || (below_tripped & ~dut.good) == '0);
      ClosedIsGood:  assert (state_o inside {State__RISING, State__TRIPPING} || dut.u_sequencer.switches_q == dut.good);
      TopIsRising:   assert (state_o != State__RISING || dut.good == dut.u_sequencer.switches_q >> 1);
      DarkIsTripped: assert (dark_q == (state_o == State__TRIPPED));
    end
  end

endmodule
