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

  function automatic logic [Width-1:0] saturated(input logic [Width-1:0] count, input logic [AddWidth-1:0] add);
    logic [Width:0] sum;
    sum       = (Width + 1)'(count) + (Width + 1)'(add);
    saturated = sum[Width] ? '1 : sum[Width-1:0];
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_o <= '0;
    end else if (clear_i || add_i != '0) begin
      count_o <= saturated(clear_i ? '0 : count_o, add_i);

      NeverBack: assert (clear_i || saturated(count_o, add_i) >= count_o);
    end
  end

endmodule
