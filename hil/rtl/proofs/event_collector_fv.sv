// What is proven of event_collector with five sources, two of them merged, whatever they raise.
//
// One source, any, is followed: whether its event waits, and with which argument.

module event_collector_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic [4:0] raise_i,
  input logic [4:0][15:0] argument_i,
  input logic [2:0] followed_i
);

  localparam int unsigned Sources = 5;
  localparam logic [Sources-1:0] Merged = 5'b00110;

  logic valid_o;
  logic [7:0] code_o;
  logic [15:0] argument_o;
  logic [2:0] lost_o;
  event_collector #(.Sources(Sources), .Merged(Merged)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  logic [2:0] followed_q;
  always_ff @(posedge clk_i) followed_q <= followed_i;
  always_comb assume (followed_i < 3'(Sources) && (first_q || followed_i == followed_q));

  // Which sources' events wait, and the argument of the followed one's.
  logic [Sources-1:0] waits_q, stay;
  logic [15:0] argument_q;
  logic is_handed_on;
  assign is_handed_on = valid_o && code_o == 8'(followed_i);

  always_comb begin
    stay = waits_q;
    if (valid_o) stay[3'(code_o)] = 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      waits_q <= '0;
    end else begin
      waits_q <= stay | raise_i;
      if (raise_i[followed_i]) begin
        if (!waits_q[followed_i] || is_handed_on) argument_q <= argument_i[followed_i];
        else if (Merged[followed_i]) argument_q <= argument_q | argument_i[followed_i];
      end
    end
  end

  // Events that are raised while one of their source still waits, and isn't joined with them.
  logic [2:0] lost;
  always_comb begin
    lost = '0;
    for (int unsigned s = 0; s < Sources; s++) lost = lost + 3'(raise_i[s] && stay[s] && !Merged[s]);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // While events wait one is handed on in each clock, and none else.
      OneAClock: assert (valid_o == (waits_q != '0) && (!valid_o || (code_o < 8'(Sources) && waits_q[3'(code_o)])));

      // It is the one with the lowest code.
      LowestFirst: assert (!valid_o || !waits_q[followed_i] || code_o <= 8'(followed_i));

      // Its argument is that of the first event that was raised; where they are merged, of all of them.
      ArgumentIsKept: assert (!is_handed_on || argument_o == argument_q);

      // What is raised while it waits, and not merged, is counted as lost, and nothing else is.
      LostIsCounted: assert (lost_o == lost);

      // All can wait at once, and several be lost at once.
      AllWait: cover (waits_q == '1);
      TwoLost: cover (lost_o == 3'd2);

      // Lemmas, without which induction would start from what can't be.

      PendingWaits: assert (dut.pending_q == waits_q);
      ArgumentHeld: assert (!waits_q[followed_i] || dut.argument_q[followed_i] == argument_q);
    end
  end

endmodule
