// The payload controller: eight rails, sequenced, limited, measured and dropped, behind a serial device link.
//
// Everything slow counts tick_1ms_i. While quiescent_o is high nothing changes until the next tick or the next change of
// an input, so clocks between ticks may be left out; a test holds registers and wire equal with and without.
// Timing: an octet takes 10 * ClocksPerBit clocks on the wire; a lost power-good opens its rail within 3 clocks, too much
// current within RAIL_TRIP_CLOCKS + 3, a bus that is too low all rails within 2, a bite in the clock in which it shows.

module payload_ctrl
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned ClocksPerBit = 10  // 115,200 baud at 1.152 MHz
) (
  input  logic clk_i,
  input  logic por_ni,  // low at power-on
  input  logic rst_ni,  // low at power-on and when somebody resets it: mailbox, events and boot cause survive that
  input  logic tick_1ms_i,
  output logic quiescent_o,

  // The serial line, asynchronous.
  input  logic uart_rx_i,
  output logic uart_tx_o,

  // The power side, asynchronous.
  input  logic [7:0]  power_good_i,
  input  logic [7:0]  overcurrent_i,        // comparators: rail r carries too much
  input  logic        bus_good_i,           // comparator: the bus is at or above bus_threshold_mv_o
  output logic [15:0] bus_threshold_mv_o,
  output logic [7:0]  rails_o,
  output logic [1:0]  cap_o,                // clock enables that cap the payload
  output logic        irq_o,                // a fault is latched

  // Three ADC128S102: voltages, currents, temperatures.
  output logic       adc_cs_no,
  output logic       adc_sclk_o,
  output logic       adc_din_o,
  input  logic [2:0] adc_dout_i
);

  localparam int unsigned Rails    = 8;
  localparam logic [15:0] DeviceId = 16'h5043;

  // The tick, in step with the clock

  logic tick;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) tick <= 1'b0;
    else tick <= tick_1ms_i;
  end

  // Why it began

  logic boot, boot_settled, bite, brownout;
  BootCause_e boot_cause, last_cause;
  logic [15:0] boot_count;

  boot_cause u_boot_cause (
    .clk_i,
    .por_ni,
    .rst_ni,
    .bite_i         (bite),
    .under_voltage_i(brownout),
    .cause_o        (last_cause),
    .count_o        (boot_count),
    .boot_o         (boot),
    .boot_cause_o   (boot_cause),
    .settled_o      (boot_settled)
  );

  // Serial line and device link

  logic rx, rx_settled, rx_idle, tx_idle, link_idle;
  logic [7:0] rx_data, tx_data;
  logic rx_valid, tx_valid, tx_ready;
  logic bus_req, bus_write, bus_ready;
  logic [15:0] bus_addr;
  logic [31:0] bus_wdata, bus_rdata;
  device_link_pkg::nak_e bus_reason;
  logic clear_counters;
  logic [15:0] link_frames, link_naks, link_crc_errors, link_timeouts, link_overruns;
  logic link_refusals;

  synchronizer #(
    .ResetValue(1'b1)
  ) u_rx_synchronizer (
    .clk_i,
    .rst_ni,
    .d_i      (uart_rx_i),
    .d_o      (rx),
    .settled_o(rx_settled)
  );

  uart_rx #(
    .ClocksPerBit(ClocksPerBit)
  ) u_uart_rx (
    .clk_i,
    .rst_ni,
    .rx_i   (rx),
    .data_o (rx_data),
    .valid_o(rx_valid),
    .idle_o (rx_idle)
  );

  uart_tx #(
    .ClocksPerBit(ClocksPerBit)
  ) u_uart_tx (
    .clk_i,
    .rst_ni,
    .data_i (tx_data),
    .valid_i(tx_valid),
    .ready_o(tx_ready),
    .tx_o   (uart_tx_o),
    .idle_o (tx_idle)
  );

  device_link #(
    .DeviceId(DeviceId)
  ) u_link (
    .clk_i,
    .rst_ni,
    .tick_1ms_i(tick),
    .rx_data_i   (rx_data),
    .rx_valid_i  (rx_valid),
    .tx_data_o   (tx_data),
    .tx_valid_o  (tx_valid),
    .tx_ready_i  (tx_ready),
    .req_o       (bus_req),
    .write_o     (bus_write),
    .addr_o      (bus_addr),
    .wdata_o     (bus_wdata),
    .ready_i     (bus_ready),
    .reason_i    (bus_reason),
    .rdata_i     (bus_rdata),
    .clear_i     (clear_counters),
    .frames_o    (link_frames),
    .naks_o      (link_naks),
    .crc_errors_o(link_crc_errors),
    .timeouts_o  (link_timeouts),
    .overruns_o  (link_overruns),
    .refusals_o  (link_refusals),
    .idle_o      (link_idle)
  );

  // Rails

  logic [Rails-1:0] power_good, overcurrent;
  logic bus_good, pins_settled, power_settled;
  logic [3:0] target, highest_target;
  logic clear_fault, clear_lockout;
  logic [Rails-1:0] lockouts_to_clear;
  logic [Rails-1:0] fast_trip, slow_trip;
  logic [Rails-1:0][2:0] retries;
  logic [Rails-1:0][7:0] trip_clocks;
  logic [Rails-1:0][15:0] limit_ma, blanking_ms, stagger_ms, timeout_ms, retry_ms;
  logic [2:0] average_shift;
  logic [15:0] bus_limit_mv;
  logic [11:0] bus_hysteresis_mv;
  State_e state;
  logic power_busy, is_faulted, under_voltage;
  FaultCause_e fault_cause;
  logic [2:0] fault_rail;
  RailState_e [Rails-1:0] rail_states;
  logic [Rails-1:0] locked_out, warnings;
  logic [Rails-1:0][2:0] attempts;
  logic [Rails-1:0][3:0] causes;
  logic [Rails-1:0][7:0] trips;
  logic [7:0] lockouts;
  logic trip, retry;
  logic [2:0] trip_rail;
  FaultCause_e trip_cause;
  logic [Rails-1:0] tripped;
  logic sampled;
  logic [Rails-1:0][15:0] voltage_mv, current_ma, temperature_centidegc, average_ma;

  assign is_faulted = fault_cause != FaultCause__NONE;
  assign irq_o      = is_faulted;

  synchronizer #(
    .Width     (2 * Rails + 1),
    .ResetValue({1'b1, {2 * Rails{1'b0}}})
  ) u_pins (
    .clk_i,
    .rst_ni,
    .d_i      ({bus_good_i, overcurrent_i, power_good_i}),
    .d_o      ({bus_good, overcurrent, power_good}),
    .settled_o(pins_settled)
  );

  rail_power #(
    .Rails(Rails)
  ) u_power (
    .clk_i,
    .rst_ni,
    .tick_1ms_i(tick),
    .target_i           (target),
    .clear_fault_i      (clear_fault),
    .clear_lockout_i    (clear_lockout ? lockouts_to_clear : '0),
    .fast_trip_i        (fast_trip),
    .slow_trip_i        (slow_trip),
    .retries_i          (retries),
    .limit_ma_i         (limit_ma),
    .trip_clocks_i      (trip_clocks),
    .blanking_ms_i      (blanking_ms),
    .stagger_ms_i       (stagger_ms),
    .timeout_ms_i       (timeout_ms),
    .retry_ms_i         (retry_ms),
    .average_shift_i    (average_shift),
    .bus_limit_mv_i     (bus_limit_mv),
    .bus_hysteresis_mv_i(bus_hysteresis_mv),
    .power_good_i       (power_good),
    .overcurrent_i      (overcurrent),
    .bus_good_i         (bus_good),
    .bus_threshold_mv_o,
    .rails_o,
    .bite_i             (bite),
    .sampled_i          (sampled),
    .current_ma_i       (current_ma),
    .state_o            (state),
    .busy_o             (power_busy),
    .fault_cause_o      (fault_cause),
    .fault_rail_o       (fault_rail),
    .highest_target_o   (highest_target),
    .rail_states_o      (rail_states),
    .locked_out_o       (locked_out),
    .attempts_o         (attempts),
    .causes_o           (causes),
    .trips_o            (trips),
    .warnings_o         (warnings),
    .average_ma_o       (average_ma),
    .under_voltage_o    (under_voltage),
    .lockouts_o         (lockouts),
    .trip_o             (trip),
    .trip_rail_o        (trip_rail),
    .trip_cause_o       (trip_cause),
    .retry_o            (retry),
    .tripped_o          (tripped),
    .brownout_o         (brownout),
    .settled_o          (power_settled)
  );

  // Watchdog

  logic watchdog_enable, watchdog_armed, kick, wrong_kick, disarm;
  WatchdogCause_e watchdog_cause;
  logic [15:0] watchdog_open_ms, watchdog_close_ms, watchdog_age_ms;

  window_watchdog u_watchdog (
    .clk_i,
    .rst_ni,
    .tick_1ms_i(tick),
    .enable_i    (watchdog_enable),
    .open_ms_i   (watchdog_open_ms),
    .close_ms_i  (watchdog_close_ms),
    .kick_i      (kick),
    .wrong_kick_i(wrong_kick),
    .clear_i     (clear_fault),
    .armed_o     (watchdog_armed),
    .age_ms_o    (watchdog_age_ms),
    .bite_o      (bite),
    .cause_o     (watchdog_cause)
  );

  // Measurements

  logic meter_busy, energy_busy, read_total;
  logic [15:0] sample_period_ms, elapsed_ms;
  logic [31:0] samples;
  logic [Rails-1:0] read_energy;
  logic [Rails-1:0][31:0] energy_lo_nj, energy_hi_nj;
  logic [31:0] total_lo_nj, total_hi_nj;
  logic [31:0] uptime_ms_q;

  rail_meter #(
    .Rails(Rails)
  ) u_meter (
    .clk_i,
    .rst_ni,
    .tick_1ms_i(tick),
    .period_ms_i            (sample_period_ms),
    .adc_cs_no,
    .adc_sclk_o,
    .adc_din_o,
    .adc_dout_i,
    .voltage_mv_o           (voltage_mv),
    .current_ma_o           (current_ma),
    .temperature_centidegc_o(temperature_centidegc),
    .samples_o              (samples),
    .sampled_o              (sampled),
    .elapsed_ms_o           (elapsed_ms),
    .busy_o                 (meter_busy)
  );

  energy_counter #(
    .Rails(Rails)
  ) u_energy (
    .clk_i,
    .rst_ni,
    .sample_i    (sampled),
    .elapsed_ms_i(elapsed_ms),
    .voltage_mv_i(voltage_mv),
    .current_ma_i(current_ma),
    .low_read_i  ({read_total, read_energy}),
    .low_o       ({total_lo_nj, energy_lo_nj}),
    .high_o      ({total_hi_nj, energy_hi_nj}),
    .busy_o      (energy_busy)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) uptime_ms_q <= '0;
    else if (tick) uptime_ms_q <= uptime_ms_q + 1'b1;
  end

  // Power caps

  logic [1:0] cap_mode;
  logic [Rails-1:0] cap_rails;
  logic [3:0][8:0] cap_duty0, cap_duty1;
  logic [3:0][1:0][8:0] cap_duty;
  logic [1:0][8:0] cap_effective;
  logic caps_settled;

  for (genvar m = 0; m < 4; m++) begin : g_cap_mode
    assign cap_duty[m] = {cap_duty1[m], cap_duty0[m]};
  end

  cap_outputs #(
    .Rails(Rails)
  ) u_caps (
    .clk_i,
    .rst_ni,
    .tick_1ms_i(tick),
    .mode_i   (cap_mode),
    .duty_i   (cap_duty),
    .needed_i (cap_rails),
    .good_i   (rails_o & power_good),
    .on_o     (cap_o),
    .duty_o   (cap_effective),
    .settled_o(caps_settled)
  );

  // Mailbox

  logic is_mailbox, mailbox_ack, mailbox_refused, mailbox_idle;
  logic [31:0] mailbox_rdata;
  logic [15:0] scrub_ms, mailbox_corrected, mailbox_damaged;
  logic inject, mailbox_last_damaged, mailbox_corrects, mailbox_fails;
  logic [9:0] inject_word, mailbox_last_word, mailbox_error_word;
  logic [5:0] inject_first, inject_second;

  assign is_mailbox = bus_addr[15:12] == 4'h1 && bus_addr[1:0] == '0;

  mailbox_memory u_mailbox (
    .clk_i,
    .rst_ni           (por_ni),
    .tick_1ms_i(tick),
    .req_i            (bus_req && is_mailbox),
    .write_i          (bus_write),
    .addr_i           (bus_addr[11:2]),
    .wdata_i          (bus_wdata),
    .ack_o            (mailbox_ack),
    .rdata_o          (mailbox_rdata),
    .uncorrectable_o  (mailbox_refused),
    .scrub_ms_i       (scrub_ms),
    .inject_i         (inject),
    .inject_addr_i    (inject_word),
    .inject_first_i   (inject_first),
    .inject_second_i  (inject_second),
    .clear_i          (clear_counters),
    .corrected_count_o(mailbox_corrected),
    .damaged_count_o  (mailbox_damaged),
    .last_addr_o      (mailbox_last_word),
    .last_damaged_o   (mailbox_last_damaged),
    .corrected_o      (mailbox_corrects),
    .damaged_o        (mailbox_fails),
    .error_addr_o     (mailbox_error_word),
    .idle_o           (mailbox_idle)
  );

  // Events

  localparam int unsigned Events = 32'(EventCode__OVERCURRENT_WARNING) + 1;
  localparam logic [Events-1:0] MaskEvents = Events'(1) << EventCode__RAIL_TRIPPED
                                           | Events'(1) << EventCode__RAIL_RETRIED
                                           | Events'(1) << EventCode__RAIL_LOCKED_OUT
                                           | Events'(1) << EventCode__POWER_GOOD_LOST
                                           | Events'(1) << EventCode__POWER_GOOD_TIMEOUT
                                           | Events'(1) << EventCode__OVERCURRENT_WARNING;

  logic [Events-1:0] raised;
  logic [Events-1:0][15:0] raised_argument;
  logic read_event, sources_settled, events_settled;
  logic [7:0] event_code;
  logic [15:0] event_argument, events_lost;
  logic [31:0] event_time_ms;
  logic [5:0] event_count;

  event_sources #(
    .Rails(Rails)
  ) u_event_sources (
    .clk_i,
    .rst_ni,
    .boot_i          (boot),
    .boot_cause_i    (boot_cause),
    .trip_i          (trip),
    .trip_rail_i     (trip_rail),
    .trip_cause_i    (trip_cause),
    .retry_i         (retry),
    .tripped_i       (tripped),
    .locked_out_i    (locked_out),
    .warnings_i      (warnings),
    .brownout_i      (brownout),
    .bite_i          (bite),
    .watchdog_cause_i(watchdog_cause),
    .corrected_i     (mailbox_corrects),
    .damaged_i       (mailbox_fails),
    .error_word_i    (mailbox_error_word),
    .refusals_i      (link_refusals),
    .raise_o         (raised),
    .argument_o      (raised_argument),
    .settled_o       (sources_settled)
  );

  event_log #(
    .Sources(Events),
    .Merged (MaskEvents)
  ) u_event_log (
    .clk_i,
    .rst_ni          (por_ni),
    .raise_i         (raised),
    .argument_i      (raised_argument),
    .time_ms_i       (uptime_ms_q),
    .pop_i           (read_event),
    .code_o          (event_code),
    .argument_o      (event_argument),
    .popped_time_ms_o(event_time_ms),
    .clear_i         (clear_counters),
    .count_o         (event_count),
    .lost_o          (events_lost),
    .settled_o       (events_settled)
  );

  // Registers

  logic regs_req, regs_error, limit_written, limit_written_q;
  logic [31:0] regs_rdata;
  device_link_pkg::nak_e guard_reason;

  register_guard #(
    .Rails(Rails)
  ) u_guard (
    .req_i              (bus_req && !is_mailbox),
    .write_i            (bus_write),
    .addr_i             (bus_addr),
    .wdata_i            (bus_wdata),
    .reason_o           (guard_reason),
    .req_o              (regs_req),
    .error_i            (regs_error),
    .wrong_kick_o       (wrong_kick),
    .is_tripping_i      (state == State__TRIPPING),
    .is_under_voltage_i (under_voltage),
    .is_limit_written_i (limit_written_q),
    .is_watchdog_armed_i(watchdog_armed),
    .highest_target_i   (highest_target)
  );

  // Registers answer at once.
  always_comb begin
    bus_ready  = !is_mailbox || mailbox_ack;
    bus_rdata  = is_mailbox ? mailbox_rdata : regs_rdata;
    bus_reason = guard_reason;
    if (mailbox_refused) bus_reason = device_link_pkg::NakCorrupt;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) limit_written_q <= 1'b0;
    else if (limit_written) limit_written_q <= 1'b1;
  end

  payload_ctrl_regs u_regs (
    .clk_i,
    .rst_ni,
    .req_i                                  (regs_req),
    .write_i                                (bus_write),
    .addr_i                                 (bus_addr),
    .wdata_i                                (bus_wdata),
    .rdata_o                                (regs_rdata),
    .error_o                                (regs_error),
    .uptime_ms_i                            (uptime_ms_q),
    .status_state_i                         (state),
    .status_busy_i                          (power_busy),
    .status_fault_i                         (is_faulted),
    .status_watchdog_bitten_i               (bite),
    .status_under_voltage_i                 (under_voltage),
    .status_locked_out_i                    (locked_out != '0),
    .status_rails_i                         (rails_o),
    .status_power_good_i                    (power_good),
    .status_warnings_i                      (warnings),
    .target_count_i                         (highest_target),
    .target_count_o                         (target),
    .target_count_set_i                     (target > highest_target),
    .fault_cause_i                          (4'(fault_cause)),
    .fault_rail_i                           (4'(fault_rail)),
    .energy_lo_nj_i                         (total_lo_nj),
    .energy_lo_nj_read_o                    (read_total),
    .energy_hi_nj_i                         (total_hi_nj),
    .samples_count_i                        (samples),
    .under_voltage_status_is_below_i        (!bus_good),
    .under_voltage_status_locked_out_i      (under_voltage),
    .under_voltage_status_is_limit_written_i(limit_written_q),
    .under_voltage_status_count_i           (lockouts),
    .watchdog_age_ms_i                      (watchdog_age_ms),
    .boot_cause_i                           (4'(last_cause)),
    .boot_count_i                           (boot_count),
    .watchdog_cause_cause_i                 (watchdog_cause),
    .event_status_count_i                   (event_count),
    .event_status_lost_i                    (events_lost),
    .mailbox_errors_corrected_i             (mailbox_corrected),
    .mailbox_errors_uncorrectable_i         (mailbox_damaged),
    .cap_status_output0_i                   (cap_effective[0]),
    .cap_status_output1_i                   (cap_effective[1]),
    .fault_clear_written_o                  (clear_fault),
    .lockout_clear_rails_o                  (lockouts_to_clear),
    .lockout_clear_written_o                (clear_lockout),
    .watchdog_kick_written_o                (kick),
    .watchdog_ctrl_enable_o                 (watchdog_enable),
    .watchdog_ctrl_enable_clear_i           (disarm),
    .watchdog_open_ms_o                     (watchdog_open_ms),
    .watchdog_close_ms_o                    (watchdog_close_ms),
    .sample_period_ms_o                     (sample_period_ms),
    .average_shift_o                        (average_shift),
    .under_voltage_limit_limit_mv_o         (bus_limit_mv),
    .under_voltage_limit_hysteresis_mv_o    (bus_hysteresis_mv),
    .under_voltage_limit_written_o          (limit_written),
    .watchdog_disarm_written_o              (disarm),
    .counters_clear_written_o               (clear_counters),
    .voltage_mv_i                           (voltage_mv),
    .current_ma_i                           (current_ma),
    .temperature_centidegc_i                (temperature_centidegc),
    .rail_status_state_i                    (rail_states),
    .rail_status_cause_i                    (causes),
    .rail_status_warning_i                  (warnings),
    .rail_status_overcurrent_i              (overcurrent),
    .rail_status_attempts_i                 (attempts),
    .rail_status_trips_i                    (trips),
    .average_ma_i                           (average_ma),
    .rail_energy_lo_nj_i                    (energy_lo_nj),
    .rail_energy_lo_nj_read_o               (read_energy),
    .rail_energy_hi_nj_i                    (energy_hi_nj),
    .rail_ctrl_fast_trip_o                  (fast_trip),
    .rail_ctrl_slow_trip_o                  (slow_trip),
    .rail_ctrl_retries_o                    (retries),
    .rail_limit_ma_o                        (limit_ma),
    .rail_trip_clocks_o                     (trip_clocks),
    .rail_blanking_ms_o                     (blanking_ms),
    .rail_stagger_ms_o                      (stagger_ms),
    .rail_power_good_timeout_ms_o           (timeout_ms),
    .rail_retry_ms_o                        (retry_ms),
    .event_code_i                           (event_code),
    .event_argument_i                       (event_argument),
    .event_read_o                           (read_event),
    .event_time_ms_i                        (event_time_ms),
    .mailbox_scrub_ms_o                     (scrub_ms),
    .mailbox_error_at_word_i                (mailbox_last_word),
    .mailbox_error_at_uncorrectable_i       (mailbox_last_damaged),
    .mailbox_inject_word_o                  (inject_word),
    .mailbox_inject_first_o                 (inject_first),
    .mailbox_inject_second_o                (inject_second),
    .mailbox_inject_written_o               (inject),
    .link_frames_frames_i                   (link_frames),
    .link_frames_naks_i                     (link_naks),
    .link_errors_crc_errors_i               (link_crc_errors),
    .link_errors_timeouts_i                 (link_timeouts),
    .link_overruns_octets_i                 (link_overruns),
    .cap_mode_mode_o                        (cap_mode),
    .cap_rails_rails_o                      (cap_rails),
    .cap_duty_output0_o                     (cap_duty0),
    .cap_duty_output1_o                     (cap_duty1)
  );

  // Quiescent after a second clock in which nothing but timers moves: a simulation, too, then holds nothing of the one
  // before. What depends on pins stands apart, so that a simulation looks at the rest once a clock.

  logic inside_settled, settled, settled_q;

  assign inside_settled = rx_idle && tx_idle && link_idle && power_settled && !meter_busy && !energy_busy && boot_settled
                        && caps_settled && mailbox_idle && sources_settled && events_settled;
  assign settled = inside_settled && rx_settled && pins_settled;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) settled_q <= 1'b0;
    else settled_q <= settled;
  end

  assign quiescent_o = settled && settled_q && !tick_1ms_i && !tick;

endmodule
