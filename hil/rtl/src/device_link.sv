// The device's end of the device link: octets of a serial line in and out, register accesses behind it.
//
// Timing: a request's reply begins at most 15 clocks after its last octet, and 5 more for each register, where the bus
// is ready at once, unless garbage before it is still reread (see deframer.sv): 95 clocks for the longest. One request
// at a time; octets that arrive meanwhile wait in the deframer's ring.

module device_link
  import device_link_pkg::*;
#(
  parameter logic [15:0] DeviceId = 16'h0000,
  parameter int unsigned MaxData  = 64
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  // The serial line.
  input  logic [7:0] rx_data_i,
  input  logic       rx_valid_i,
  output logic [7:0] tx_data_o,
  output logic       tx_valid_o,
  input  logic       tx_ready_i,

  // The registers; an access ends in the first clock of req_o with ready_i, to which reason_i and rdata_i belong.
  output logic        req_o,
  output logic        write_o,
  output logic [15:0] addr_o,
  output logic [31:0] wdata_o,
  input  logic        ready_i,
  input  nak_e        reason_i,
  input  logic [31:0] rdata_i,

  // What it has seen; refusals_o is one clock long: many in a row.
  input  logic        clear_i,
  output logic [15:0] frames_o,
  output logic [15:0] naks_o,
  output logic [15:0] crc_errors_o,
  output logic [15:0] timeouts_o,
  output logic [15:0] overruns_o,
  output logic        refusals_o,

  output logic idle_o  // nothing to do before the next octet or tick
);

  logic frame_valid, done;
  logic found, crc_error, timeout, overrun, answered, refused;
  logic [7:0] seq, op, data;
  logic [15:0] address, length;
  logic [5:0] data_index;

  deframer #(
    .MaxData(MaxData)
  ) u_deframer (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .octet_i      (rx_data_i),
    .octet_valid_i(rx_valid_i),
    .frame_valid_o(frame_valid),
    .seq_o        (seq),
    .op_o         (op),
    .address_o    (address),
    .length_o     (length),
    .data_index_i (data_index),
    .data_o       (data),
    .done_i       (done),
    .found_o      (found),
    .crc_error_o  (crc_error),
    .timeout_o    (timeout),
    .overrun_o    (overrun),
    .idle_o
  );

  responder #(
    .DeviceId(DeviceId),
    .MaxData (MaxData)
  ) u_responder (
    .clk_i,
    .rst_ni,
    .frame_valid_i(frame_valid),
    .seq_i        (seq),
    .op_i         (op),
    .address_i    (address),
    .length_i     (length),
    .data_index_o (data_index),
    .data_i       (data),
    .done_o       (done),
    .req_o,
    .write_o,
    .addr_o,
    .wdata_o,
    .ready_i,
    .reason_i,
    .rdata_i,
    .answered_o   (answered),
    .refused_o    (refused),
    .octet_o      (tx_data_o),
    .octet_valid_o(tx_valid_o),
    .octet_ready_i(tx_ready_i)
  );

  link_statistics u_statistics (
    .clk_i,
    .rst_ni,
    .frame_i    (found),
    .crc_error_i(crc_error),
    .timeout_i  (timeout),
    .overrun_i  (overrun),
    .answered_i (answered),
    .refused_i  (refused),
    .clear_i,
    .frames_o,
    .naks_o,
    .crc_errors_o,
    .timeouts_o,
    .overruns_o,
    .refusals_o
  );

endmodule
