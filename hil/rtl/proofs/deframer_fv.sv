// What is proven of deframer, for frames of up to four octets of data, whatever octets and ticks come.

module deframer_fv
  import device_link_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic [7:0] octet_i,
  input logic octet_valid_i,
  input logic [5:0] data_index_i,
  input logic done_i
);

  localparam int unsigned MaxData = 4;

  typedef enum logic [2:0] {
    FirstSync,
    SecondSync,
    Header,
    Body,
    Held
  } state_e;

  logic frame_valid_o, found_o, crc_error_o, timeout_o, overrun_o, idle_o;
  logic [7:0] seq_o, op_o, data_o;
  logic [15:0] address_o, length_o;
  deframer #(.MaxData(MaxData)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  logic [2:0] state_q;
  logic [7:0] left_q, kept;
  logic over_q, read_q, silent_q, found_q;
  assign kept = dut.write_q - dut.start_q;

  always_ff @(posedge clk_i) begin
    state_q  <= dut.state_q;
    left_q   <= dut.left_q;
    found_q  <= rst_ni && found_o;
    silent_q <= rst_ni && dut.is_silent && !dut.has_octet && !dut.flush_q && dut.state_q != Held;
    read_q   <= rst_ni && dut.has_octet && dut.state_q inside {Header, Body} && dut.left_q != 8'd1;
    unique case (dut.state_q)
      FirstSync:    over_q <= rst_ni && dut.has_octet && dut.octet == SyncFirst;
      SecondSync:   over_q <= rst_ni && dut.has_octet;
      Header, Body: over_q <= rst_ni && dut.has_octet && dut.left_q == 8'd1;
      default:      over_q <= rst_ni && done_i;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // A frame that is held has no more data than fits, and was found just then.
      HeldIsShort: assert (!frame_valid_o || length_o <= 16'(MaxData));
      HeldIsFound: assert (!frame_valid_o || state_q == Held || found_q);

      // Of what could be a frame no more octets are read than the longest frame has.
      LongestFits: assert (dut.count_q <= 8'd14);

      // Half a frame is given up when the line has been silent for the time-out.
      SilenceEnds: assert (!silent_q || dut.state_q == FirstSync);

      // No state is for ever: each ends when what it waits for has come, and the octets that it waits for grow fewer.
      StatesEnd: assert (!over_q || dut.state_q != state_q);
      FewerLeft: assert (!read_q || (dut.state_q == state_q && dut.left_q == left_q - 1'b1));

      // Every state is reached.
      ReachesSecondSync: cover (dut.state_q == SecondSync);
      ReachesHeader:     cover (dut.state_q == Header);
      ReachesBody:       cover (dut.state_q == Body);
      ReachesHeld:       cover (dut.state_q == Held);
      ReachesFirstSync:  cover (dut.state_q == FirstSync && state_q == Held);

      // A frame is given up.
      GivesUp: cover (timeout_o);

      // Lemmas, without which induction would start from what can't be.

      StateIsOne:     assert (dut.state_q <= Held);
      CountsSync:     assert (dut.state_q != SecondSync || dut.count_q == 8'd1);
      CountsHeader:   assert (dut.state_q != Header || dut.count_q + dut.left_q == 8'd8 && dut.left_q - 1'b1 < 8'd6);
      CountsBody:     assert (dut.state_q != Body || dut.count_q + dut.left_q == 8'd10 + dut.header_q[7:0]);
      BodyIsShort:    assert (dut.state_q != Body || dut.left_q != '0 && dut.header_q[15:0] <= 16'(MaxData));
      BodyEnds:       assert (dut.state_q != Body || dut.left_q <= dut.header_q[7:0] + 8'd2);
      CountsHeld:     assert (dut.state_q != Held || dut.count_q == 8'd10 + dut.header_q[7:0]);
      FlushIsInRing:  assert (!dut.flush_q || 8'(dut.flush_end_q - dut.start_q) <= kept);
      CountIsBefore:  assert (!dut.flush_q || dut.count_q <= 8'(dut.flush_end_q - dut.start_q));
      SilenceInRange: assert (dut.silence_q <= 5'(FrameTimeoutMs + 1));
    end
  end

endmodule
