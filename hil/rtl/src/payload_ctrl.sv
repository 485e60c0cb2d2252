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
  input  logic rst_ni,
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
  output logic        irq_o,                // a fault is latched

  // Three ADC128S102: voltages, currents, temperatures.
  output logic       adc_cs_no,
  output logic       adc_sclk_o,
  output logic       adc_din_o,
  input  logic [2:0] adc_dout_i
);

  localparam int unsigned Rails    = 8;
  localparam logic [15:0] DeviceId = 16'h5043;

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
  logic unused_refusals;

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
    .tick_1ms_i,
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
    .refusals_o  (unused_refusals),
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
  logic power_busy, is_faulted, bite, under_voltage;
  FaultCause_e fault_cause;
  logic [2:0] fault_rail;
  RailState_e [Rails-1:0] rail_states;
  logic [Rails-1:0] locked_out, warnings;
  logic [Rails-1:0][2:0] attempts;
  logic [Rails-1:0][3:0] causes;
  logic [Rails-1:0][7:0] trips;
  logic [7:0] lockouts;
  logic [2:0] unused_events, unused_rail;
  FaultCause_e unused_cause;
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
    .tick_1ms_i,
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
    .trip_o             (unused_events[0]),
    .trip_rail_o        (unused_rail),
    .trip_cause_o       (unused_cause),
    .retry_o            (unused_events[1]),
    .brownout_o         (unused_events[2]),
    .settled_o          (power_settled)
  );

  // Watchdog

  logic watchdog_enable, watchdog_armed, kick, unused_disarm;
  logic [15:0] watchdog_open_ms, watchdog_close_ms, watchdog_age_ms;

  window_watchdog u_watchdog (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .enable_i  (watchdog_enable),
    .open_ms_i (watchdog_open_ms),
    .close_ms_i(watchdog_close_ms),
    .kick_i    (kick),
    .clear_i   (clear_fault),
    .armed_o   (watchdog_armed),
    .age_ms_o  (watchdog_age_ms),
    .bite_o    (bite)
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
    .tick_1ms_i,
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
    else if (tick_1ms_i) uptime_ms_q <= uptime_ms_q + 1'b1;
  end

  // Registers

  logic unused_event_read, unused_inject;
  logic [15:0] unused_scrub_ms;
  logic [9:0] unused_word;
  logic [5:0] unused_first, unused_second;
  logic [1:0] unused_mode;
  logic [7:0] unused_cap_rails;
  logic [3:0][8:0] unused_duty0, unused_duty1;
  logic regs_req, regs_error, limit_written, limit_written_q;

  register_guard #(
    .Rails(Rails)
  ) u_guard (
    .req_i              (bus_req),
    .write_i            (bus_write),
    .addr_i             (bus_addr),
    .wdata_i            (bus_wdata),
    .reason_o           (bus_reason),
    .req_o              (regs_req),
    .error_i            (regs_error),
    .is_tripping_i      (state == State__TRIPPING),
    .is_under_voltage_i (under_voltage),
    .is_limit_written_i (limit_written_q),
    .is_watchdog_armed_i(watchdog_armed),
    .highest_target_i   (highest_target)
  );

  assign bus_ready = bus_req;  // registers answer at once

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
    .rdata_o                                (bus_rdata),
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
    .boot_cause_i                           ('0),
    .boot_count_i                           ('0),
    .watchdog_cause_cause_i                 ('0),
    .event_status_count_i                   ('0),
    .event_status_lost_i                    ('0),
    .mailbox_errors_corrected_i             ('0),
    .mailbox_errors_uncorrectable_i         ('0),
    .cap_status_output0_i                   ('0),
    .cap_status_output1_i                   ('0),
    .fault_clear_written_o                  (clear_fault),
    .lockout_clear_rails_o                  (lockouts_to_clear),
    .lockout_clear_written_o                (clear_lockout),
    .watchdog_kick_written_o                (kick),
    .watchdog_ctrl_enable_o                 (watchdog_enable),
    .watchdog_open_ms_o                     (watchdog_open_ms),
    .watchdog_close_ms_o                    (watchdog_close_ms),
    .sample_period_ms_o                     (sample_period_ms),
    .average_shift_o                        (average_shift),
    .under_voltage_limit_limit_mv_o         (bus_limit_mv),
    .under_voltage_limit_hysteresis_mv_o    (bus_hysteresis_mv),
    .under_voltage_limit_written_o          (limit_written),
    .watchdog_disarm_written_o              (unused_disarm),
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
    .event_code_i                           ('0),
    .event_argument_i                       ('0),
    .event_read_o                           (unused_event_read),
    .event_time_ms_i                        ('0),
    .mailbox_scrub_ms_o                     (unused_scrub_ms),
    .mailbox_error_at_word_i                ('0),
    .mailbox_error_at_uncorrectable_i       ('0),
    .mailbox_inject_word_o                  (unused_word),
    .mailbox_inject_first_o                 (unused_first),
    .mailbox_inject_second_o                (unused_second),
    .mailbox_inject_written_o               (unused_inject),
    .link_frames_frames_i                   (link_frames),
    .link_frames_naks_i                     (link_naks),
    .link_errors_crc_errors_i               (link_crc_errors),
    .link_errors_timeouts_i                 (link_timeouts),
    .link_overruns_octets_i                 (link_overruns),
    .cap_mode_mode_o                        (unused_mode),
    .cap_rails_rails_o                      (unused_cap_rails),
    .cap_duty_output0_o                     (unused_duty0),
    .cap_duty_output1_o                     (unused_duty1)
  );

  assign quiescent_o = rx_settled && rx_idle && tx_idle && link_idle && pins_settled && power_settled && !meter_busy
                     && !energy_busy;

endmodule
