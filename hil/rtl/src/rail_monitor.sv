// Voltage and current of every rail, sampled each millisecond.
//
// Input channel 2r is the voltage of rail r in mV, channel 2r + 1 its current in mA.
// Timing: the outputs change one clock after tick_1ms_i; sampled_o is high in that clock.

module rail_monitor #(
  parameter int unsigned Rails = 4
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic [2*Rails-1:0][15:0] adc_i,

  output logic [Rails-1:0][15:0] voltage_mv_o,
  output logic [Rails-1:0][15:0] current_ma_o,
  output logic                   sampled_o
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      voltage_mv_o <= '0;
      current_ma_o <= '0;
      sampled_o    <= 1'b0;
    end else begin
      sampled_o <= tick_1ms_i;
      if (tick_1ms_i) begin
        for (int unsigned r = 0; r < Rails; r++) begin
          voltage_mv_o[r] <= adc_i[2*r];
          current_ma_o[r] <= adc_i[2*r+1];
        end
      end
    end
  end

endmodule
