// What is proven of adc128s102_reader with two parts, whatever stands at their inputs and whatever they were last asked.
//
// Each part is here as its data sheet has it (SNAS298, "Serial Interface"): the address of the next channel is taken from
// DIN in the 3rd to 5th rising edge of SCLK, the code of this one leaves with the falling edges behind four zeros.

module adc128s102_reader_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic start_i,
  input logic [1:0][7:0][11:0] inputs_i  // the codes of what stands at their inputs
);

  localparam int unsigned Parts = 2;

  logic busy_o, cs_no, sclk_o, din_o, valid_o, last_o;
  logic [Parts-1:0] dout_i;
  logic [2:0] channel_o;
  logic [Parts-1:0][11:0] codes_o;
  adc128s102_reader #(.Parts(Parts)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // What stands at the inputs holds still; a round begins when the one before is over.
  logic [1:0][7:0][11:0] inputs_q;
  always_ff @(posedge clk_i) inputs_q <= inputs_i;
  always_comb begin
    assume (first_q || inputs_i == inputs_q);
    if (rst_ni && busy_o) assume (!start_i);
  end

  // The parts: falling edges since the frame began, the channel converted in it and the one asked for.
  logic [4:0] falls, falls_q;
  logic [2:0] address_q, next_q;
  logic [Parts-1:0][15:0] sent;
  assign falls = falls_q + 5'(!cs_no && !sclk_o);

  always_comb begin
    for (int unsigned p = 0; p < Parts; p++) begin
      sent[p]   = {4'd0, inputs_i[p][address_q]};
      dout_i[p] = falls != '0 && sent[p][4'(5'd16 - falls)];
    end
  end

  always_ff @(posedge clk_i) begin
    falls_q <= falls;
    if (!cs_no && !sclk_o && falls inside {5'd3, 5'd4, 5'd5}) next_q <= {next_q[1:0], din_o};
    if (!rst_ni || cs_no || falls == 5'd16) begin
      falls_q   <= '0;
      address_q <= next_q;
    end
  end

  // Clocks and results since the last round began.
  logic started_q, sclk_q, din_q, cs_q;
  logic [8:0] clocks_q;
  logic [3:0] results_q;
  always_ff @(posedge clk_i) begin
    {sclk_q, din_q, cs_q} <= {sclk_o, din_o, cs_no};
    started_q <= rst_ni && (start_i || started_q);
    clocks_q  <= (!rst_ni || start_i) ? '0 : clocks_q + 9'(clocks_q != '1);
    results_q <= (!rst_ni || start_i) ? '0 : results_q + 4'(valid_o);
  end

  // Bits of the frame that were taken so far, and what they should be.
  logic [3:0] taken;
  logic [2:0] asked;
  logic [Parts-1:0][11:0] wrong;
  assign taken = dut.bit_q;
  assign asked = dut.frame_q[2:0];

  always_comb begin
    for (int unsigned p = 0; p < Parts; p++) begin
      wrong[p] = (codes_o[p] ^ 12'(sent[p] >> (5'd16 - 5'(taken)))) & 12'((16'd1 << taken) - 1'b1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // What is handed out for a channel is the code of what stands at that input of each part.
      CodesAreRight: assert (!valid_o || (codes_o[0] == inputs_i[0][channel_o] && codes_o[1] == inputs_i[1][channel_o]));

      // A round hands out all eight channels in their order, the last one marked, and nothing else.
      ChannelsInOrder: assert (!valid_o || (results_q < 4'd8 && channel_o == results_q[2:0]));
      LastIsMarked:    assert (!valid_o || last_o == (results_q == 4'd7));
      AllAreThere:     assert (busy_o || !started_q || results_q == 4'd8);

      // A round lasts 288 clocks.
      RoundLasts: assert (busy_o == (started_q && clocks_q < 9'd288));

      // At rest no part is selected, and SCLK is high.
      RestIsQuiet: assert (busy_o || (cs_no && sclk_o));

      // DIN changes only together with a fall of SCLK.
      DinIsSteady: assert (cs_no || cs_q || din_o == din_q || (sclk_q && !sclk_o));

      // A channel comes out.
      ReadsFirst: cover (valid_o && channel_o == '0 && codes_o[0] == 12'hA53);

      // Lemmas, without which induction would start from what can't be.

      BusyIsRound:    assert (dut.busy_q == (started_q && clocks_q < 9'd287));
      PlaceIsClock:   assert (!dut.busy_q || clocks_q == {dut.frame_q, taken, 1'b0} - 9'(sclk_o));
      RestIsFresh:    assert (dut.busy_q || (taken == '0 && dut.frame_q == (valid_o ? 4'd9 : 4'd0)));
      EdgesAreTaken:  assert (falls_q == 5'(taken));
      ResultsFollow:  assert (!dut.busy_q || results_q == ((dut.frame_q < 4'd2) ? '0 : dut.frame_q - 4'd1 - 4'(valid_o)));
      AllWereThere:   assert (dut.busy_q || !started_q || results_q == 4'd8 - 4'(valid_o));
      ValidEndsFrame: assert (!dut.busy_q || valid_o == (sclk_o && taken == '0 && dut.frame_q >= 4'd2));
      ValidIsLast:    assert (dut.busy_q || !valid_o || clocks_q == 9'd287);
      AddressIsNext:  assert (!dut.busy_q || dut.frame_q == '0 || address_q == asked - 3'd1);
      DinIsAsked:     assert (!dut.busy_q || sclk_o || !(taken inside {4'd2, 4'd3, 4'd4}) || din_o == asked[4'd4-taken]);
      NextIsBegun:    assert (!dut.busy_q || taken != 4'd3 || next_q[0] == asked[2]);
      NextIsComing:   assert (!dut.busy_q || taken != 4'd4 || next_q[1:0] == asked[2:1]);
      NextIsAsked:    assert (!dut.busy_q || taken < 4'd5 || next_q == asked);
      TakenIsSent:    assert (!dut.busy_q || wrong == '0);
    end
  end

endmodule
