// Events in the order in which they happened, each with its time; the oldest is looked at and taken out.
//
// An event that finds the FIFO full is lost and says so. Taking an event puts its time into popped_time_ms_o, where it
// stays until the next is taken; there is nothing to take while code_o is 0.
// Timing: an event can be seen two clocks after push_i; after pop_i the next one in the next clock. One entry a clock.

module event_fifo #(
  parameter int unsigned Depth = 32
) (
  input logic clk_i,
  input logic rst_ni,

  input  logic        push_i,
  input  logic [7:0]  code_i,  // not 0
  input  logic [15:0] argument_i,
  input  logic [31:0] time_ms_i,
  output logic        lost_o,

  input  logic        pop_i,
  output logic [7:0]  code_o,  // 0: none
  output logic [15:0] argument_o,
  output logic [31:0] popped_time_ms_o,

  output logic [$clog2(Depth+1)-1:0] count_o,
  output logic                       settled_o  // what is at the head can be seen
);

  typedef struct packed {
    logic [31:0] time_ms;
    logic [15:0] argument;
    logic [7:0]  code;
  } event_t;

  typedef logic [$clog2(Depth)-1:0] pointer_t;
  typedef logic [$clog2(Depth+1)-1:0] count_t;

  localparam pointer_t Last = pointer_t'(Depth - 1);

  event_t ram_q[Depth];
  event_t head_q;  // the oldest, if valid_q
  pointer_t read_q, read_d, write_q, write_d;
  count_t count_q, count_d;
  logic valid_q, valid_d, is_pushed, is_popped;
  logic [31:0] popped_q, popped_d;

  assign is_pushed = push_i && count_q != count_t'(Depth);
  assign is_popped = pop_i && valid_q;
  assign lost_o    = push_i && !is_pushed;

  always_comb begin
    read_d   = read_q;
    write_d  = write_q;
    if (is_popped) read_d = (read_q == Last) ? '0 : read_q + 1'b1;
    if (is_pushed) write_d = (write_q == Last) ? '0 : write_q + 1'b1;
    count_d  = count_q + count_t'(is_pushed) - count_t'(is_popped);
    valid_d  = count_q != count_t'(is_popped);
    popped_d = popped_q;
    if (pop_i) popped_d = valid_q ? head_q.time_ms : '0;
  end

  always_ff @(posedge clk_i) begin
    if (is_pushed) ram_q[write_q] <= '{time_ms: time_ms_i, argument: argument_i, code: code_i};
    head_q <= ram_q[read_d];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_q   <= '0;
      write_q  <= '0;
      count_q  <= '0;
      valid_q  <= 1'b0;
      popped_q <= '0;
    end else begin
      read_q   <= read_d;
      write_q  <= write_d;
      count_q  <= count_d;
      valid_q  <= valid_d;
      popped_q <= popped_d;

      ValidIsThere: assert (!valid_q || count_q != '0);
      if (is_pushed || is_popped) begin
        CountInDepth:  assert (count_d <= count_t'(Depth));
        PointersAgree: assert (32'(write_d) == (32'(read_d) + 32'(count_d)) % Depth);
      end
    end
  end

  assign code_o           = valid_q ? head_q.code : '0;
  assign argument_o       = valid_q ? head_q.argument : '0;
  assign popped_time_ms_o = popped_q;
  assign count_o          = count_q;
  assign settled_o        = valid_q == (count_q != '0);

endmodule
