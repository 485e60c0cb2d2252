// The payload controller: four rails, sequenced, watched, measured and dropped, behind a serial device link.
//
// Everything slow counts tick_1ms_i. While quiescent_o is high nothing changes until the next tick or the next change of
// an input, so clocks between ticks may be left out; a test holds registers and wire equal with and without.
// Timing: an octet takes 10 * ClocksPerBit clocks on the wire; a lost power-good opens its rail within 3 clocks, a bite
// all rails in the clock in which it shows.

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

  // The power side. Channel 2r: rail r in mV, 2r + 1: in mA. Power-good is asynchronous.
  input  logic [7:0][15:0] adc_i,
  input  logic [3:0]       power_good_i,
  output logic [3:0]       rails_o,
  output logic             irq_o  // a fault is latched
);

  localparam int unsigned Rails    = 4;
  localparam logic [15:0] DeviceId = 16'h5043;

  payload_ctrl__in_t hwif_in;
  payload_ctrl__out_t hwif_out;

  // Serial line and device link

  logic rx, rx_settled, rx_idle, tx_idle, link_idle;
  logic [7:0] rx_data, tx_data;
  logic rx_valid, tx_valid, tx_ready;
  logic bus_req, bus_write, bus_ready;
  logic [15:0] bus_addr;
  logic [31:0] bus_wdata, bus_rdata;
  device_link_pkg::nak_e bus_reason;
  logic [80:0] unused_statistics;

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
    .clear_i     (1'b0),
    .frames_o    (unused_statistics[15:0]),
    .naks_o      (unused_statistics[31:16]),
    .crc_errors_o(unused_statistics[47:32]),
    .timeouts_o  (unused_statistics[63:48]),
    .overruns_o  (unused_statistics[79:64]),
    .refusals_o  (unused_statistics[80]),
    .idle_o      (link_idle)
  );

  // Registers

  logic regs_req, read_error, write_error;
  logic read_ack, write_ack;
  logic [1:0] unused_stall;  // one access at a time
  logic is_faulted, watchdog_armed;
  State_e state;

  register_guard #(
    .Rails(Rails)
  ) u_guard (
    .req_i              (bus_req),
    .write_i            (bus_write),
    .addr_i             (bus_addr),
    .wdata_i            (bus_wdata),
    .reason_o           (bus_reason),
    .req_o              (regs_req),
    .error_i            (read_error || write_error),
    .is_faulted_i       (is_faulted),
    .is_tripping_i      (state == State__TRIPPING),
    .is_watchdog_armed_i(watchdog_armed)
  );

  assign bus_ready = bus_req && (!regs_req || read_ack || write_ack);

  payload_ctrl_regs u_regs (
    .clk                 (clk_i),
    .arst_n              (rst_ni),
    .s_cpuif_req         (regs_req),
    .s_cpuif_req_is_wr   (bus_write),
    .s_cpuif_addr        (bus_addr[PAYLOAD_CTRL_REGS_MIN_ADDR_WIDTH-1:0]),
    .s_cpuif_wr_data     (bus_wdata),
    .s_cpuif_wr_biten    ('1),
    .s_cpuif_req_stall_wr(unused_stall[0]),
    .s_cpuif_req_stall_rd(unused_stall[1]),
    .s_cpuif_rd_ack      (read_ack),
    .s_cpuif_rd_err      (read_error),
    .s_cpuif_rd_data     (bus_rdata),
    .s_cpuif_wr_ack      (write_ack),
    .s_cpuif_wr_err      (write_error),
    .hwif_in,
    .hwif_out
  );

  // Rails and watchdog

  logic [3:0] power_good;
  logic power_good_settled, sequencer_settled, sequencer_busy, bite, clear;
  logic [2:0] target;
  logic [15:0] watchdog_age_ms;
  FaultCause_e fault_cause;
  logic [1:0] fault_rail;

  assign target     = hwif_out.TARGET.count.value;
  assign clear      = hwif_out.FAULT_CLEAR.key.swmod;
  assign is_faulted = fault_cause != FaultCause__NONE;
  assign irq_o      = is_faulted;

  synchronizer #(
    .Width(Rails)
  ) u_power_good_synchronizer (
    .clk_i,
    .rst_ni,
    .d_i      (power_good_i),
    .d_o      (power_good),
    .settled_o(power_good_settled)
  );

  rail_sequencer #(
    .Rails(Rails)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .target_i     (target),
    .stagger_ms_i (hwif_out.STAGGER_MS.value.value),
    .timeout_ms_i (hwif_out.POWER_GOOD_TIMEOUT_MS.value.value),
    .clear_i      (clear),
    .bite_i       (bite),
    .power_good_i (power_good),
    .rails_o,
    .state_o      (state),
    .busy_o       (sequencer_busy),
    .fault_cause_o(fault_cause),
    .fault_rail_o (fault_rail),
    .settled_o    (sequencer_settled)
  );

  window_watchdog u_watchdog (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .enable_i  (hwif_out.WATCHDOG_CTRL.enable.value),
    .open_ms_i (hwif_out.WATCHDOG_OPEN_MS.value.value),
    .close_ms_i(hwif_out.WATCHDOG_CLOSE_MS.value.value),
    .kick_i    (hwif_out.WATCHDOG_KICK.key.swmod),
    .clear_i   (clear),
    .armed_o   (watchdog_armed),
    .age_ms_o  (watchdog_age_ms),
    .bite_o    (bite)
  );

  // Measurements

  logic [3:0][15:0] voltage_mv, current_ma;
  logic sampled, energy_busy;
  logic [31:0] energy_low_nj, energy_high_nj;
  logic [31:0] uptime_ms_q;

  rail_monitor #(
    .Rails(Rails)
  ) u_monitor (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .adc_i,
    .voltage_mv_o(voltage_mv),
    .current_ma_o(current_ma),
    .sampled_o   (sampled)
  );

  energy_counter #(
    .Rails(Rails)
  ) u_energy (
    .clk_i,
    .rst_ni,
    .sample_i    (sampled),
    .voltage_mv_i(voltage_mv),
    .current_ma_i(current_ma),
    .low_read_i  (hwif_out.ENERGY_LO_NJ.value.swacc),
    .low_o       (energy_low_nj),
    .high_o      (energy_high_nj),
    .busy_o      (energy_busy)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) uptime_ms_q <= '0;
    else if (tick_1ms_i) uptime_ms_q <= uptime_ms_q + 1'b1;
  end

  // What the registers show

  always_comb begin
    hwif_in.UPTIME_MS.value.next         = uptime_ms_q;
    hwif_in.STATUS.state.next            = state;
    hwif_in.STATUS.busy.next             = sequencer_busy;
    hwif_in.STATUS.fault.next            = is_faulted;
    hwif_in.STATUS.watchdog_bitten.next  = bite;
    hwif_in.STATUS.rails.next            = rails_o;
    hwif_in.STATUS.power_good.next       = power_good;
    hwif_in.TARGET.count.hwclr           = is_faulted;
    hwif_in.FAULT.cause.next             = 4'(fault_cause);
    hwif_in.FAULT.rail.next              = 4'(fault_rail);
    hwif_in.WATCHDOG_AGE_MS.value.next   = watchdog_age_ms;
    hwif_in.ENERGY_LO_NJ.value.next      = energy_low_nj;
    hwif_in.ENERGY_HI_NJ.value.next      = energy_high_nj;
    for (int unsigned r = 0; r < Rails; r++) begin
      hwif_in.RAIL[r].VOLTAGE_MV.value.next = voltage_mv[r];
      hwif_in.RAIL[r].CURRENT_MA.value.next = current_ma[r];
    end
  end

  assign quiescent_o = rx_settled && rx_idle && tx_idle && link_idle && power_good_settled && sequencer_settled
                     && !sampled && !energy_busy;

endmodule
