// Reads all eight channels of some ADC128S102 that share SCLK, CS and DIN and have a DOUT each.
//
// A frame is 16 clocks of SCLK: the part converts the channel that the frame before asked for, and takes the address of
// the next one from DIN, most significant bit first, in the 3rd to 5th clock. It shifts out 4 zeros and 12 bits, each with
// a falling edge; we take them with the rising one (data sheet SNAS298, "Serial Interface"). One frame more than there are
// channels comes first: whatever the part was last asked for, the next is channel 0.
// Timing: SCLK is half the clock, within the part's range if the clock is 1.6 to 32 MHz. codes_o of one channel are valid
// with valid_o; busy_o is high for the 32 * 9 clocks behind start_i.

module adc128s102_reader #(
  parameter int unsigned Parts = 3
) (
  input logic clk_i,
  input logic rst_ni,

  input  logic start_i,  // one clock long
  output logic busy_o,

  // The parts.
  output logic             cs_no,
  output logic             sclk_o,
  output logic             din_o,
  input  logic [Parts-1:0] dout_i,  // changes with the falling edge of sclk_o, half a period before it is taken

  output logic                   valid_o,  // one clock long
  output logic                   last_o,   // with valid_o: the round is over
  output logic [2:0]             channel_o,
  output logic [Parts-1:0][11:0] codes_o
);

  localparam int unsigned Frames = 9;

  logic busy_q, sclk_q, din_q, valid_q;
  logic [3:0] bit_q, frame_q;
  logic [2:0] asked;
  logic din_d;
  logic [Parts-1:0][11:0] codes_q;

  assign asked = frame_q[2:0];  // frame n asks for channel n, which frame n + 1 brings; the last one for channel 0

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      sclk_q  <= 1'b1;
      din_q   <= 1'b0;
      valid_q <= 1'b0;
      bit_q   <= '0;
      frame_q <= '0;
      codes_q <= '0;
    end else begin
      valid_q <= 1'b0;
      if (!busy_q) begin
        busy_q  <= start_i;
        bit_q   <= '0;
        frame_q <= '0;
        sclk_q  <= !start_i;
      end else if (sclk_q) begin
        sclk_q <= 1'b0;
        din_q  <= din_d;
      end else begin
        sclk_q <= 1'b1;
        bit_q  <= bit_q + 1'b1;
        for (int unsigned p = 0; p < Parts; p++) codes_q[p] <= {codes_q[p][10:0], dout_i[p]};
        if (bit_q == 4'd15) begin
          valid_q <= frame_q != '0;
          frame_q <= frame_q + 1'b1;
          busy_q  <= frame_q != 4'(Frames - 1);
        end
      end

      NoStartLost:    assert (!start_i || !busy_q);
      FramesInRound:  assert (frame_q <= 4'(Frames));
      IdleIsHigh:     assert (busy_q || sclk_q);
    end
  end

  always_comb begin
    unique case (bit_q)
      4'd2:    din_d = asked[2];
      4'd3:    din_d = asked[1];
      4'd4:    din_d = asked[0];
      default: din_d = 1'b0;
    endcase
  end

  assign busy_o    = busy_q || valid_q;
  assign cs_no     = !busy_q;
  assign sclk_o    = sclk_q;
  assign din_o     = din_q;
  assign valid_o   = valid_q;
  assign last_o    = !busy_q;
  assign channel_o = 3'(frame_q - 4'd2);
  assign codes_o   = codes_q;

endmodule
