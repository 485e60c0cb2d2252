// What is proven of mailbox_ram, with four words and a small code, whatever bus, scrubber and injections do.
//
// One word, any, is followed: what was last written to it, and how many of its bits injections have turned since. Of a
// word with three and more wrong bits nothing is promised until it is written again.

module mailbox_ram_fv
  import secded_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,
  input logic req_i,
  input logic write_i,
  input logic [1:0] addr_i,
  input logic [DataBits-1:0] wdata_i,
  input logic [15:0] scrub_ms_i,
  input logic inject_i,
  input logic [1:0] inject_addr_i,
  input logic [5:0] inject_first_i,
  input logic [5:0] inject_second_i,
  input logic [1:0] followed_i
);

  typedef enum logic [2:0] {
    Fill,
    Ready,
    Answer,
    Scrub,
    Flip
  } state_e;

  logic ack_o, uncorrectable_o, corrected_o, damaged_o, idle_o;
  logic [DataBits-1:0] rdata_o;
  logic [1:0] error_addr_o;
  mailbox_ram #(.Words(4)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // How it is used: a request holds until it is answered, an injection comes at least four clocks after another.
  logic waiting_q, write_q;
  logic [1:0] addr_q, followed_q, rest_q;
  logic [DataBits-1:0] wdata_q;
  logic [2:0] waited_q, filled_q;

  always_ff @(posedge clk_i) begin
    waiting_q  <= rst_ni && req_i && !ack_o;
    write_q    <= write_i;
    addr_q     <= addr_i;
    wdata_q    <= wdata_i;
    followed_q <= followed_i;
    rest_q     <= (rst_ni && inject_i) ? 2'd3 : rest_q - 2'(rest_q != '0);
    waited_q   <= (!rst_ni || !req_i || ack_o || dut.state_q == Fill) ? '0 : waited_q + 3'(waited_q != '1);
    filled_q   <= rst_ni ? filled_q + 3'(filled_q != '1) : '0;
  end

  always_comb begin
    assume (first_q || followed_i == followed_q);
    if (rst_ni && waiting_q) assume (req_i && {write_i, addr_i, wdata_i} == {write_q, addr_q, wdata_q});
    assume (inject_first_i < 6'(WordBits) && inject_second_i < 6'(WordBits));
    if (rest_q != '0 || dut.state_q == Fill) assume (!inject_i);
  end

  // What should be stored in the followed word, how many bits of it are wrong, and what is looked at.
  logic [DataBits-1:0] data_q;
  logic [1:0] wrong_q;
  logic [WordBits-1:0] stored, should;
  logic [1:0] looked_at;
  logic is_written, is_turned, is_mended, is_looking, is_answered, is_filled;

  secded_encode u_should (.data_i(data_q), .word_o(should));

  assign stored      = dut.ram_q[followed_i];
  assign is_filled   = dut.state_q != Fill;
  assign is_written  = dut.state_q == Ready && !dut.inject_q && req_i && write_i && addr_i == followed_i;
  assign is_turned   = dut.state_q == Flip && dut.inject_addr_q == followed_i;
  assign is_mended   = corrected_o && error_addr_o == followed_i;
  assign is_answered = ack_o && !write_i && addr_i == followed_i;
  assign is_looking  = dut.state_q == Flip || dut.state_q == Scrub || ack_o && !write_i;
  assign looked_at   = (dut.state_q == Flip) ? dut.inject_addr_q : (dut.state_q == Scrub) ? dut.pointer_q : addr_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {data_q, wrong_q} <= '0;
    else if (is_written) {data_q, wrong_q} <= {wdata_i, 2'd0};
    else if (is_turned && wrong_q != '0) wrong_q <= 2'd3;
    else if (is_turned) wrong_q <= (dut.inject_first_q == dut.inject_second_q) ? 2'd1 : 2'd2;
    else if (is_mended && wrong_q != 2'd3) wrong_q <= 2'd0;
  end

  // Whether a state was to end, and whether the scrubber has mended the word.
  logic short_q, asked_q, scrubbed_q;
  always_ff @(posedge clk_i) begin
    short_q    <= rst_ni && dut.state_q inside {Answer, Scrub, Flip};
    asked_q    <= rst_ni && dut.state_q == Ready && (req_i || dut.scrub_q || dut.inject_q);
    scrubbed_q <= rst_ni && dut.state_q == Scrub && is_mended && wrong_q == 2'd1;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q && is_filled) begin
      // What is stored differs from what was written in as many bits as were turned.
      StoredIsKnown: assert (wrong_q == 2'd3 || $countones(stored ^ should) == 32'(wrong_q));

      // A word with at most one wrong bit is read as it was written.
      ReadIsWritten: assert (!is_answered || wrong_q > 2'd1 || (rdata_o == data_q && !uncorrectable_o));

      // A word with two wrong bits is never read without saying so.
      DoubleIsFlagged: assert (!is_answered || wrong_q != 2'd2 || uncorrectable_o);

      // A read that finds one wrong bit says so, and writes the word back as it was.
      SingleIsMended: assert (!(is_answered && wrong_q == 2'd1) || (is_mended && dut.ram_write && dut.ram_wdata == should));

      // Nothing is reported of a word that has no wrong bit.
      NoFalseAlarm: assert (error_addr_o != followed_i || wrong_q != '0 || !(corrected_o || damaged_o));

      // An access is answered within five clocks.
      AnsweredInTime: assert (waited_q <= 3'd4);

      // No state is for ever: all but Ready end in the next clock, and Ready when there is something to do.
      ShortOnesEnd: assert (!short_q || dut.state_q == Ready);
      ReadyEnds:    assert (!asked_q || dut.state_q != Ready);

      // The scrubber mends a word that nobody reads.
      ScrubberMends: cover (scrubbed_q && stored == should);

      // Every state is reached.
      ReachesReady:  cover (dut.state_q == Ready);
      ReachesAnswer: cover (dut.state_q == Answer);
      ReachesScrub:  cover (dut.state_q == Scrub);
      ReachesFlip:   cover (dut.state_q == Flip);
    end

    if (rst_ni && !first_q) begin
      // Filling ends with the last word.
      FillEnds: assert (is_filled || filled_q == 3'(dut.pointer_q));

      // Lemmas, without which induction would start from what can't be.

      StateIsOne:    assert (dut.state_q <= Flip);
      BlankAtFirst:  assert (is_filled || {data_q, wrong_q} == '0);
      FilledBehind:  assert (is_filled || dut.pointer_q <= followed_i || stored == should);
      LookedAtIsNow: assert (!is_looking || dut.word_q == dut.ram_q[looked_at]);
      AnswersAsked:  assert (!ack_o || waiting_q);
      FlipIsAsked:   assert ((dut.state_q != Flip || dut.inject_q) && (is_filled || !dut.inject_q));
      RestsAtFlip:   assert (dut.state_q != Flip || rest_q != '0);
      RestsBefore:   assert (!dut.inject_q || dut.state_q == Flip || rest_q >= ((dut.state_q == Ready) ? 2'd2 : 2'd3));
      BitsInWord:    assert (dut.inject_first_q < 6'(WordBits) && dut.inject_second_q < 6'(WordBits));
      WaitsForScrub: assert (dut.state_q != Scrub || waited_q == '0);
      WaitsForFirst: assert (dut.state_q != Ready || !dut.inject_q || waited_q <= 3'd1);
      WaitsForFlip:  assert (dut.state_q != Flip || waited_q <= 3'd2);
      WaitsForTurn:  assert (dut.state_q != Ready || waited_q <= 3'd3);
    end
  end

endmodule
