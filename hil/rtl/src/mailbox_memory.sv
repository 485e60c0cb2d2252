// The mailbox: memory with error correction, and the record of the errors found in it.
//
// Timing: bus and injection as in mailbox_ram.sv; counts and the last error change one clock after they are found, in
// the clock of which they are told. A word beyond correction, which every sweep finds again, is told once until clear_i.

module mailbox_memory #(
  parameter int unsigned Words = 1024  // a power of two
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  // The bus.
  input  logic                     req_i,
  input  logic                     write_i,
  input  logic [$clog2(Words)-1:0] addr_i,
  input  logic [31:0]              wdata_i,
  output logic                     ack_o,
  output logic [31:0]              rdata_o,
  output logic                     uncorrectable_o,

  input logic [15:0] scrub_ms_i,

  // Injection.
  input logic                     inject_i,  // one clock long
  input logic [$clog2(Words)-1:0] inject_addr_i,
  input logic [5:0]               inject_first_i,
  input logic [5:0]               inject_second_i,

  // The record.
  input  logic                     clear_i,  // one clock long
  output logic [15:0]              corrected_count_o,
  output logic [15:0]              damaged_count_o,
  output logic [$clog2(Words)-1:0] last_addr_o,
  output logic                     last_damaged_o,

  // To be told, one clock long, with the word.
  output logic                     corrected_o,
  output logic                     damaged_o,
  output logic [$clog2(Words)-1:0] error_addr_o,

  output logic idle_o
);

  logic damaged;
  logic [$clog2(Words)-1:0] last_addr_q;
  logic last_damaged_q, told_q;

  mailbox_ram #(
    .Words(Words)
  ) u_ram (
    .clk_i,
    .rst_ni,
    .tick_1ms_i,
    .req_i,
    .write_i,
    .addr_i,
    .wdata_i,
    .ack_o,
    .rdata_o,
    .uncorrectable_o,
    .scrub_ms_i,
    .inject_i,
    .inject_addr_i,
    .inject_first_i,
    .inject_second_i,
    .corrected_o,
    .damaged_o (damaged),
    .error_addr_o,
    .idle_o
  );

  saturating_counter u_corrected (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (corrected_o),
    .count_o(corrected_count_o)
  );

  saturating_counter u_damaged (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (damaged),
    .count_o(damaged_count_o)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      last_addr_q    <= '0;
      last_damaged_q <= 1'b0;
      told_q         <= 1'b0;
    end else begin
      if (corrected_o || damaged) begin
        last_addr_q    <= error_addr_o;
        last_damaged_q <= damaged;
      end
      told_q <= damaged || (told_q && !clear_i);

      CountedIsTold: assert (told_q == (damaged_count_o != '0));
    end
  end

  assign damaged_o      = damaged && (!told_q || clear_i);
  assign last_addr_o    = last_addr_q;
  assign last_damaged_o = last_damaged_q;

endmodule
