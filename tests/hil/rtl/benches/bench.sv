// Every module of the controller on its own, in one build: the benches drive and look at the names in each block.

`timescale 1ns / 1ns

module bench;
  import device_link_pkg::*;
  import payload_ctrl_regs_pkg::*;

  logic clk_i, rst_ni, tick_1ms_i;

  if (1) begin : g_synchronizer
    logic d_i, d_o, settled_o;
    synchronizer dut (.*);
  end

  if (1) begin : g_uart_rx
    logic rx_i, valid_o, idle_o;
    logic [7:0] data_o;
    uart_rx dut (.*);
  end

  if (1) begin : g_uart_tx
    logic [7:0] data_i;
    logic valid_i, ready_o, tx_o, idle_o;
    uart_tx dut (.*);
  end

  if (1) begin : g_crc16
    logic [15:0] crc_i, crc_o;
    logic [7:0] data_i;
    crc16 dut (.*);
  end

  if (1) begin : g_deframer
    logic [7:0] octet_i, seq_o, op_o, data_o;
    logic octet_valid_i, frame_valid_o, done_i, idle_o, found_o, crc_error_o, timeout_o, overrun_o;
    logic [15:0] address_o, length_o;
    logic [5:0] data_index_i;
    deframer dut (.*);
  end

  if (1) begin : g_responder
    logic frame_valid_i, done_o, req_o, write_o, ready_i, octet_valid_o, octet_ready_i, answered_o, refused_o;
    logic [7:0] seq_i, op_i, data_i, octet_o;
    logic [15:0] address_i, length_i, addr_o;
    logic [5:0] data_index_o;
    logic [31:0] wdata_o, rdata_i;
    nak_e reason_i;
    responder #(.DeviceId(16'hBEEF)) dut (.*);
  end

  if (1) begin : g_device_link
    logic [7:0] rx_data_i, tx_data_o;
    logic rx_valid_i, tx_valid_o, tx_ready_i, req_o, write_o, ready_i, clear_i, refusals_o, idle_o;
    logic [15:0] addr_o, frames_o, naks_o, crc_errors_o, timeouts_o, overruns_o;
    logic [31:0] wdata_o, rdata_i;
    nak_e reason_i;
    device_link #(.DeviceId(16'hBEEF)) dut (.*);
  end

  if (1) begin : g_register_guard
    logic req_i, write_i, req_o, error_i, is_tripping_i, is_under_voltage_i, is_limit_written_i, is_watchdog_armed_i;
    logic wrong_kick_o;
    logic [15:0] addr_i;
    logic [31:0] wdata_i;
    logic [3:0] highest_target_i;
    nak_e reason_o;
    register_guard dut (.*);
  end

  if (1) begin : g_rail_sequencer
    logic [3:0] target_i, highest_target_o;
    logic [7:0][15:0] stagger_ms_i, timeout_ms_i, retry_ms_i;
    logic clear_i, bite_i, brownout_i, trip_o, busy_o, retry_o, settled_o;
    logic [7:0] fast_trip_i, slow_trip_i, power_good_i, rails_o, good_o, locked_out_i, tripped_o;
    logic [7:0][2:0] attempts_i;
    logic [2:0] trip_rail_o, fault_rail_o;
    State_e state_o;
    FaultCause_e trip_cause_o, fault_cause_o;
    rail_sequencer dut (.*);
  end

  if (1) begin : g_trip_ledger
    logic trip_i;
    logic [2:0] rail_i;
    FaultCause_e cause_i;
    logic [7:0][2:0] retries_i, attempts_o;
    logic [7:0] clear_i, locked_out_o;
    logic [7:0][3:0] causes_o;
    logic [7:0][7:0] trips_o;
    trip_ledger dut (.*);
  end

  if (1) begin : g_current_limiter
    logic on_i, fast_enable_i, overcurrent_i, fast_trip_o, slow_enable_i, sampled_i, warning_o, slow_trip_o, settled_o;
    logic [7:0] trip_clocks_i;
    logic [15:0] blanking_ms_i, current_ma_i, limit_ma_i, average_ma_o;
    logic [2:0] average_shift_i;
    current_limiter dut (.*);
  end

  if (1) begin : g_under_voltage
    logic bus_good_i, locked_out_o, started_o;
    logic [15:0] threshold_mv_o, limit_mv_i;
    logic [11:0] hysteresis_mv_i;
    logic [7:0] count_o;
    under_voltage dut (.*);
  end

  if (1) begin : g_rail_power
    logic [3:0] target_i, highest_target_o;
    logic clear_fault_i, bus_good_i, bite_i, sampled_i, busy_o, under_voltage_o, trip_o, retry_o, brownout_o, settled_o;
    logic [7:0] clear_lockout_i, fast_trip_i, slow_trip_i, power_good_i, overcurrent_i, rails_o, locked_out_o, warnings_o;
    logic [7:0] tripped_o;
    logic [7:0][2:0] retries_i, attempts_o;
    logic [7:0][15:0] limit_ma_i, blanking_ms_i, stagger_ms_i, timeout_ms_i, retry_ms_i, current_ma_i, average_ma_o;
    logic [7:0][7:0] trip_clocks_i, trips_o;
    logic [2:0] average_shift_i, fault_rail_o, trip_rail_o;
    logic [15:0] bus_limit_mv_i, bus_threshold_mv_o;
    logic [11:0] bus_hysteresis_mv_i;
    State_e state_o;
    FaultCause_e fault_cause_o, trip_cause_o;
    RailState_e [7:0] rail_states_o;
    logic [7:0][3:0] causes_o;
    logic [7:0] lockouts_o;
    rail_power dut (.*);
  end

  if (1) begin : g_window_watchdog
    logic enable_i, kick_i, wrong_kick_i, clear_i, armed_o, bite_o;
    logic [15:0] open_ms_i, close_ms_i, age_ms_o;
    WatchdogCause_e cause_o;
    window_watchdog dut (.*);
  end

  if (1) begin : g_adc128s102_reader
    logic start_i, busy_o, cs_no, sclk_o, din_o, valid_o, last_o;
    logic [2:0] dout_i, channel_o;
    logic [2:0][11:0] codes_o;
    adc128s102_reader dut (.*);
  end

  if (1) begin : g_rail_meter
    logic [15:0] period_ms_i, elapsed_ms_o;
    logic adc_cs_no, adc_sclk_o, adc_din_o, sampled_o, busy_o;
    logic [2:0] adc_dout_i;
    logic [7:0][15:0] voltage_mv_o, current_ma_o, temperature_centidegc_o;
    logic [31:0] samples_o;
    rail_meter dut (.*);
  end

  if (1) begin : g_energy_counter
    logic sample_i, busy_o;
    logic [15:0] elapsed_ms_i;
    logic [7:0][15:0] voltage_mv_i, current_ma_i;
    logic [8:0] low_read_i;
    logic [8:0][31:0] low_o, high_o;
    energy_counter dut (.*);
  end

  if (1) begin : g_secded_encode
    logic [31:0] data_i;
    logic [38:0] word_o;
    secded_encode dut (.*);
  end

  if (1) begin : g_secded_decode
    logic [38:0] word_i, word_o;
    logic corrected_o, uncorrectable_o;
    secded_decode dut (.*);
  end

  if (1) begin : g_mailbox_ram
    logic req_i, write_i, ack_o, uncorrectable_o, inject_i, corrected_o, damaged_o, idle_o;
    logic [3:0] addr_i, inject_addr_i, error_addr_o;
    logic [31:0] wdata_i, rdata_o;
    logic [15:0] scrub_ms_i;
    logic [5:0] inject_first_i, inject_second_i;
    mailbox_ram #(.Words(16)) dut (.*);
  end

  if (1) begin : g_mailbox_memory
    logic req_i, write_i, ack_o, uncorrectable_o, inject_i, clear_i, last_damaged_o, corrected_o, damaged_o, idle_o;
    logic [3:0] addr_i, inject_addr_i, last_addr_o, error_addr_o;
    logic [31:0] wdata_i, rdata_o;
    logic [15:0] scrub_ms_i, corrected_count_o, damaged_count_o;
    logic [5:0] inject_first_i, inject_second_i;
    mailbox_memory #(.Words(16)) dut (.*);
  end

  if (1) begin : g_saturating_counter
    logic clear_i;
    logic [1:0] add_i;
    logic [3:0] count_o;
    saturating_counter #(.Width(4), .AddWidth(2)) dut (.*);
  end

  if (1) begin : g_event_collector
    logic [4:0] raise_i;
    logic [4:0][15:0] argument_i;
    logic valid_o;
    logic [7:0] code_o;
    logic [15:0] argument_o;
    logic [2:0] lost_o;
    event_collector #(.Sources(5), .Merged(5'b00110)) dut (.*);
  end

  if (1) begin : g_event_fifo
    logic push_i, lost_o, pop_i, settled_o;
    logic [7:0] code_i, code_o;
    logic [15:0] argument_i, argument_o;
    logic [31:0] time_ms_i, popped_time_ms_o;
    logic [2:0] count_o;
    event_fifo #(.Depth(5)) dut (.*);
  end

  if (1) begin : g_event_log
    logic [4:0] raise_i;
    logic [4:0][15:0] argument_i;
    logic [31:0] time_ms_i, popped_time_ms_o;
    logic pop_i, clear_i, settled_o;
    logic [7:0] code_o;
    logic [15:0] argument_o, lost_o;
    logic [5:0] count_o;
    event_log #(.Sources(5), .Merged(5'b00110)) dut (.*);
  end

  if (1) begin : g_event_sources
    logic boot_i, trip_i, retry_i, brownout_i, bite_i, corrected_i, damaged_i, refusals_i, settled_o;
    BootCause_e boot_cause_i;
    logic [2:0] trip_rail_i;
    FaultCause_e trip_cause_i;
    logic [7:0] tripped_i, locked_out_i, warnings_i;
    WatchdogCause_e watchdog_cause_i;
    logic [9:0] error_word_i;
    logic [12:0] raise_o;
    logic [12:0][15:0] argument_o;
    event_sources dut (.*);
  end

  if (1) begin : g_boot_cause
    logic por_ni, reset_ni, bite_i, under_voltage_i, boot_o, settled_o;
    BootCause_e cause_o, boot_cause_o;
    logic [15:0] count_o;
    boot_cause dut (.rst_ni(reset_ni), .*);
  end

  if (1) begin : g_cap_outputs
    logic [1:0] mode_i, on_o;
    logic [3:0][1:0][8:0] duty_i;
    logic [7:0] needed_i, good_i;
    logic settled_o;
    logic [1:0][8:0] duty_o;
    cap_outputs dut (.*);
  end

  if (1) begin : g_cap_output
    logic [8:0] duty_i, duty_o;
    logic is_powered_i, on_o, settled_o;
    cap_output dut (.*);
  end

  if (1) begin : g_link_statistics
    logic frame_i, crc_error_i, timeout_i, overrun_i, answered_i, refused_i, clear_i, refusals_o;
    logic [15:0] frames_o, naks_o, crc_errors_o, timeouts_o, overruns_o;
    link_statistics dut (.*);
  end

  if (1) begin : g_payload_ctrl
    logic quiescent_o, uart_rx_i, uart_tx_o, irq_o, bus_good_i, adc_cs_no, adc_sclk_o, adc_din_o;
    logic [7:0] power_good_i, overcurrent_i, rails_o;
    logic [15:0] bus_threshold_mv_o;
    logic [2:0] adc_dout_i;
    logic [1:0] cap_o;
    payload_ctrl dut (.por_ni(rst_ni), .*);
  end

endmodule
