// What is proven of event_fifo, five entries deep, whatever comes in and whenever it is taken out.
//
// One event, any, is followed on its way: how many are before it, and what it was.

module event_fifo_fv (
  input logic clk_i,
  input logic rst_ni,
  input logic push_i,
  input logic [7:0] code_i,
  input logic [15:0] argument_i,
  input logic [31:0] time_ms_i,
  input logic pop_i,
  input logic follow_i  // the event that comes in now, if none is being followed
);

  localparam int unsigned Depth = 5;

  logic lost_o, settled_o;
  logic [7:0] code_o;
  logic [15:0] argument_o;
  logic [31:0] popped_time_ms_o;
  logic [2:0] count_o;
  event_fifo #(.Depth(Depth)) dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // Code 0 means that there is none.
  always_comb if (rst_ni && push_i) assume (code_i != '0);

  // Events inside, and whether there were some a clock ago that were not taken out.
  logic [2:0] inside_q;
  logic is_in, is_out, waited_q;
  assign is_in  = push_i && inside_q < 3'(Depth);
  assign is_out = pop_i && code_o != '0;

  // The followed event.
  logic follows_q;
  logic [2:0] before_q;
  logic [55:0] event_q;

  // What was last taken out.
  logic [31:0] taken_time_ms_q;
  logic reads_time_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {follows_q, inside_q, waited_q, reads_time_q} <= '0;
      taken_time_ms_q <= '0;
    end else begin
      inside_q <= inside_q + 3'(is_in) - 3'(is_out);
      waited_q <= inside_q != 3'(is_out);
      if (follows_q && is_out) before_q <= before_q - 1'b1;
      if (follows_q && is_out && before_q == '0) begin
        follows_q       <= 1'b0;
        reads_time_q    <= 1'b1;
        taken_time_ms_q <= event_q[55:24];
      end else if (pop_i) begin
        reads_time_q    <= code_o == '0;
        taken_time_ms_q <= '0;
      end
      if (is_in && follow_i && !follows_q) begin
        follows_q <= 1'b1;
        before_q  <= inside_q - 3'(is_out);
        event_q   <= {time_ms_i, argument_i, code_i};
      end
    end
  end

  // Where the followed event lies, and whether each event inside is one.
  logic [3:0] place;
  logic are_events;
  assign place = 4'(dut.read_q) + 4'(before_q);

  always_comb begin
    are_events = 1'b1;
    for (int unsigned n = 0; n < Depth; n++) begin
      if (n < 32'(inside_q) && dut.ram_q[3'((32'(dut.read_q) + n) % Depth)].code == '0) are_events = 1'b0;
    end
  end

  // Whether it was full once.
  logic was_full_q;
  always_ff @(posedge clk_i) was_full_q <= rst_ni && (was_full_q || count_o == 3'(Depth));

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // An event comes out as it went in, behind those before it and before those behind it.
      ComesAsItWent: assert (!follows_q || before_q != '0 || code_o == '0 || {argument_o, code_o} == event_q[23:0]);

      // It can be seen two clocks after it came in, or one after the one before it was taken out.
      SeenInTime: assert ((code_o != '0) == waited_q);

      // With an event that is taken out comes its time, and stays; without one, 0.
      TimeIsIts: assert (!reads_time_q || popped_time_ms_o == taken_time_ms_q);

      // Only an event that finds it full is lost, and it says so.
      LostIsFull: assert (lost_o == (push_i && inside_q == 3'(Depth)));

      // The count is that of the events inside.
      CountIsInside: assert (count_o == inside_q && inside_q <= 3'(Depth));

      // It fills up, and empties again.
      FillsAndEmpties: cover (was_full_q && count_o == '0);

      // Lemmas, without which induction would start from what can't be.

      WaitedIsIn:    assert (dut.valid_q == waited_q && (!waited_q || inside_q != '0));
      ReadInDepth:   assert (dut.read_q < 3'(Depth));
      BeforeInside:  assert (!follows_q || before_q < inside_q);
      HeadIsStored:  assert (!waited_q || dut.head_q == dut.ram_q[dut.read_q]);
      EventIsStored: assert (!follows_q || dut.ram_q[3'(32'(place) % Depth)] == event_q);
      StoredAreSome: assert (are_events);
      PointersAgree: assert (32'(dut.write_q) == (32'(dut.read_q) + 32'(inside_q)) % Depth);
    end
  end

endmodule
