// Counts up to its highest value and stays there.
//
// Timing: count_o changes one clock after its inputs. What is to be counted in the clock of clear_i is counted.

module saturating_counter #(
  parameter int unsigned Width    = 16,
  parameter int unsigned AddWidth = 1
) (
  input logic clk_i,
  input logic rst_ni,

  input  logic                clear_i,  // one clock long
  input  logic [AddWidth-1:0] add_i,    // added in each clock
  output logic [Width-1:0]    count_o
);

  logic [Width-1:0] count_q, count_d;
  logic [Width:0] sum;

  always_comb begin
    sum     = '0;
    count_d = count_q;
    if (clear_i || add_i != '0) begin
      sum     = (Width + 1)'(clear_i ? '0 : count_q) + (Width + 1)'(add_i);
      count_d = sum[Width] ? '1 : sum[Width-1:0];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
    end else begin
      count_q <= count_d;

      NeverBack: assert (clear_i || count_d >= count_q);
      AddIsSeen: assert (add_i == '0 || count_d != '0);
    end
  end

  assign count_o = count_q;

endmodule
