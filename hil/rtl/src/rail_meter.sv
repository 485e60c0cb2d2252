// Voltage, current and temperature of every rail, measured at each period_ms_i by three ADC128S102.
//
// Part 0 measures voltages, part 1 currents, part 2 temperatures, channel r those of rail r. A code is worth a power of
// two, as the board's dividers and shunts make it; the sensors give 10 mV per degree and 500 mV at 0 degrees, a code being
// 0.8 mV. hil/devices/rail_meter.py is its twin.
// Timing: a round begins with the tick that ends a period and takes 290 clocks, the first 32 of them for nothing but the
// first address; sampled_o is high in the clock in which all measurements are new.

module rail_meter #(
  parameter int unsigned Rails = 8,
  parameter logic [Rails-1:0][3:0] VoltageShift = {4'd2, 4'd2, 4'd2, 4'd2, 4'd2, 4'd1, 4'd1, 4'd0},  // mV per code: 2 ** n
  parameter logic [Rails-1:0][3:0] CurrentShift = {4'd2, 4'd2, 4'd2, 4'd2, 4'd2, 4'd1, 4'd1, 4'd1}   // mA per code: 2 ** n
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic [15:0] period_ms_i,

  // The parts.
  output logic       adc_cs_no,
  output logic       adc_sclk_o,
  output logic       adc_din_o,
  input  logic [2:0] adc_dout_i,

  output logic [Rails-1:0][15:0] voltage_mv_o,
  output logic [Rails-1:0][15:0] current_ma_o,
  output logic [Rails-1:0][15:0] temperature_centidegc_o,  // two's complement
  output logic [31:0]            samples_o,
  output logic                   sampled_o,  // one clock long
  output logic [15:0]            elapsed_ms_o,  // with sampled_o: since the sample before
  output logic                   busy_o
);

  localparam logic [15:0] SensorOffset = -16'd5000;

  logic [15:0] elapsed_q;
  logic is_over, start, valid, last, reader_busy;
  logic [2:0] channel;
  logic [2:0][11:0] codes;

  assign is_over = 17'(elapsed_q) + 17'd1 >= 17'(period_ms_i);
  assign start   = tick_1ms_i && is_over && !reader_busy;

  adc128s102_reader #(
    .Parts(3)
  ) u_reader (
    .clk_i,
    .rst_ni,
    .start_i  (start),
    .busy_o   (reader_busy),
    .cs_no    (adc_cs_no),
    .sclk_o   (adc_sclk_o),
    .din_o    (adc_din_o),
    .dout_i   (adc_dout_i),
    .valid_o  (valid),
    .last_o   (last),
    .channel_o(channel),
    .codes_o  (codes)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      elapsed_q               <= '0;
      elapsed_ms_o            <= '0;
      voltage_mv_o            <= '0;
      current_ma_o            <= '0;
      temperature_centidegc_o <= '0;
      samples_o               <= '0;
      sampled_o               <= 1'b0;
    end else begin
      if (start) begin
        elapsed_q    <= '0;
        elapsed_ms_o <= elapsed_q + 1'b1;
      end else if (tick_1ms_i) begin
        elapsed_q <= elapsed_q + 1'b1;
      end

      sampled_o <= valid && last;
      if (valid) begin
        voltage_mv_o[channel]            <= 16'(codes[0]) << VoltageShift[channel];
        current_ma_o[channel]            <= 16'(codes[1]) << CurrentShift[channel];
        temperature_centidegc_o[channel] <= {1'b0, codes[2], 3'b000} + SensorOffset;
        if (last) samples_o <= samples_o + 1'b1;
      end
    end
  end

  assign busy_o = reader_busy || sampled_o;

endmodule
