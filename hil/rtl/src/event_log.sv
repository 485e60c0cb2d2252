// Takes the events of all sources, keeps them in their order with their time, and counts those that it had to lose.
//
// Timing: an event raised alone can be seen three clocks later; see event_collector.sv and event_fifo.sv.

module event_log #(
  parameter int unsigned        Sources = 4,
  parameter logic [Sources-1:0] Merged  = '0,  // sources whose arguments are masks
  parameter int unsigned        Depth   = 32
) (
  input logic clk_i,
  input logic rst_ni,

  // A source's index is its events' code; source 0 is none.
  input logic [Sources-1:0]       raise_i,  // one clock long
  input logic [Sources-1:0][15:0] argument_i,
  input logic [31:0]              time_ms_i,

  input  logic        pop_i,
  output logic [7:0]  code_o,
  output logic [15:0] argument_o,
  output logic [31:0] popped_time_ms_o,

  input  logic                       clear_i,  // one clock long
  output logic [$clog2(Depth+1)-1:0] count_o,
  output logic [15:0]                lost_o,

  output logic settled_o  // nothing changes before the next input
);

  localparam int unsigned LostWidth = $clog2(Sources + 1);

  logic valid, fifo_lost, fifo_settled;
  logic [7:0] code;
  logic [15:0] argument;
  logic [LostWidth-1:0] collector_lost;

  event_collector #(
    .Sources(Sources),
    .Merged (Merged)
  ) u_collector (
    .clk_i,
    .rst_ni,
    .raise_i,
    .argument_i,
    .valid_o   (valid),
    .code_o    (code),
    .argument_o(argument),
    .lost_o    (collector_lost)
  );

  event_fifo #(
    .Depth(Depth)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .push_i    (valid),
    .code_i    (code),
    .argument_i(argument),
    .time_ms_i,
    .lost_o    (fifo_lost),
    .pop_i,
    .code_o,
    .argument_o,
    .popped_time_ms_o,
    .count_o,
    .settled_o (fifo_settled)
  );

  saturating_counter #(
    .AddWidth(LostWidth + 1)
  ) u_lost (
    .clk_i,
    .rst_ni,
    .clear_i,
    .add_i  ((LostWidth + 1)'(collector_lost) + (LostWidth + 1)'(fifo_lost)),
    .count_o(lost_o)
  );

  assign settled_o = !valid && fifo_settled;

endmodule
