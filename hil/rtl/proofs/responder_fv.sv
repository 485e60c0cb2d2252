// What is proven of responder, whatever frames, registers and line do.

module responder_fv
  import device_link_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic frame_valid_i,
  input logic [7:0] seq_i,
  input logic [7:0] op_i,
  input logic [15:0] address_i,
  input logic [15:0] length_i,
  input logic [7:0] data_i,
  input logic ready_i,
  input nak_e reason_i,
  input logic [31:0] rdata_i,
  input logic octet_ready_i
);

  typedef enum logic [2:0] {
    Idle,
    Identify,
    Read,
    Collect,
    Write,
    Send
  } state_e;

  logic [5:0] data_index_o;
  logic done_o, req_o, write_o, answered_o, refused_o, octet_valid_o;
  logic [15:0] addr_o;
  logic [31:0] wdata_o;
  logic [7:0] octet_o;
  responder dut (.*);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;
  always_comb if (first_q) assume (!rst_ni);

  // The deframer holds a frame until it is done with, its length at most 64; what a read asks for is in its one octet.
  logic held_q;
  logic [7:0] seq_q, op_q, asked_q;
  logic [15:0] address_q, length_q;
  always_ff @(posedge clk_i) begin
    held_q <= rst_ni && frame_valid_i && !done_o;
    {seq_q, op_q, address_q, length_q} <= {seq_i, op_i, address_i, length_i};
    asked_q <= data_i;
  end
  always_comb begin
    assume (length_i <= 16'd64);
    if (rst_ni && held_q) begin
      assume (frame_valid_i && {seq_i, op_i, address_i, length_i} == {seq_q, op_q, address_q, length_q});
      assume (op_i != OpRead || data_i == asked_q);
    end
  end

  // Accesses of this request, and whether it was in the state before and had what it waits for.
  logic [4:0] accesses_q, accesses;
  logic over_q, refused_q, executed_q, repeated_q;
  logic [2:0] state_q;
  assign accesses = accesses_q + 5'(req_o && ready_i);

  always_ff @(posedge clk_i) begin
    state_q    <= dut.state_q;
    accesses_q <= (!rst_ni || dut.state_q == Idle) ? '0 : accesses;
    refused_q  <= rst_ni && req_o && ready_i && reason_i != NakNone;
    repeated_q <= rst_ni && dut.state_q == Idle && frame_valid_i && dut.stored_q && seq_i == dut.seq_q && op_i != OpSync;
    unique case (dut.state_q)
      Idle:        over_q <= rst_ni && frame_valid_i;
      Identify:    over_q <= rst_ni;
      Read, Write: over_q <= rst_ni && ready_i && (dut.state_q == Write || dut.index_q == dut.last);
      Collect:     over_q <= rst_ni && dut.octet_q == 2'd3;
      default:     over_q <= rst_ni && done_o;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && !first_q) begin
      // A request makes at most sixteen accesses.
      SixteenAtMost: assert (accesses <= 5'd16);

      // After a refusal the request ends: what comes next is its reply.
      RefusalEnds: assert (!refused_q || dut.state_q == Send);

      // A repeated request is answered without an access.
      RepeatIsSilent: assert (!repeated_q || dut.state_q == Send);

      // No state is for ever: each ends when what it waits for has come.
      StatesEnd: assert (!over_q || dut.state_q != state_q);

      // Every state is reached.
      ReachesIdentify: cover (dut.state_q == Identify);
      ReachesRead:     cover (dut.state_q == Read && dut.index_q == 5'd2);
      ReachesCollect:  cover (dut.state_q == Collect && dut.index_q == 5'd1);
      ReachesWrite:    cover (dut.state_q == Write && dut.index_q == 5'd1);
      ReachesSend:     cover (dut.state_q == Send);
      ReachesIdle:     cover (dut.state_q == Idle && dut.stored_q);

      // Lemmas, without which induction would start from what can't be.

      StateIsOne:   assert (dut.state_q <= Send);
      BusyIsHeld:   assert (dut.state_q == Idle || held_q);
      CountIsIndex: assert (!(dut.state_q inside {Read, Collect, Write}) || accesses_q == dut.index_q);
      SendIsCounted: assert (dut.state_q != Send || accesses_q <= 5'd16);
      IndexInRange: assert (!(dut.state_q inside {Read, Collect, Write}) || dut.index_q <= dut.last && dut.last < 5'd16);
      ReadsAsked:   assert (dut.state_q != Read || op_i == OpRead);
      WritesAsked:  assert (!(dut.state_q inside {Collect, Write}) || op_i == OpWrite && length_i != '0);
    end
  end

endmodule
