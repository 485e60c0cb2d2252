// What the device link has seen, counted, and a word when it has refused many requests in a row.
//
// Timing: counts change one clock after their inputs; refusals_o is high in the clock of the refusal that makes the row
// full, and then the row begins anew.

module link_statistics #(
  parameter int unsigned Row = 8
) (
  input logic clk_i,
  input logic rst_ni,

  // All one clock long.
  input logic frame_i,
  input logic crc_error_i,
  input logic timeout_i,
  input logic overrun_i,
  input logic answered_i,
  input logic refused_i,
  input logic clear_i,

  output logic [15:0] frames_o,
  output logic [15:0] naks_o,
  output logic [15:0] crc_errors_o,
  output logic [15:0] timeouts_o,
  output logic [15:0] overruns_o,
  output logic        refusals_o  // one clock long
);

  localparam int unsigned RowWidth = $clog2(Row + 1);

  logic [RowWidth-1:0] row_q, row_d;

  saturating_counter u_frames (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (frame_i),
    .count_o(frames_o)
  );

  saturating_counter u_naks (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (refused_i),
    .count_o(naks_o)
  );

  saturating_counter u_crc_errors (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (crc_error_i),
    .count_o(crc_errors_o)
  );

  saturating_counter u_timeouts (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (timeout_i),
    .count_o(timeouts_o)
  );

  saturating_counter u_overruns (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  (overrun_i),
    .count_o(overruns_o)
  );

  always_comb begin
    row_d      = row_q;
    refusals_o = 1'b0;
    if (answered_i) begin
      row_d = '0;
    end else if (refused_i) begin
      refusals_o = row_q == RowWidth'(Row - 1);
      row_d      = refusals_o ? '0 : row_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_q <= '0;
    end else begin
      row_q <= row_d;

      RowIsShort: assert (row_q < RowWidth'(Row));
    end
  end

endmodule
