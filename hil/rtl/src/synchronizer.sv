// Two flip-flops between an asynchronous input and everything else.
//
// Timing: d_o follows d_i after two clocks; settled_o is low while a change is under way.

module synchronizer #(
  parameter int unsigned      Width      = 1,
  parameter logic [Width-1:0] ResetValue = '0
) (
  input logic clk_i,
  input logic rst_ni,

  input logic [Width-1:0] d_i,  // asynchronous

  output logic [Width-1:0] d_o,
  output logic             settled_o
);

  logic [Width-1:0] first_q, second_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q  <= ResetValue;
      second_q <= ResetValue;
    end else begin
      first_q  <= d_i;
      second_q <= first_q;
    end
  end

  assign d_o       = second_q;
  assign settled_o = (d_i == first_q) && (first_q == second_q);

endmodule
